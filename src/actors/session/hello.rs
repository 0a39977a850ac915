//! `hello`: who speaks over this connection. It comes first; what goes wrong with it ends the connection.

use std::rc::Rc;
use std::sync::Arc;

use actix::Context;
use bytes::Bytes;

use super::{Arrival, Session, Who};
use crate::actors::Hub;
use crate::actors::journal::Origin;
use crate::actors::lobby::Arrive;
use crate::actors::permits::Permits;
use crate::chat::Present;
use crate::model::names::key_of;
use crate::store::{Identity, Store};
use crate::wire::{self, Answer, ByeCode, Code, DeviceKey, Hello, Refusal, Request, Welcome};

impl Session {
    pub(super) fn first_request(&mut self, id: u32, request: Request, ctx: &mut Context<Self>) {
        let Request::Hello(hello) = request else {
            return self.turn_away(id, hello_first());
        };
        if hello.protocol != wire::PROTOCOL {
            return self.turn_away(id, Refusal::new(Code::UnsupportedProtocol, "this server speaks version 1"));
        }
        let (hub, origin, permits) = (Arc::clone(&self.hub), Arc::clone(&self.origin), self.permits.clone());
        self.wait_for(ctx, introduce(hub, origin, permits, hello), move |session, introduced, _| match introduced {
            Ok((who, key)) => session.welcome(id, who, key),
            Err(refusal) => session.turn_away(id, refusal),
        });
    }

    /// What was no request at all: a malformed `hello`, or something else in its place.
    pub(super) fn refuse_stranger(&self, id: u32, refusal: Refusal, frame: &Bytes) {
        self.turn_away(id, if wire::is_hello(frame) { refusal } else { hello_first() });
    }

    fn welcome(&mut self, id: u32, who: Who, device: DeviceKey) {
        let settings = &self.hub.settings;
        let welcome = Welcome {
            protocol: wire::PROTOCOL,
            server: settings.server.clone(),
            device,
            user: who.present.user.clone(),
            limits: settings.limits.clone(),
            at: settings.clock.now(),
        };
        self.who = Some(who);
        self.link.note_welcome();
        self.answer(id, Ok(Answer::Welcome(welcome)));
    }

    fn turn_away(&self, id: u32, refusal: Refusal) {
        let (code, message) = (bye_code(refusal.code), refusal.message.clone());
        self.refuse(id, refusal);
        self.link.close(code, message);
    }
}

async fn introduce(
    hub: Arc<Hub>,
    origin: Arc<Origin>,
    permits: Permits,
    hello: Hello,
) -> Result<(Who, DeviceKey), Refusal> {
    let (identity, key) = match hello.device {
        Some(key) => (authenticate(&hub, key.clone()).await?, key),
        None => make_device(&hub).await?,
    };
    log::debug!("session {} is device {}, agent {:?}", origin.session, identity.device, hello.agent);
    let (device, session, lobby) = (identity.device, origin.session, hub.lobby.clone());
    // made before the lobby is told, so that whatever ends this session in between is told too
    let arrival = Rc::new(Arrival { lobby, device, session, permits });
    hub.lobby.send(Arrive(device, origin)).await.map_err(super::gone)?;
    // asked once more behind all that an earlier connection of the device still had with the thread that writes: it may
    // have registered
    let (id, secret) = (key.id, key.secret.clone());
    let identity = hub.write(move |store: &mut Store| store.authenticate(id, &secret)).await?.unwrap_or(identity);
    let present = Present { key: key_of(&identity.user.name), user: identity.user };
    Ok((Who { device, present, _arrival: arrival }, key))
}

async fn authenticate(hub: &Hub, key: DeviceKey) -> Result<Identity, Refusal> {
    let found = hub.read(move |store: &mut Store| store.authenticate(key.id, &key.secret)).await?;
    found.ok_or_else(|| Refusal::new(Code::Denied, "no such device, or not its secret"))
}

async fn make_device(hub: &Hub) -> Result<(Identity, DeviceKey), Refusal> {
    let (chance, now) = (Arc::clone(&hub.chance), hub.settings.clock.now());
    let (identity, secret) = hub
        .write(move |store: &mut Store| {
            let mut chance = chance.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            store.new_device(&mut chance, now)
        })
        .await?;
    let key = DeviceKey { id: identity.device, secret: secret.to_vec() };
    Ok((identity, key))
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
        _ => ByeCode::Full,
    }
}
