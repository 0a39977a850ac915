//! `hello`: who speaks over this connection. It comes first; what goes wrong with it ends the connection.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError};

use actix::Context;
use bytes::Bytes;

use super::Session;
use crate::actors::Hub;
use crate::actors::journal::Origin;
use crate::actors::lobby::Arrive;
use crate::chat::Present;
use crate::model::names::key_of;
use crate::model::{DeviceId, Timestamp, User};
use crate::store::{Ban, Comer, Identity, Store, StoreError};
use crate::wire::{self, Answer, ByeCode, Code, DeviceKey, Hello, Refusal, Request, Welcome};

impl Session {
    pub(super) fn first_request(&mut self, id: u32, request: Request, ctx: &mut Context<Self>) {
        let Request::Hello(hello) = request else {
            return self.turn_away(id, hello_first());
        };
        // who is kept waiting by a crowd is not to be taken for silent
        self.link.note_hello();
        if hello.protocol != wire::PROTOCOL {
            return self.turn_away(id, Refusal::new(Code::UnsupportedProtocol, "this server speaks version 1"));
        }
        if let Err(too_fast) = self.hub.rates.greet(hello.device.is_none(), self.network()) {
            return self.turn_away(id, too_fast.refusal("too many came from this address; wait a little"));
        }
        log::debug!("session {} says hello, agent {:?}", self.link.id, hello.agent);
        self.wait_for(ctx, identify(Arc::clone(&self.hub), hello, self.origin.address), move |session, found, ctx| {
            match found {
                Ok(key) => session.arrive(id, key, ctx),
                Err(refusal) => session.turn_away(id, refusal),
            }
        });
    }

    fn arrive(&mut self, id: u32, key: DeviceKey, ctx: &mut Context<Self>) {
        log::debug!("session {} is device {}", self.link.id, key.id);
        // noted before the lobby is told, so that whatever ends this session in between is told too
        self.device = Some(key.id);
        let work = introduce(Arc::clone(&self.hub), Arc::clone(&self.origin), key, self.origin.address);
        self.wait_for(ctx, work, move |session, introduced, _| match introduced {
            Ok((present, key)) => match session.take_place_of(&present.user) {
                Ok(()) => session.welcome(id, present, key),
                Err(refusal) => session.turn_away(id, refusal),
            },
            Err(refusal) => session.turn_away(id, refusal),
        });
    }

    /// Counts the device among those of its user that are connected; guests are none's.
    pub(super) fn take_place_of(&mut self, user: &User) -> Result<(), Refusal> {
        let device = self.device.filter(|_| !user.guest);
        let Some(device) = device else { return Ok(()) };
        let place = self.hub.user_places.enter(user.id, device).ok_or_else(|| {
            Refusal::new(Code::Quota, "too many devices of this user are connected; end one of them first")
        })?;
        self.user_place = Some(Box::new(place));
        Ok(())
    }

    /// What was no request at all: a malformed `hello`, or something else in its place.
    pub(super) fn refuse_stranger(&self, id: u32, refusal: Refusal, frame: &Bytes) {
        self.turn_away(id, if wire::is_hello(frame) { refusal } else { hello_first() });
    }

    fn welcome(&mut self, id: u32, present: Arc<Present>, device: DeviceKey) {
        let settings = &self.hub.settings;
        let welcome = Welcome {
            protocol: wire::PROTOCOL,
            server: settings.server.clone(),
            device,
            user: present.user.clone(),
            limits: settings.limits.clone(),
            at: settings.clock.now(),
        };
        self.present = Some(present);
        self.answer(id, Ok(Answer::Welcome(welcome)));
    }

    fn turn_away(&self, id: u32, refusal: Refusal) {
        let (code, message) = (bye_code(refusal.code), refusal.message.clone());
        self.refuse(id, refusal);
        self.link.close(code, message);
    }
}

/// Whose connection this is: a device that is known, or a new one. Who is banned is neither.
async fn identify(hub: Arc<Hub>, hello: Hello, peer: IpAddr) -> Result<DeviceKey, Refusal> {
    let now = hub.settings.clock.now();
    let Some(key) = hello.device else { return make_device(&hub, peer).await };
    let (id, secret) = (key.id, key.secret.clone());
    hub.read(move |store: &mut Store| admit(store, id, &secret, peer, now)).await??;
    Ok(key)
}

/// Tells the lobby, and finds out as whom the others see the device.
async fn introduce(
    hub: Arc<Hub>,
    origin: Arc<Origin>,
    key: DeviceKey,
    peer: IpAddr,
) -> Result<(Arc<Present>, DeviceKey), Refusal> {
    hub.lobby.send(Arrive(key.id, origin)).await.map_err(super::gone)?;
    // asked once more behind all that an earlier connection of the device still had with the thread that writes: it may
    // have registered, or have been revoked or banned before the lobby knew of this one
    let (id, secret, now) = (key.id, key.secret.clone(), hub.settings.clock.now());
    let identity = hub.with_writer(move |store: &mut Store| admit(store, id, &secret, peer, now)).await??;
    Ok((Arc::new(Present { key: key_of(&identity.user.name), user: identity.user }), key))
}

/// Who speaks through the device, if it shows its secret and nothing keeps it out.
fn admit(
    store: &mut Store,
    device: DeviceId,
    secret: &[u8],
    address: IpAddr,
    now: Timestamp,
) -> Result<Result<Identity, Refusal>, StoreError> {
    let Some(identity) = store.authenticate(device, secret)? else {
        return Ok(Err(Refusal::new(Code::Denied, "no such device, or not its secret")));
    };
    let key = key_of(&identity.user.name);
    let comer = Comer { address: Some(address), device: Some(device), handle: (!identity.user.guest).then_some(&key) };
    Ok(store.ban_on(&comer, now)?.map_or(Ok(identity), |ban| Err(banned(&ban))))
}

async fn make_device(hub: &Hub, address: IpAddr) -> Result<DeviceKey, Refusal> {
    let now = hub.settings.clock.now();
    let ban = move |store: &mut Store| store.ban_on(&Comer { address: Some(address), device: None, handle: None }, now);
    if let Some(ban) = hub.read(ban).await? {
        return Err(banned(&ban));
    }
    let chance = Arc::clone(&hub.chance);
    let make =
        move |store: &mut Store| store.new_device(&mut chance.lock().unwrap_or_else(PoisonError::into_inner), now);
    let (identity, secret) = hub.write(make).await?;
    Ok(DeviceKey { id: identity.device, secret: secret.to_vec() })
}

/// The refusal for whom the operator keeps out: why, and until when.
pub(super) fn banned(ban: &Ban) -> Refusal {
    Refusal::new(Code::Denied, ban.to_string())
}

fn hello_first() -> Refusal {
    Refusal::new(Code::HelloFirst, "say hello first")
}

/// The `bye` that says the same; a server that cannot take in a new device is full.
fn bye_code(code: Code) -> ByeCode {
    match code {
        Code::BadRequest => ByeCode::BadRequest,
        Code::HelloFirst => ByeCode::HelloFirst,
        Code::UnsupportedProtocol => ByeCode::UnsupportedProtocol,
        Code::Denied => ByeCode::Denied,
        Code::SlowDown => ByeCode::SlowDown,
        _ => ByeCode::Full,
    }
}
