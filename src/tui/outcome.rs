//! What became of what was to be done. What happens by itself is left to [`super::hear`].

use super::arrival::{Effect, Outcome};
use super::hear::sort;
use super::overlay::Overlay;
use super::room::Sending;
use super::state::State;
use super::timeline::Way;
use super::{complete, going, scroll, search, uploads};
use crate::model::{Body, Seq, limits};
use crate::wire::{Joined, Page};

/// Rooms whose end is read only to see whether they name oneself: each costs a page.
const LOOK_BACK_ROOMS: usize = 20;
/// How long after a page that did not come another one is asked for.
const LOAD_AGAIN_MS: u64 = 3_000;

/// Takes in what became of something.
pub(super) fn outcome(state: &mut State, outcome: Outcome) -> Vec<Effect> {
    match outcome {
        Outcome::Joined { asked, joined } => return on_joined(state, &asked, joined),
        Outcome::Left { room, left } => return on_left(state, &room, left),
        Outcome::Page { room, way, page } => return on_page(state, &room, way, page),
        Outcome::Members { room, members } => {
            if let Some(room) = state.rooms.get_mut(&room) {
                room.members = members;
                sort(&mut room.members);
            }
        }
        Outcome::Rooms { rooms: Ok(rooms), .. } => {
            state.known = rooms;
            state.known.truncate(limits::TERMINAL_ROOMS_KNOWN_MAX);
        }
        Outcome::Rooms { rooms: Err(why), is_shown } => {
            if is_shown {
                state.fault(why);
            }
        }
        Outcome::Said { room, id, said: Ok(said) } => {
            if let Some(room) = state.rooms.get_mut(&room) {
                room.said(id, &said);
            }
        }
        Outcome::Said { room, id, said: Err(why) } => on_refusal(state, &room, id, &why),
        Outcome::Marked { room, seq, is_done } => {
            state.pace.end();
            if is_done && let Some(room) = state.rooms.get_mut(&room) {
                room.read = room.read.max(Some(seq));
            }
        }
        Outcome::Registered(user) => {
            state.tell(format!("you are {} now", user.name));
            state.oneself = user;
            return state.rooms.current().map(|room| Effect::Members(room.name.clone())).into_iter().collect();
        }
        outcome => on_rest(state, outcome),
    }
    Vec::new()
}

fn on_rest(state: &mut State, outcome: Outcome) {
    match outcome {
        Outcome::List { title, rows } => state.overlay = Some(Overlay::Page { title, rows, top: 0 }),
        Outcome::Progress { transfer, done, total } => {
            if let Some(transfer) = state.transfers.iter_mut().find(|one| one.id == transfer) {
                (transfer.done, transfer.total) = (done, total);
            }
        }
        Outcome::Transferred { transfer, told } => on_transferred(state, transfer, told),
        Outcome::Stopped(transfer) => on_stopped(state, transfer),
        Outcome::Paths { typed, found } => complete::on_paths(state, &typed, found),
        Outcome::Files(dropped) => uploads::ask(state, dropped),
        Outcome::Thumb { sha256, how, thumb } => state.thumbs.put(sha256, how, thumb),
        Outcome::Note(text) => state.tell(text),
        Outcome::Fault(text) => state.fault(text),
        _ => {}
    }
}

fn on_joined(state: &mut State, asked: &str, joined: Result<Joined, String>) -> Vec<Effect> {
    match joined {
        Ok(joined) => {
            let place = state.rooms.get_or_add(asked);
            state.rooms.all_mut()[place].enter(&joined);
            state.keep_soon();
            let is_here = place == state.rooms.place();
            if is_here { vec![Effect::Members(joined.room)] } else { look_back(state, place).into_iter().collect() }
        }
        // that is what was asked for meanwhile
        Err(_) if state.rooms.get_mut(asked).is_none_or(|room| room.is_leaving) => going::out_of(state, asked),
        Err(why) => {
            state.fault(format!("not in {asked}: {why}"));
            let has_words = state.rooms.get_mut(asked).is_some_and(|room| !room.draft.is_empty() || room.is_joined);
            if has_words { Vec::new() } else { going::turn_back(state, asked) }
        }
    }
}

fn on_left(state: &mut State, name: &str, left: Result<(), String>) -> Vec<Effect> {
    let Err(why) = left else { return going::out_of(state, name) };
    if let Some(room) = state.rooms.get_mut(name) {
        room.is_leaving = false;
    }
    state.fault(why);
    Vec::new()
}

/// Whether what was missed in a room names oneself shows in its end, which is read for the first few such rooms.
fn look_back(state: &mut State, place: usize) -> Option<Effect> {
    let room = &mut state.rooms.all_mut()[place];
    if room.unread == 0 || room.timeline.loading.is_some() || room.timeline.tail().last().is_some() {
        return None;
    }
    let way = Way::End;
    let effect = Effect::Load { room: room.name.clone(), way };
    if state.looked_back >= LOOK_BACK_ROOMS {
        return None;
    }
    room.timeline.loading = Some(way);
    state.looked_back += 1;
    Some(effect)
}

fn on_page(state: &mut State, name: &str, way: Way, page: Result<Page, String>) -> Vec<Effect> {
    let (now, oneself) = (state.now, state.oneself.clone());
    let is_here = state.rooms.find(name) == Some(state.rooms.place());
    let Some(room) = state.rooms.get_mut(name).filter(|room| room.timeline.loading == Some(way)) else {
        return Vec::new();
    };
    let Ok(page) = page else {
        room.timeline.loading = None;
        room.load_after = now + LOAD_AGAIN_MS;
        return if is_here { search::go_on(state, false) } else { Vec::new() };
    };
    let (first, head) = (page.first, page.head);
    if matches!(way, Way::End) {
        room.recent.note_all(&page.events, &oneself);
        if !is_here && room.unread > 0 {
            room.count_mentions(&page.events, &oneself);
        }
    }
    let is_more = room.timeline.insert(way, first, page.events);
    if !is_more {
        // nothing came where something should have: not again at once
        room.load_after = now + LOAD_AGAIN_MS;
    }
    room.head = room.head.max(head);
    match way {
        Way::To(after) if is_here && is_more => {
            let seq = room.timeline.span().get(after.next()).map_or(first, |_| after.next());
            scroll::to_message(state, seq).into_iter().collect()
        }
        _ if is_here => search::go_on(state, true),
        _ => Vec::new(),
    }
}

/// Whoever typed words is not to lose them.
fn on_refusal(state: &mut State, name: &str, id: u64, why: &str) {
    let Some(room) = state.rooms.get_mut(name) else { return state.fault(format!("not said: {why}")) };
    let Some(Sending { body, reply_to, line, .. }) = room.unsay(id) else { return };
    let (what, words) = described(&body, reply_to);
    let is_free = room.draft.is_empty() && room.editing.is_none();
    if is_free && line.is_none() && words.is_some() {
        room.replying = reply_to;
    }
    // a command comes back as it was typed, and leaves alone what was chosen to be answered
    if let Some(words) = line.or(words) {
        if is_free {
            room.draft.set(words.clone());
        }
        room.recall.add(words);
    }
    state.keep_soon();
    state.fault(format!("{what}: {why}"));
}

fn described(body: &Body, reply_to: Option<Seq>) -> (String, Option<String>) {
    match body {
        Body::Text(text) => {
            let what = reply_to.map_or_else(|| "not said".to_owned(), |to| format!("the answer to #{to} was not said"));
            (what, Some(text.clone()))
        }
        Body::Edit { of, text } => (format!("#{of} was not changed"), Some(format!(".edit {of} {text}"))),
        Body::Topic(topic) => ("the topic was not set".to_owned(), Some(format!(".topic {topic}"))),
        Body::Delete { of } => (format!("#{of} was not deleted"), None),
        Body::React { of, emoji, .. } => (format!("{emoji} to #{of} was not said"), None),
        Body::File(_) | Body::Image(_) | Body::Gone {} => ("not said".to_owned(), None),
    }
}

fn on_transferred(state: &mut State, transfer: Option<u64>, told: Result<Option<String>, String>) {
    match transfer {
        Some(transfer) => state.transfers.retain(|one| one.id != transfer),
        None => state.auto_saves = state.auto_saves.saturating_sub(1),
    }
    match told {
        Ok(Some(text)) => state.tell(text),
        Ok(None) => {}
        Err(why) => state.fault(why),
    }
}

fn on_stopped(state: &mut State, transfer: u64) {
    let Some(place) = state.transfers.iter().position(|one| one.id == transfer) else { return };
    let stopped = state.transfers.remove(place);
    let what = if stopped.is_upload { "was not sent" } else { "was not fetched" };
    state.tell(format!("stopped: {} {what}", stopped.label));
}
