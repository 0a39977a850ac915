//! What a session that is behind reads from the log: one page at a time, when its outbox is low, until its cursor
//! stands at the head. Joining with a cursor, resuming and lagging all come here; ten thousand events behind cost no
//! more memory than ten.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use bytes::{Bytes, BytesMut};

use super::Session;
use super::lists::event_of;
use crate::actors::registry::Seat;
use crate::chat::lists::Budget;
use crate::model::{RoomId, RoomName, Seq, limits};
use crate::store::{Message, Store, StoreError};
use crate::wire::{self, Refusal, ServerFrame};

/// How long to wait before the log is read again after it could not be.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);

impl Session {
    /// Reads the next page of the next room that is behind, if none is being read.
    pub(super) fn catch_up(&mut self, ctx: &mut Context<Self>) {
        if self.is_reading_log {
            return;
        }
        let Some((open, seat, from)) = self.memberships.next_behind() else { return };
        self.is_reading_log = true;
        let hub = Arc::clone(&self.hub);
        let page = async move { hub.read(move |store: &mut Store| read_on(store, open.id, &open.name, from)).await };
        ctx.spawn(page.into_actor(self).map(move |page, session, ctx| {
            session.is_reading_log = false;
            session.hand_over(&seat, from, page, ctx);
        }));
    }

    fn hand_over(&mut self, seat: &Rc<Seat>, from: Seq, page: Result<(Bytes, Seq), Refusal>, ctx: &mut Context<Self>) {
        match page {
            Ok((frames, last)) if last > from => {
                // left or joined again meanwhile: the page is of no use
                if Rc::strong_count(seat) > 1 && seat.cursor.borrow_mut().advance(from, last) {
                    self.link.push(frames);
                }
                self.link.ask_for_room();
            }
            _ => {
                ctx.run_later(PAUSE_AFTER_FAILURE, |session, _| session.link.ask_for_room());
            }
        }
        self.link.flush();
    }
}

/// Some events after `from`, encoded, and the last of them.
fn read_on(store: &mut Store, id: RoomId, name: &RoomName, from: Seq) -> Result<(Bytes, Seq), StoreError> {
    let mut budget = Budget::of(limits::CATCH_UP_BYTES_MAX);
    let fits = |message: &Message| budget.fits_event(name.as_str(), &message.author, &message.body);
    let messages = store.after(id, from, usize::from(limits::PAGE_EVENTS_MAX), fits)?;
    let last = messages.last().map_or(from, |message| message.seq);
    let mut frames = BytesMut::new();
    for message in messages {
        wire::append_frame(&mut frames, &ServerFrame::Event(event_of(name, message)));
    }
    Ok((frames.freeze(), last))
}
