//! `say`: from a request to a submission. What is decoded from one read for one room goes there as one message;
//! nothing is waited for, since the answer comes back through the fan-out.

use std::sync::Arc;

use actix::Context;
use bytes::Bytes;

use super::{Arrived, Session, Who};
use crate::actors::OpenRoom;
use crate::actors::journal::{Append, Group, Ticket};
use crate::actors::permits::Permit;
use crate::actors::room::Submit;
use crate::chat::form;
use crate::model::{Body, Nonce, RoomName, Seq};
use crate::store::{Entry, Place, Store, UploadId};
use crate::wire::Say;

/// Says for one room, in order, not yet sent there.
pub(super) struct Gathered {
    back: Option<Arc<OpenRoom>>,
    group: Group,
}

/// One message to be written, by `say` or by `finish`.
pub(super) struct Message {
    pub room: String,
    pub nonce: Nonce,
    pub body: Body,
    pub reply_to: Option<Seq>,
    pub upload: Option<UploadId>,
}

impl Session {
    pub(super) fn say(&mut self, id: u32, who: &Who, say: Say, frame: &Bytes, ctx: &mut Context<Self>) {
        if let Err(refusal) = form::body(&say.body) {
            return self.refuse(id, refusal);
        }
        let Some(permit) = self.take_permit(frame, ctx) else { return };
        self.send(Ticket { request: id, permit }, who, Message::of(say), ctx);
    }

    /// Puts a message on its way. One for a room that the session is not in goes to the journal all the same: it may
    /// repeat one that was said before, which is answered before anything is judged.
    pub(super) fn send(&mut self, ticket: Ticket, who: &Who, message: Message, ctx: &mut Context<Self>) {
        match self.memberships.find(&message.room) {
            Err(refusal) => self.refuse(ticket.request, refusal),
            Ok(Ok(membership)) => {
                let open = Arc::clone(&membership.open);
                let (name, entry) = (open.name.clone(), message.into_entry(Place::Room(open.id), who));
                self.gather(Some(open), name, ticket, entry);
            }
            Ok(Err(key)) => {
                let (hub, wanted) = (Arc::clone(&self.hub), key.clone());
                let name = async move { hub.read(move |store: &mut Store| store.find_room(&wanted)).await };
                let raw = RoomName::from_store(&message.room);
                let entry = message.into_entry(Place::Key(key), who);
                self.wait_for(ctx, name, move |session, found, _| match found {
                    Ok(found) => session.gather(None, found.map_or(raw, |room| room.name), ticket, entry),
                    Err(refusal) => session.refuse(ticket.request, refusal),
                });
            }
        }
    }

    /// A permit for what `frame` asks. Without one the frame waits, and the socket with it.
    pub(super) fn take_permit(&mut self, frame: &Bytes, ctx: &mut Context<Self>) -> Option<Permit> {
        let permit = self.in_hand.as_mut().and_then(|permit| permit.split_one()).or_else(|| self.permits.try_take());
        if permit.is_none() {
            self.backlog.push_front(Arrived::Counted(frame.clone()));
            let permits = self.permits.clone().wait(self.backlog.len());
            self.wait_for(ctx, permits, |session, permits, _| session.in_hand = permits.map(Box::new));
        }
        permit
    }

    /// Adds an entry to what goes to its room next.
    fn gather(&mut self, back: Option<Arc<OpenRoom>>, room: RoomName, ticket: Ticket, entry: Entry) {
        let Ticket { request, permit } = ticket;
        if let Some(gathered) = self.gathered.as_mut().filter(|gathered| gathered.is_for(back.as_deref())) {
            let group = &mut gathered.group;
            group.requests.push(request);
            group.permit.merge(permit);
            group.entries.push(entry);
            return;
        }
        self.submit();
        let origin = Arc::clone(&self.origin);
        let group = Group { origin, room, requests: vec![request], permit, entries: vec![entry] };
        self.gathered = Some(Box::new(Gathered { back, group }));
    }

    /// Sends what was gathered.
    pub(super) fn submit(&mut self) {
        let Some(gathered) = self.gathered.take() else { return };
        let Gathered { back, group } = *gathered;
        match back {
            Some(open) => {
                let to = Arc::clone(&open);
                // bounded: each say in the group holds a permit
                to.room.do_send(Submit(open, group));
            }
            // bounded: likewise
            None => self.hub.journal.do_send(Append { back: None, group }),
        }
    }
}

impl Message {
    /// What `say` asks for.
    pub(super) fn of(say: Say) -> Self {
        let Say { room, nonce, body, reply_to } = say;
        Self { room, nonce, body, reply_to, upload: None }
    }

    pub(super) fn into_entry(self, place: Place, who: &Who) -> Entry {
        Entry {
            refuse_if_new: matches!(place, Place::Key(_)),
            place,
            device: who.device,
            author: who.present.user.clone(),
            nonce: self.nonce,
            body: self.body,
            reply_to: self.reply_to,
            upload: self.upload,
        }
    }
}

impl Gathered {
    /// Says without a room do not share a group: each names its own.
    fn is_for(&self, back: Option<&OpenRoom>) -> bool {
        self.back.as_deref().zip(back).is_some_and(|(open, other)| open.id == other.id)
    }
}
