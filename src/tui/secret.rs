//! Passwords on the whole screen: asked for one after the other, drawn as dots, kept in no line and no history. What they
//! are asked for is told by [`crate::terminal::secret`].

use crossterm::event::KeyEvent;

use super::arrival::Effect;
use super::editor::Editor;
use super::keys::Action;
use super::over::write;
use super::overlay::Overlay;
use super::state::State;
use crate::model::Password;
use crate::terminal::command::Command;
use crate::terminal::secret::{Question, objection, questions};

/// Asks what a command needs, unless it would be for nothing.
pub(super) fn ask(state: &mut State, line: &str, command: Command) {
    if let Some(why) = objection(line, state.link.is_up(), state.oneself.guest) {
        return state.fault(why);
    }
    let (questions, typed) = (questions(line), Editor::default());
    state.overlay = Some(Overlay::Secret { command, questions, asked: 0, answers: Vec::new(), typed });
}

/// Takes in a key while one is asked for.
pub(super) fn key(state: &mut State, key: KeyEvent, action: Option<Action>, overlay: Overlay) -> Vec<Effect> {
    let Overlay::Secret { command, questions, mut asked, mut answers, mut typed } = overlay else { return Vec::new() };
    if action == Some(Action::Send) {
        let word = Password(std::mem::take(&mut typed).text().to_owned());
        match questions.get(asked).map(|question| question.take(word, &mut answers)) {
            // whoever mistyped once more cannot know which of both was right
            Some(Err(why)) if matches!(questions[asked], Question::Again(_)) => {
                state.fault(format!("nothing was done: {why}"));
                return Vec::new();
            }
            Some(Err(why)) => state.fault(why),
            _ => asked += 1,
        }
        asked += usize::from(questions.get(asked).is_some_and(|question| question.is_settled(&answers)));
        if asked >= questions.len() {
            return vec![Effect::People(command, answers)];
        }
    } else {
        write(&mut typed, key, action);
    }
    state.overlay = Some(Overlay::Secret { command, questions, asked, answers, typed });
    Vec::new()
}
