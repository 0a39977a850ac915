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
        if let Err(why) = take(questions.get(asked), word, &mut answers) {
            state.tell(why);
            return Vec::new();
        }
        asked += 1;
        // nothing has to be typed twice
        let is_empty = answers.last().is_some_and(|answer| answer.0.is_empty());
        asked += usize::from(is_empty && matches!(questions.get(asked), Some(Question::Again(_))));
        if asked >= questions.len() {
            return vec![Effect::People(command, answers)];
        }
    } else {
        write(&mut typed, key, action);
    }
    state.overlay = Some(Overlay::Secret { command, questions, asked, answers, typed });
    Vec::new()
}

fn take(question: Option<&Question>, word: Password, answers: &mut Vec<Password>) -> Result<(), &'static str> {
    match question {
        Some(Question::Must(_)) if word.0.is_empty() => return Err("nothing was done: an empty password is none"),
        Some(Question::Again(_)) if answers.last() != Some(&word) => {
            return Err("nothing was done: that was not the same twice");
        }
        Some(Question::Again(_)) => {}
        _ => answers.push(word),
    }
    Ok(())
}
