//! What happens to a batch on the thread that writes: it is committed, each entry gets its verdict, and the rooms are
//! told. What is in a batch is left to [`super::journal`], what a room does then to [`super::room`].

use std::collections::HashMap;
use std::sync::Arc;

use super::fanout::Answers;
use super::journal::{Append, Committed, Judged, Placed, Verdict, not_joined};
use super::registry::Answer;
use super::{OpenRoom, hub};
use crate::chat::permissions::Denied;
use crate::model::{Clock, Digest, RoomId};
use crate::store::{Entry, Outcome, Store, StoreError};
use crate::wire::{Code, Refusal};

/// Commits a batch and tells the rooms. A detour by the journal's thread would wake one thread more for each
/// batch. The contents that nothing refers to any more are left to the journal.
pub(super) fn settle(store: &mut Store, mut batch: Vec<Append>, clock: &Clock) -> Result<Vec<Digest>, StoreError> {
    let entries: Vec<Entry> = batch.iter_mut().flat_map(|append| std::mem::take(&mut append.group.entries)).collect();
    log::trace!("a batch of {} says", entries.len());
    match store.commit(&entries, clock.now()) {
        Ok(committed) => {
            route(restore(batch, entries, committed.outcomes));
            Ok(committed.orphans)
        }
        Err(error) => {
            match error {
                StoreError::Unavailable(_) => route(batch.into_iter().map(refuse_all).collect()),
                // the outcome is unknown: nobody is answered, and no permit comes back before the process ends
                StoreError::Fatal(_) => std::mem::forget(batch),
            }
            Err(error)
        }
    }
}

/// Puts entries and outcomes back to the groups that they belong to.
fn restore(batch: Vec<Append>, entries: Vec<Entry>, outcomes: Vec<Outcome>) -> Vec<(Append, Vec<Verdict>)> {
    let (mut entries, mut verdicts) = (entries.into_iter(), outcomes.into_iter().map(verdict));
    let give_back = |mut append: Append| {
        let count = append.group.requests.len();
        append.group.entries = entries.by_ref().take(count).collect();
        (append, verdicts.by_ref().take(count).collect())
    };
    batch.into_iter().map(give_back).collect()
}

fn refuse_all(append: Append) -> (Append, Vec<Verdict>) {
    let verdicts = append.group.requests.iter().map(|_| Err(hub::unavailable())).collect();
    (append, verdicts)
}

/// One message a room and batch; sessions without a room are answered directly.
fn route(judged: Vec<(Append, Vec<Verdict>)>) {
    let mut rooms: HashMap<RoomId, (Arc<OpenRoom>, Judged)> = HashMap::new();
    for (Append { back, group }, verdicts) in judged {
        if let Some(open) = back {
            rooms.entry(open.id).or_insert_with(|| (open, Vec::new())).1.push((group, verdicts));
        } else {
            let fanout = Arc::clone(&group.origin.fanout);
            // bounded: each answer holds the permit of its say
            fanout.do_send(Answers(vec![Answer::to_group(group, verdicts)]));
        }
    }
    for (open, groups) in rooms.into_values() {
        // bounded: each say in it holds a permit
        open.room.do_send(Committed(groups));
    }
}

/// What a session answers to this outcome.
pub(super) fn verdict(outcome: Outcome) -> Verdict {
    match outcome {
        Outcome::Appended { seq, at } => Ok(Placed { seq, at, is_new: true }),
        Outcome::Repeated { seq, at } => Ok(Placed { seq, at, is_new: false }),
        Outcome::NonceReused => Err(Refusal::new(Code::NonceReused, "this nonce names another message")),
        Outcome::NoSuchMessage => Err(Refusal::new(Code::NoSuchMessage, "there is no such message in this room")),
        Outcome::NoSuchUpload => Err(Refusal::new(Code::NoSuchUpload, "this upload is over; begin it again")),
        Outcome::Denied => Err(Refusal::new(Code::Denied, "only its author may do that")),
        Outcome::Closed => Err(Denied::RoomClosed.into()),
        Outcome::Refused => Err(not_joined()),
    }
}
