//! What is answered to somebody who is too fast: `slow_down`, but what was said before as it was then, since the nonce
//! comes before the rate; and `bye` to who goes on regardless. How fast is too fast is left to [`crate::actors::rates`].

use std::sync::Arc;

use actix::Context;

use super::{Session, Who};
use crate::actors::batch::verdict;
use crate::actors::rates::Uploader;
use crate::chat::{Cost, cost, form};
use crate::model::{Network, limits};
use crate::store::{Place, Store};
use crate::wire::{Answer, ByeCode, Chunk, Code, Refusal, Request, Said, Say};

impl Session {
    /// Where the other end is counted.
    pub(super) fn network(&self) -> Network {
        self.origin.place.network()
    }

    /// Counts a request, or what is none; who leaves may always.
    ///
    /// # Errors
    /// `slow_down` or `quota`, if it comes too early.
    pub(super) fn keep_pace(&self, who: &Who, request: Option<&Request>) -> Result<(), Refusal> {
        let cost = request.map_or(Cost::Requests(1), cost);
        let counted = self.hub.rates.ask(cost, who.device, self.network());
        counted.map_err(|too_fast| too_fast.refusal("this is faster than the server allows; wait a little"))?;
        if let Some(Request::Chunk(chunk)) = request { self.count_chunk(who, chunk) } else { Ok(()) }
    }

    /// Counts the bytes of a chunk: of the user, and a guest's with those of all guests of the network.
    fn count_chunk(&self, who: &Who, chunk: &Chunk) -> Result<(), Refusal> {
        let user = &who.present.user;
        let uploader = if user.guest { Uploader::Guests(self.network()) } else { Uploader::User(user.id) };
        self.hub.rates.upload(uploader, chunk.data.len()).map_err(|too_fast| {
            let seconds = too_fast.retry_after.as_secs() + 1;
            Refusal::new(Code::Quota, format!("this is more than may be uploaded in a day; go on in {seconds} s"))
        })
    }

    /// Refuses what comes too early, and not at once; who goes on for long after `slow_down` is ended.
    pub(super) fn slow_down(
        &mut self,
        id: u32,
        who: &Who,
        request: Option<Request>,
        refusal: Refusal,
        ctx: &mut Context<Self>,
    ) {
        if refusal.code == Code::SlowDown && self.hub.rates.is_deaf(who.device) {
            return self.end(ByeCode::SlowDown, "this goes on far beyond the rate; come back later", ctx);
        }
        let who = who.clone();
        self.wait_for(ctx, tokio::time::sleep(limits::SLOW_DOWN_PAUSE), move |session, (), ctx| match request {
            Some(Request::Say(say)) => session.recall(id, &who, say, refusal, ctx),
            _ => session.refuse(id, refusal),
        });
    }

    /// Answers what was said before; anything else gets the refusal.
    fn recall(&mut self, id: u32, who: &Who, say: Say, refusal: Refusal, ctx: &mut Context<Self>) {
        let found = form::body(&say.body).and_then(|()| form::room(&say.room));
        let name = match found {
            Ok(name) => name,
            Err(refusal) => return self.refuse(id, refusal),
        };
        let (hub, key) = (Arc::clone(&self.hub), name.key());
        let entry = super::say::Message::of(say).into_entry(Place::Key(key.clone()), who);
        let query = move |store: &mut Store| match store.recall(&entry)? {
            Some(outcome) => Ok(Some((outcome, store.find_room(&key)?))),
            None => Ok(None),
        };
        self.later(id, ctx, async move { hub.read(query).await }, move |_, recalled| {
            let (outcome, room) = recalled.ok_or(refusal)?;
            let placed = verdict(outcome)?;
            let room = room.map_or(name, |room| room.name).to_string();
            Ok(Answer::Said(Said { room, seq: placed.seq, at: placed.at }))
        });
    }
}
