//! Carries out one order on the store, and says whose connections have to end for it. Ending them is left to
//! [`super::serve()`]: where no server runs there are none.

use ipnet::IpNet;

use super::{Order, Reply, Target, lists};
use crate::actors::lobby::Evicted;
use crate::model::names::key_of;
use crate::model::{Timestamp, limits};
use crate::store::bans::{in_words, plain};
use crate::store::{Ban, BanOn, Store, StoreError};

/// What an order led to.
#[derive(Debug)]
pub(super) struct Effect {
    pub(super) reply: Reply,
    /// Whose connections have to end, and what they are told.
    pub(super) evicted: Option<(Evicted, String)>,
}

/// Carries out one order.
///
/// # Errors
/// The store's; nothing has changed then, or nobody knows.
pub(super) fn obey(store: &mut Store, order: &Order, now: Timestamp) -> Result<Effect, StoreError> {
    match order {
        Order::Users { after } => lists::users(store, *after, now).map(Effect::from),
        Order::Bans { after } => lists::bans(store, *after, now).map(Effect::from),
        Order::Rooms { after } => lists::rooms(store, *after).map(Effect::from),
        Order::Ban { on, until, reason } => ban(store, on, *until, reason, now),
        Order::Unban { on } => unban(store, on, now),
        Order::Remove { handle } => Ok(match store.remove_user(&key_of(handle), now)? {
            None => nobody(handle),
            Some(devices) => Effect {
                reply: Reply::Done(format!("removed {handle}: what was said stays, and the handle stays taken")),
                evicted: Some((Evicted::Devices(devices), "this user was removed".into())),
            },
        }),
        Order::Revoke { device } => Ok(if store.revoke_device(*device)? {
            Effect {
                reply: Reply::Done(format!("revoked device {device}")),
                evicted: Some((Evicted::Devices(vec![*device]), "this device was revoked".into())),
            }
        } else {
            refused(format!("there is no device {device}"))
        }),
        Order::Close { room } => {
            let is_done = store.close_room(&key_of(room), now)?;
            Ok(of_room(room, is_done, "closed: it can be read, and nothing new is said there"))
        }
        Order::Open { room } => {
            Ok(of_room(room, store.open_room(&key_of(room))?, "open: things may be said there again"))
        }
    }
}

fn ban(
    store: &mut Store,
    target: &Target,
    until: Option<Timestamp>,
    reason: &str,
    now: Timestamp,
) -> Result<Effect, StoreError> {
    if reason.len() > limits::BAN_REASON_BYTES_MAX {
        return Ok(refused(format!("a reason has at most {} bytes", limits::BAN_REASON_BYTES_MAX)));
    }
    if until.is_some_and(|until| until <= now) {
        return Ok(refused("this ban would be over already".into()));
    }
    let (on, evicted) = match find(store, target)? {
        Ok(found) => found,
        Err(why) => return Ok(refused(why)),
    };
    let ban = on.ban(until, reason, now);
    store.ban(&ban, now)?;
    let end = until.map_or_else(|| "for good".to_owned(), |until| format!("until {}", in_words(until)));
    let reply = Reply::Done(format!("banned {} {end}", in_short(target, &ban)));
    Ok(Effect { reply, evicted: Some((evicted, ban.to_string())) })
}

fn unban(store: &mut Store, target: &Target, now: Timestamp) -> Result<Effect, StoreError> {
    let on = match target {
        Target::Handle(handle) => BanOn::Handle(key_of(handle)),
        Target::Device(device) => BanOn::Device(*device),
        Target::Network(network) => match parse(network) {
            Ok(network) => BanOn::Network(network),
            Err(why) => return Ok(refused(why)),
        },
    };
    let name = in_short(target, &on.ban(None, "", now));
    let is_lifted = store.unban(&on, now)?;
    Ok(if is_lifted { done(format!("{name} is banned no more")) } else { refused(format!("{name} is not banned")) })
}

/// What a ban would be on, and whose connections would end; or why there is nothing like that.
fn find(store: &mut Store, target: &Target) -> Result<Result<(BanOn, Evicted), String>, StoreError> {
    Ok(match target {
        Target::Handle(handle) => {
            let key = key_of(handle);
            let devices = store.devices_with(&key)?.ok_or_else(|| unknown(handle));
            devices.map(|devices| (BanOn::Handle(key), Evicted::Devices(devices)))
        }
        Target::Device(device) if store.is_device(*device)? => {
            Ok((BanOn::Device(*device), Evicted::Devices(vec![*device])))
        }
        Target::Device(device) => Err(format!("there is no device {device}")),
        Target::Network(network) => parse(network).map(|network| (BanOn::Network(network), Evicted::Network(network))),
    })
}

/// A network, or one address.
fn parse(text: &str) -> Result<IpNet, String> {
    let address = || text.parse().map(|address: std::net::IpAddr| IpNet::from(address));
    let network = text.parse::<IpNet>().or_else(|_| address());
    network.map(plain).map_err(|_| format!("{text} is no network: write it as 192.0.2.0/24 or 2001:db8::/32"))
}

fn in_short(target: &Target, ban: &Ban) -> String {
    match target {
        Target::Handle(handle) => handle.clone(),
        Target::Device(_) | Target::Network(_) => format!("{} {}", ban.kind, ban.value),
    }
}

impl From<Reply> for Effect {
    fn from(reply: Reply) -> Self {
        Self { reply, evicted: None }
    }
}

fn done(line: String) -> Effect {
    Reply::Done(line).into()
}

fn refused(why: String) -> Effect {
    Reply::Refused(why).into()
}

fn of_room(room: &str, is_done: bool, state: &str) -> Effect {
    if is_done { done(format!("{room} is {state}")) } else { refused(format!("there is no room {room}")) }
}

fn nobody(handle: &str) -> Effect {
    refused(unknown(handle))
}

fn unknown(handle: &str) -> String {
    format!("nobody has the handle {handle}")
}
