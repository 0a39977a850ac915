//! `join`, `leave`, `typing` and `read`: what a session does in rooms besides saying things.

use std::rc::Rc;
use std::sync::Arc;

use actix::Context;

use super::membership::{Known, Membership};
use super::{Session, Who};
use crate::actors::journal;
use crate::actors::lobby::{Maker, Open};
use crate::actors::room::{Enter, Entered, Typing};
use crate::actors::{Hub, OpenRoom};
use crate::chat::form;
use crate::model::{LogId, Network, RoomName, Seq, limits};
use crate::store::Store;
use crate::wire::{Answer, Code, InRoom, Join, Joined, Read, Refusal};

impl Session {
    pub(super) fn join(&mut self, id: u32, who: Who, join: &Join, ctx: &mut Context<Self>) {
        let (name, known) = match self.may_join(join) {
            Ok(allowed) => allowed,
            Err(refusal) => return self.refuse(id, refusal),
        };
        let (hub, origin, after) = (Arc::clone(&self.hub), Arc::clone(&self.origin), join.after);
        let network = self.network();
        let (registry, link) = (Rc::clone(&self.registry), Rc::clone(&self.link));
        let work = async move {
            let (open, seat) = match known {
                Some((open, seat)) => (open, Some(seat)),
                None => (find_room(&hub, name, after, network).await?, None),
            };
            let (stored_head, read) = look_up(&hub, &who, &open).await?;
            if seat.as_ref().is_some_and(|seat| seat.strong_count() == 0) {
                // the connection was closed meanwhile, and to have left the room is its last word there
                return Err(journal::not_joined());
            }
            let membership = seat.is_none().then(|| Membership::subscribe(Arc::clone(&open), registry, link));
            let enter = Enter { origin, present: who.present, after, stored_head };
            let entered = open.room.send(enter).await.map_err(super::gone)??;
            Ok((open, membership, entered, read))
        };
        self.later(id, ctx, work, move |session, (open, membership, entered, read)| {
            session.memberships.insert(membership);
            session.place_cursor(&open, after, &entered);
            Ok(Answer::Joined(joined(session.hub.log, &open, entered, read)))
        });
    }

    /// The rules that need no look at the room: the log first, since a cursor of another log says nothing.
    fn may_join(&self, join: &Join) -> Result<(RoomName, Option<Known>), Refusal> {
        let name = form::room(&join.room)?;
        if join.log.is_some_and(|log| log != self.hub.log) {
            return Err(Refusal::new(Code::LogChanged, "this is another log; start over"));
        }
        let known = self.memberships.find(&join.room)?.ok().map(Membership::known);
        if known.is_none() && self.memberships.len() >= limits::ROOMS_PER_SESSION_MAX {
            return Err(Refusal::new(Code::Quota, "leave a room first: this connection is in too many"));
        }
        Ok((name, known))
    }

    fn place_cursor(&self, open: &OpenRoom, after: Option<Seq>, entered: &Entered) {
        if let Some(membership) = self.memberships.by_id(open.id) {
            let mut cursor = membership.seat.cursor.borrow_mut();
            cursor.place(after.unwrap_or(entered.head), entered.head);
            if cursor.behind().is_some() {
                self.link.ask_for_room();
            }
        }
    }

    pub(super) fn leave(&mut self, id: u32, leave: &InRoom, ctx: &mut Context<Self>) {
        let joined = match self.memberships.find(&leave.room) {
            Ok(found) => found.map(|membership| membership.open.id),
            Err(refusal) => return self.refuse(id, refusal),
        };
        match joined {
            Ok(room) => {
                self.submit();
                self.memberships.remove(room);
                self.answer(id, Ok(Answer::Ok));
            }
            Err(key) => {
                let hub = Arc::clone(&self.hub);
                let work = async move { hub.read(move |store: &mut Store| store.find_room(&key)).await };
                self.later(id, ctx, work, |_, found| found.map(|_| Answer::Ok).ok_or_else(no_such_room));
            }
        }
    }

    pub(super) fn typing(&mut self, id: u32, typing: &InRoom, ctx: &mut Context<Self>) {
        match self.memberships.joined(&typing.room) {
            Err(refusal) => self.refuse(id, refusal),
            Ok(membership) => {
                let sent = membership.open.room.send(Typing(self.link.id));
                self.later(id, ctx, async { sent.await.map_err(super::gone) }, |_, ()| Ok(Answer::Ok));
            }
        }
    }

    pub(super) fn read(&mut self, id: u32, who: &Who, read: &Read, ctx: &mut Context<Self>) {
        let room = match self.memberships.joined(&read.room) {
            Ok(membership) => membership.open.id,
            Err(refusal) => return self.refuse(id, refusal),
        };
        let (hub, user, device, seq) = (Arc::clone(&self.hub), who.present.user.id, who.device, read.seq);
        let mark = move |store: &mut Store| store.mark_read(user, device, room, seq);
        self.later(id, ctx, async move { hub.write(mark).await }, |_, ()| Ok(Answer::Ok));
    }
}

/// A room to join: it is made, unless the cursor shows that another one was meant.
async fn find_room(hub: &Hub, name: RoomName, after: Option<Seq>, network: Network) -> Result<Arc<OpenRoom>, Refusal> {
    let maker = Maker { rates: Arc::clone(&hub.rates), network };
    let create = after.is_none_or(|after| after == Seq(0)).then_some(maker);
    let found = hub.lobby.send(Open { name, create }).await.map_err(super::gone)??;
    found.ok_or_else(|| Refusal::new(Code::CursorAhead, "there is no such room; start over"))
}

/// The head that is committed, and how far the session has read.
async fn look_up(hub: &Hub, who: &Who, open: &OpenRoom) -> Result<(Seq, Option<Seq>), Refusal> {
    let (user, device, room) = (who.present.user.id, who.device, open.id);
    hub.read(move |store: &mut Store| {
        let head = store.room(room)?.map_or(Seq(0), |room| room.head);
        Ok((head, store.read_mark(user, device, room)?))
    })
    .await
}

fn joined(log: LogId, open: &OpenRoom, entered: Entered, read: Option<Seq>) -> Joined {
    let Entered { topic, first, head, members } = entered;
    Joined { room: open.name.to_string(), log, topic, first, head, members, read }
}

/// The refusal for a room that nobody made.
pub(super) fn no_such_room() -> Refusal {
    Refusal::new(Code::NoSuchRoom, "there is no such room")
}
