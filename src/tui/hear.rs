//! What happens in rooms and to the connection. What became of one's own doings is left to [`super::outcome`].

use super::arrival::Effect;
use super::link::Link;
use super::overlay::Overlay;
use super::state::State;
use super::update::is_seen;
use crate::client::Happening;
use crate::model::{Body, limits};
use crate::terminal::save::Attachment;
use crate::wire::{Event, Signal};

/// How long somebody counts as typing after saying so.
const TYPING_MS: u64 = 6_000;
/// How often it is told that one was named.
const RING_EVERY_MS: u64 = 3_000;
/// People who are shown as typing.
const TYPING_MAX: usize = 20;

/// Takes in what happened.
pub(super) fn hear(state: &mut State, happening: Happening) -> Vec<Effect> {
    match happening {
        Happening::Event(event) => return on_event(state, &event),
        Happening::Signal(signal) => on_signal(state, signal),
        Happening::Lost { why, retry_in } => {
            let retry_at = state.now + u64::try_from(retry_in.as_millis()).unwrap_or(u64::MAX / 2);
            state.link = Link::Down { why, retry_at };
            state.pace = super::pace::Pace::default();
            for room in state.rooms.all_mut() {
                room.typing.clear();
                room.missed = 0;
            }
        }
        Happening::Back(welcome) => return on_back(state, welcome.user),
        Happening::StartedOver { room } => {
            if let Some(room) = state.rooms.get_mut(&room) {
                room.start_over();
            }
            state.tell(format!("{room} has another past than before; going on from now"));
        }
        Happening::Resumed { room, missed } => {
            if let Some(room) = state.rooms.get_mut(&room) {
                room.missed = missed;
            }
        }
        Happening::Left { room, why } => {
            if let Some(room) = state.rooms.get_mut(&room) {
                room.is_joined = false;
            }
            state.fault(format!("no longer in {room}: {why}"));
        }
        // whoever runs this ends with the server's words
        Happening::Ended(_) | Happening::Distrusted(_) => {}
    }
    Vec::new()
}

/// The server has ended it for good: that is told, and all that was said stays to be read.
pub(super) fn is_over(state: &mut State, mut words: Vec<String>) {
    state.link = Link::Over;
    words.extend([String::new(), "Esc closes this page; Ctrl-C twice leaves. What you typed is kept.".to_owned()]);
    state.overlay = Some(Overlay::Page { title: "the conversation is over".to_owned(), rows: words, top: 0 });
}

fn on_event(state: &mut State, event: &Event) -> Vec<Effect> {
    let Some(place) = state.rooms.find(event.room.as_str()) else { return Vec::new() };
    let is_seen = is_seen(state, place);
    let is_new = state.rooms.all()[place].head < event.seq;
    let mentions = state.rooms.all()[place].mentions;
    let oneself = state.oneself.clone();
    let is_own = event.author == oneself;
    let attachment = Attachment::of(event).filter(|_| is_new && !is_own);
    state.rooms.all_mut()[place].hear(event, &oneself, is_seen);
    let mut effects = Vec::new();
    if state.rooms.all()[place].mentions > mentions {
        effects.extend(ring(state, event));
    }
    effects.extend(attachment.and_then(|attachment| save_small(state, attachment)));
    effects
}

/// Tells that one was named; not again at once, so that nobody makes it a nuisance.
fn ring(state: &mut State, event: &Event) -> Option<Effect> {
    let is_due = state.rung.is_none_or(|rung| state.now >= rung + RING_EVERY_MS);
    let Body::Text(text) = &event.body else { return None };
    if !is_due {
        return None;
    }
    state.rung = Some(state.now);
    Some(Effect::Notify(format!("{} in {}: {text}", event.author.name, event.room)))
}

/// Fetches a file that somebody just sent, if it is small enough.
fn save_small(state: &mut State, attachment: Attachment) -> Option<Effect> {
    let bytes_max = state.setting.auto_save_bytes_max;
    let bytes = state.auto_saved_bytes.saturating_add(attachment.size);
    if bytes_max == 0 || attachment.size > bytes_max {
        return None;
    }
    if state.auto_saves >= limits::TERMINAL_SAVES_WAITING_MAX || bytes > limits::TERMINAL_AUTO_SAVED_BYTES_MAX {
        state.tell(format!("enough was saved unasked; .save {} fetches {}", attachment.seq, attachment.name));
        return None;
    }
    state.auto_saved_bytes = bytes;
    state.auto_saves += 1;
    Some(Effect::AutoSave { attachment })
}

fn on_signal(state: &mut State, signal: Signal) {
    let now = state.now;
    let (Signal::Typing { room, .. } | Signal::Presence { room, .. } | Signal::Renamed { room, .. }) = &signal;
    let Some(room) = state.rooms.get_mut(room) else { return };
    match signal {
        Signal::Typing { user, .. } => {
            room.typing.retain(|(name, _)| *name != user.name);
            if room.typing.len() < TYPING_MAX {
                room.typing.push((user.name, now + TYPING_MS));
            }
        }
        Signal::Presence { user, here: true, .. } => {
            room.members.retain(|member| *member != user);
            room.members.push(user);
            sort(&mut room.members);
        }
        Signal::Presence { user, here: false, .. } => {
            room.members.retain(|member| *member != user);
            room.typing.retain(|(name, _)| *name != user.name);
        }
        Signal::Renamed { from, to, .. } => {
            room.members.retain(|member| *member != from && *member != to);
            room.members.push(to);
            sort(&mut room.members);
        }
    }
}

/// By name, as people look for them.
pub(super) fn sort(members: &mut [crate::model::User]) {
    members.sort_by_cached_key(|user| (user.guest, user.name.to_lowercase()));
}

/// Who is where may have changed meanwhile.
fn on_back(state: &mut State, oneself: crate::model::User) -> Vec<Effect> {
    state.link = Link::Up;
    state.oneself = oneself;
    for room in state.rooms.all_mut() {
        room.members.clear();
        room.timeline.loading = None;
        room.load_after = 0;
    }
    state.rooms.current().map(|room| Effect::Members(room.name.clone())).into_iter().collect()
}
