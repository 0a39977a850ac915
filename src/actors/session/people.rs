//! `register` and `login`: a guest becomes somebody. The rooms that the session is in are told.

use std::sync::Arc;

use actix::Context;

use super::{Session, Who};
use crate::actors::room::Rename;
use crate::chat::{Present, form};
use crate::model::User;
use crate::model::names::key_of;
use crate::store::{Registered, Store};
use crate::wire::{Answer, Code, Login, Refusal, Register};

impl Session {
    pub(super) fn register(&mut self, id: u32, who: &Who, register: &Register, ctx: &mut Context<Self>) {
        let handle = match form::handle(&register.handle) {
            Ok(handle) => handle,
            Err(refusal) => return self.refuse(id, refusal),
        };
        if register.password.is_some() {
            return self.refuse(id, form::bad("this server keeps no passwords yet; register without one"));
        }
        let (hub, device, now) = (Arc::clone(&self.hub), who.device, self.hub.settings.clock.now());
        let work = async move { hub.write(move |store: &mut Store| store.register(device, &handle, now)).await };
        self.later(id, ctx, work, |session, registered| match registered {
            Registered::Done(user) => {
                session.become_user(user.clone());
                Ok(Answer::User(user))
            }
            Registered::Taken => Err(Refusal::new(Code::HandleTaken, "somebody else has this handle")),
            Registered::Unfit(why) => Err(Refusal::new(Code::HandleInvalid, why.to_string())),
            Registered::Denied => Err(Refusal::new(Code::Denied, "this device has another handle")),
        });
    }

    /// No handle has a password yet, so that none can be logged in to.
    pub(super) fn login(&self, id: u32, _: &Login) {
        self.refuse(id, Refusal::new(Code::Denied, "this handle cannot be logged in to from here"));
    }

    fn become_user(&mut self, user: User) {
        if self.present.as_ref().is_none_or(|present| present.user == user) {
            return;
        }
        let present = Arc::new(Present { key: key_of(&user.name), user });
        self.present = Some(Arc::clone(&present));
        for membership in self.memberships.iter() {
            let rename = Rename { session: self.link.id, present: Arc::clone(&present) };
            // bounded: one a room and registration, which its session waits for
            membership.open.room.do_send(rename);
        }
    }
}
