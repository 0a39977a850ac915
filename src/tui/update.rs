//! What a thing that came changes: the state before and the thing give the state after, and what is to be done. No I/O,
//! no clock. Keys are left to [`super::press`], what happens to [`super::hear`], what became of effects to
//! [`super::outcome`].

use super::arrival::{Arrival, Effect};
use super::chat::visible;
use super::room::Room;
use super::state::State;
use super::{hear, mouse, outcome, paste, press, scroll, uploads};
use crate::model::Seq;

/// Takes in what came at `now`, in milliseconds since the beginning.
pub(super) fn update(state: &mut State, arrival: Arrival, now: u64) -> Vec<Effect> {
    state.now = now;
    state.note.take_if(|note| note.until <= now);
    let mut effects = match arrival {
        Arrival::Key(key) => {
            state.key_at = now;
            press::key(state, key)
        }
        Arrival::Mouse(mouse) => mouse::mouse(state, mouse),
        Arrival::Paste(text) => {
            state.key_at = now;
            state.pointed = None;
            paste::paste(state, &text)
        }
        Arrival::Resize(columns, rows) => {
            state.size = (columns, rows);
            Vec::new()
        }
        Arrival::Focus(has_focus) => {
            state.has_focus = has_focus;
            state.key_at = if has_focus { now } else { state.key_at };
            Vec::new()
        }
        Arrival::Tick => tick(state),
        Arrival::Happening(happening) => hear::hear(state, *happening),
        Arrival::Over(words) => {
            hear::is_over(state, words);
            Vec::new()
        }
        Arrival::Outcome(outcome) => outcome::outcome(state, *outcome),
    };
    look(state);
    effects.extend(load(state));
    effects.extend(scroll::pictures(state));
    effects.extend(uploads::next(state));
    want_mark(state);
    effects
}

/// Whether what comes into a room is seen as it comes: not if there is more above that was not on the screen yet.
#[must_use]
pub(super) fn is_seen(state: &State, place: usize) -> bool {
    let is_here = place == state.rooms.place() && state.is_attentive();
    is_here && state.rooms.current().is_some_and(|room| room.anchor.is_none() && room.unread == 0)
}

/// Whoever looks at the end of a room has seen it, if what is new was on the screen from where it begins.
fn look(state: &mut State) {
    if !state.is_attentive() {
        return;
    }
    let is_on_screen = state.rooms.current().is_some_and(|room| {
        room.unread > 0 && !room.has_shown_news && room.news_from.is_none_or(|news| reaches(state, room, news))
    });
    let Some(room) = state.rooms.current_mut() else { return };
    room.has_shown_news |= is_on_screen;
    if room.anchor.is_none() && room.timeline.is_at_tail() && (room.unread == 0 || room.has_shown_news) {
        room.see_all();
    }
}

/// Whether a message, or one before it, is on the screen.
fn reaches(state: &State, room: &Room, seq: Seq) -> bool {
    let (width, height) = scroll::chat_size(state);
    let span = room.timeline.span();
    let bottom = room.anchor.and_then(|anchor| span.nearest(anchor.seq)).map_or(span.slots().len(), |index| index + 1);
    // each has a row at least: while a flood comes in, nothing has to be laid out to know that it is too far up
    let highest = span.slots().iter().take(bottom).rev().filter(|slot| slot.is_shown()).take(height).last();
    let first = || visible(state, room, width, height).iter().find_map(|row| row.seq);
    highest.is_some_and(|highest| highest.seq() <= seq) && first().is_some_and(|first| first <= seq)
}

fn load(state: &mut State) -> Option<Effect> {
    let effect = scroll::wanted(state)?;
    if let (Effect::Load { way, .. }, Some(room)) = (&effect, state.rooms.current_mut()) {
        room.timeline.loading = Some(*way);
    }
    Some(effect)
}

fn want_mark(state: &mut State) {
    if state.link.is_up() && state.rooms.all().iter().any(|room| room.missing_mark().is_some()) {
        state.pace.want(state.now);
    }
}

/// A time has come: marks go out, drafts are kept.
fn tick(state: &mut State) -> Vec<Effect> {
    let now = state.now;
    let is_over = |until: Option<u64>| until.is_some_and(|until| until <= now);
    for room in state.rooms.all_mut() {
        room.typing.retain(|(_, until)| *until > now);
    }
    let mut effects = Vec::new();
    if is_over(state.keep_at) {
        state.keep_at = None;
        effects.push(Effect::Keep);
    }
    if is_over(state.pace.due_at()) {
        let mark = state.rooms.all().iter().find_map(|room| Some((room.name.clone(), room.missing_mark()?)));
        state.pace.begin(now, mark.is_some());
        effects.extend(mark.map(|(room, seq)| Effect::Mark { room, seq }));
    }
    effects
}
