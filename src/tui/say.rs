//! What Enter does: words go to the room, and into the list of what waits; commands are obeyed. What cannot be said stays
//! in the line. What a command does is left to [`super::obey`].

use super::arrival::Effect;
use super::link::Link;
use super::obey;
use super::room::{Room, Sending};
use super::state::State;
use crate::model::{Body, Seq, limits};
use crate::terminal::command::{Input, read_line};
use crate::terminal::secret::may_tell;
use crate::terminal::size::too_long;

/// Sends what is in the line.
pub(super) fn send(state: &mut State) -> Vec<Effect> {
    let Some(room) = state.rooms.current_mut() else {
        state.fault("you are in no room; type the name of one");
        return Vec::new();
    };
    let line = room.draft.text().to_owned();
    if let Some((of, _)) = &room.editing {
        let of = *of;
        return if line.trim().is_empty() { Vec::new() } else { send_edit(state, of, line) };
    }
    if let Some(own) = obey::own(&line) {
        return obey::obey_own(state, &line, own);
    }
    match read_line(&line) {
        Input::Nothing => hurry(state),
        Input::Mistake(why) => {
            forget_password(state, &line);
            state.fault(why);
            Vec::new()
        }
        Input::Command(command) => obey::obey(state, &line, command),
        Input::Text(text) => {
            let reply_to = room.replying;
            send_body(state, &line, Body::Text(text), reply_to)
        }
    }
}

/// A password that somebody typed into the line all the same is not left there.
fn forget_password(state: &mut State, line: &str) {
    if let Some(room) = state.rooms.current_mut().filter(|_| may_tell(line)) {
        let words: Vec<&str> = line.split_whitespace().take(2).collect();
        room.draft = super::editor::Editor::with(words.join(" "));
        state.keep_soon();
    }
}

/// Enter in an empty line: whoever waits for the connection need not.
fn hurry(state: &mut State) -> Vec<Effect> {
    match &mut state.link {
        Link::Down { retry_at, .. } if *retry_at > state.now => {
            *retry_at = state.now;
            vec![Effect::Hurry]
        }
        _ => Vec::new(),
    }
}

/// Says something, and takes its line out; the line stays if that is not possible.
pub(super) fn send_body(state: &mut State, line: &str, body: Body, reply_to: Option<Seq>) -> Vec<Effect> {
    if state.link == Link::Over {
        state.fault("the conversation is over: nothing was said; what you typed is kept for the next time");
        return Vec::new();
    }
    let text = match &body {
        Body::Text(text) | Body::Edit { text, .. } => text.as_str(),
        _ => "",
    };
    if let Err(why) = check(text, state.setting.text_bytes_max, state.unanswered()) {
        state.fault(why);
        return Vec::new();
    }
    take_line(state, line);
    let id = state.id();
    let Some(room) = state.rooms.current_mut() else { return Vec::new() };
    if reply_to == room.replying {
        room.replying = None;
    }
    room.news_from = room.news_from.filter(|_| room.unread > 0);
    room.anchor = None;
    room.timeline.go_to_tail();
    let line = matches!(read_line(line), Input::Command(_)).then(|| line.to_owned());
    room.sending.push_back(Sending { id, body: body.clone(), reply_to, line, said: None, is_heard: false });
    // whoever is killed from here on must not find the words in the line, too
    vec![Effect::Say { room: room.name.clone(), id, body, reply_to }, Effect::Keep]
}

/// Begins a command for somebody who chose a message. What is in the line meanwhile comes back when it is sent.
pub(super) fn set_aside(state: &mut State, command: &str) {
    if let Some(room) = state.rooms.current_mut() {
        let typed = std::mem::take(&mut room.draft);
        let before = match room.editing.take() {
            None => typed,
            Some((of, before)) => {
                room.recall.add(format!(".edit {of} {}", typed.text()));
                super::editor::Editor::with(before)
            }
        };
        room.aside = room.aside.take().or(Some(before)).filter(|before| !before.is_empty());
        room.draft = super::editor::Editor::with(command);
        state.keep_soon();
    }
}

/// Whether nobody can say yet which message is one's own last one: it has no number, or its words change.
#[must_use]
pub(super) fn last_is_on_its_way(room: &Room) -> bool {
    let is_it = |body: &Body| matches!(body, Body::Text(_) | Body::Edit { .. } | Body::Delete { .. });
    room.waiting().any(|sending| is_it(&sending.body))
}

/// Takes the line out, and remembers it. What was typed elsewhere, or chosen by a key, is no reason to take out a draft.
pub(super) fn take_line(state: &mut State, line: &str) {
    if let Some(room) = state.rooms.current_mut() {
        room.recall.add(line.to_owned());
        if room.draft.text() == line {
            room.draft = room.aside.take().unwrap_or_default();
        }
    }
    state.typing_told = None;
    state.keep_soon();
}

fn send_edit(state: &mut State, of: Seq, text: String) -> Vec<Effect> {
    let line = text.clone();
    let is_same = state
        .rooms
        .current()
        .and_then(|room| super::chat::find(room, of))
        .is_some_and(|slot| matches!(&slot.event.body, Body::Text(old) if *old == text));
    let effects = if is_same { Vec::new() } else { send_body(state, &line, Body::Edit { of, text }, None) };
    if (is_same || !effects.is_empty())
        && let Some(room) = state.rooms.current_mut()
        && let Some((_, before)) = room.editing.take()
    {
        room.draft = super::editor::Editor::with(before);
    }
    effects
}

/// What the server would refuse is refused here, where it can still be mended.
fn check(text: &str, bytes_max: u64, unanswered: usize) -> Result<(), String> {
    if let Some(why) = too_long(text, bytes_max) {
        return Err(why);
    }
    if unanswered >= limits::TERMINAL_UNANSWERED_MAX {
        return Err(format!("{unanswered} messages wait to be sent already; this one was not taken"));
    }
    match text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        Some(c) => Err(format!("there is a control character in it (U+{:04X}); nothing was said", u32::from(c))),
        None => Ok(()),
    }
}
