//! `register`, `login` and `passwd`: a guest becomes somebody, who may keep a password. The rooms that the session is in
//! are told. Passwords are hashed on a thread of their own, before the store is asked to write.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use actix::Context;

use super::hello::banned;
use super::{Session, Who};
use crate::actors::Hub;
use crate::actors::room::Rename;
use crate::chat::{Present, Source, form};
use crate::model::names::key_of;
use crate::model::{DeviceId, NameKey, Network, Password, User};
use crate::store::{Comer, Registered, Store};
use crate::wire::{Answer, Code, Login, Passwd, Refusal, Register};

impl Session {
    pub(super) fn register(&mut self, id: u32, who: &Who, register: &Register, ctx: &mut Context<Self>) {
        let password = register.password.as_ref().map(form::password).transpose();
        let (handle, password) = match form::handle(&register.handle).and_then(|handle| Ok((handle, password?))) {
            Ok(form) => form,
            Err(refusal) => return self.refuse(id, refusal),
        };
        let (hub, network, device, now) =
            (Arc::clone(&self.hub), self.network(), who.device, self.hub.settings.clock.now());
        let work = async move {
            let hash = match password {
                Some(password) => Some(keep(&hub, network, password).await?),
                None => None,
            };
            hub.write(move |store: &mut Store| store.register(device, &handle, hash.as_deref(), now)).await
        };
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

    pub(super) fn login(&mut self, id: u32, who: &Who, login: &Login, ctx: &mut Context<Self>) {
        let password = form::password(&login.password);
        let (key, password) = match form::handle(&login.handle).and_then(|handle| Ok((handle.key(), password?))) {
            Ok(form) => form,
            Err(refusal) => return self.refuse(id, refusal),
        };
        let is_guest = who.present.user.guest;
        if !is_guest && who.present.key == key {
            // as when it is registered again: the device has shown whose it is, and here nothing can be guessed
            return self.answer(id, Ok(Answer::User(who.present.user.clone())));
        }
        let attempt = Attempt { device: who.device, is_guest, network: self.network(), key, password };
        let work = log_in(Arc::clone(&self.hub), attempt);
        self.later(id, ctx, work, |session, user| {
            session.become_user(user.clone());
            Ok(Answer::User(user))
        });
    }

    pub(super) fn passwd(&mut self, id: u32, who: &Who, passwd: &Passwd, ctx: &mut Context<Self>) {
        let old = passwd.old.as_ref().map(form::password).transpose();
        let (password, old) = match form::password(&passwd.password).and_then(|password| Ok((password, old?))) {
            Ok(form) => form,
            Err(refusal) => return self.refuse(id, refusal),
        };
        if who.present.user.guest {
            return self.refuse(id, Refusal::new(Code::Denied, "register first: a guest has no password"));
        }
        let owner = (who.device, self.network(), who.present.key.clone());
        let work = change(Arc::clone(&self.hub), owner, password, old);
        self.later(id, ctx, work, |_, ()| Ok(Answer::Ok));
    }

    fn become_user(&mut self, user: User) {
        if self.present.as_ref().is_none_or(|present| present.user == user) {
            return;
        }
        let present = Arc::new(Present { key: key_of(&user.name), user });
        // one too many is told so when it says hello again: here it is written down already whose it is
        self.take_place_of(&present.user).ok();
        self.present = Some(Arc::clone(&present));
        for membership in self.memberships.iter() {
            let rename = Rename { session: self.link.id, present: Arc::clone(&present) };
            // bounded: one a room and registration, which its session waits for
            membership.open.room.do_send(rename);
        }
    }
}

/// Somebody says who they are.
struct Attempt {
    device: DeviceId,
    is_guest: bool,
    network: Network,
    key: NameKey,
    password: Password,
}

/// The same steps for whatever is wrong, so that the answer takes as long.
async fn log_in(hub: Arc<Hub>, attempt: Attempt) -> Result<User, Refusal> {
    let Attempt { device, is_guest, network, key, password } = attempt;
    let source = Source::Network(network);
    begin(&hub, source, &key)?;
    let Some(checked) = check(&hub, (network, source), &key, password).await? else { return Err(denied()) };
    if !is_guest {
        return Err(denied());
    }
    let handle = key.clone();
    let now = hub.settings.clock.now();
    let user = hub
        .write(move |store: &mut Store| {
            // only who knows the password hears of it; and no device joins the user behind a ban's back
            match store.ban_on(&Comer { address: None, device: None, handle: Some(&handle) }, now)? {
                Some(ban) => Ok(Err(banned(&ban))),
                None => Ok(Ok(store.login(device, &handle, &checked)?)),
            }
        })
        .await??;
    let user = user.ok_or_else(denied)?;
    forgive(&hub, source, &key, true);
    Ok(user)
}

async fn change(
    hub: Arc<Hub>,
    (device, network, key): (DeviceId, Network, NameKey),
    password: Password,
    old: Option<Password>,
) -> Result<(), Refusal> {
    let handle = key.clone();
    let kept = hub.read(move |store: &mut Store| store.password_hash(&handle)).await?;
    let source = Source::Device(device);
    let checked = match (kept, old) {
        (None, _) => None,
        (Some(_), None) => return Err(Refusal::new(Code::Denied, "the old password is needed")),
        (Some(_), Some(old)) => {
            begin(&hub, source, &key)?;
            let wrong = || Refusal::new(Code::Denied, "the old password is another one");
            let checked = check(&hub, (network, source), &key, old).await?.ok_or_else(wrong)?;
            forgive(&hub, source, &key, true);
            Some(checked)
        }
    };
    let hash = keep(&hub, network, password).await?;
    let is_done = hub.write(move |store: &mut Store| store.set_password(device, checked.as_deref(), &hash)).await?;
    is_done.then_some(()).ok_or_else(|| Refusal::new(Code::Denied, "the password was changed meanwhile"))
}

/// The hash that is kept for the handle, if this is its password. What was not looked at is no guess.
async fn check(
    hub: &Hub,
    (network, source): (Network, Source),
    key: &NameKey,
    password: Password,
) -> Result<Option<String>, Refusal> {
    let handle = key.clone();
    let looked = async {
        let kept = hub.read(move |store: &mut Store| store.password_hash(&handle)).await?;
        Ok((hub.hashing.is_right(network, password, kept.clone()).await?, kept))
    };
    match looked.await {
        Ok((is_right, kept)) => Ok(kept.filter(|_| is_right)),
        Err(refusal) => {
            forgive(hub, source, key, false);
            Err(refusal)
        }
    }
}

async fn keep(hub: &Hub, network: Network, password: Password) -> Result<String, Refusal> {
    let salt = hub.chance.lock().unwrap_or_else(PoisonError::into_inner).secret();
    hub.hashing.hash(network, password, salt).await
}

fn begin(hub: &Hub, source: Source, key: &NameKey) -> Result<(), Refusal> {
    let now = hub.settings.clock.now();
    let begun = hub.guesses.lock().unwrap_or_else(PoisonError::into_inner).begin(source, key, now);
    begun.map_err(|wait: Duration| {
        let refusal = Refusal::new(Code::SlowDown, "too many wrong passwords; wait before the next");
        Refusal { retry_after_ms: Some(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)), ..refusal }
    })
}

fn forgive(hub: &Hub, source: Source, key: &NameKey, was_right: bool) {
    hub.guesses.lock().unwrap_or_else(PoisonError::into_inner).forgive(source, key, was_right);
}

fn denied() -> Refusal {
    Refusal::new(Code::Denied, "this handle and this password do not belong together, or this device has a handle")
}
