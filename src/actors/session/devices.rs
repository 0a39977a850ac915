//! `devices` and `revoke`: what belongs to one's own user, and how one makes a device worth nothing that was lost.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use actix::Context;

use super::{Session, Who};
use crate::actors::Hub;
use crate::actors::lobby::{AreHere, Evict, Evicted};
use crate::chat::lists;
use crate::model::DeviceId;
use crate::store::{DeviceRow, Store};
use crate::wire::{Answer, Bye, ByeCode, Code, DeviceEntry, Devices, DevicesAfter, Refusal, Revoke};

/// Devices that are looked at for one list: as many of the smallest entries as fit in a frame.
const DEVICES_PER_LIST_MAX: usize = 4_096;

const REVOKED: &str = "this device was revoked";

impl Session {
    pub(super) fn devices(&mut self, id: u32, who: &Who, devices: &DevicesAfter, ctx: &mut Context<Self>) {
        let work = list(Arc::clone(&self.hub), who.device, devices.after);
        self.later(id, ctx, work, |_, devices| Ok(Answer::Devices(devices)));
    }

    /// It is answered once the other's connection is told to end and nothing that it had said can still be committed.
    pub(super) fn revoke(&mut self, id: u32, who: &Who, revoke: Revoke, ctx: &mut Context<Self>) {
        let (own, other) = (who.device, revoke.device);
        // a task of its own: once it is written down the other has to go, also if this connection breaks meanwhile
        let task = actix_rt::spawn(turn_out(Arc::clone(&self.hub), own, other));
        let work = async { task.await.map_err(super::gone)? };
        self.wait_for(ctx, work, move |session, done, _| {
            let is_over = done.is_ok() && own == other;
            session.answer(id, done.map(|()| Answer::Ok));
            if is_over {
                session.origin.revoked.store(true, Ordering::Release);
                session.link.close(ByeCode::Denied, REVOKED);
            }
        });
    }
}

async fn list(hub: Arc<Hub>, device: DeviceId, after: Option<DeviceId>) -> Result<Devices, Refusal> {
    let query = move |store: &mut Store| store.devices_of(device, after, DEVICES_PER_LIST_MAX);
    let rows = hub.read(query).await?;
    let is_long = rows.len() == DEVICES_PER_LIST_MAX;
    let here = hub.lobby.send(AreHere(rows.iter().map(|row| row.id).collect())).await.map_err(super::gone)?;
    let entry =
        |(DeviceRow { id, created_at }, here)| DeviceEntry { id, created: created_at, here, this: id == device };
    let (devices, is_cut) = lists::cut(rows.into_iter().zip(here).map(entry));
    Ok(Devices { devices, more: is_cut || is_long })
}

async fn turn_out(hub: Arc<Hub>, own: DeviceId, other: DeviceId) -> Result<(), Refusal> {
    if !hub.write(move |store: &mut Store| store.revoke(own, other)).await? {
        return Err(Refusal::new(Code::Denied, "this is no device of yours"));
    }
    if own == other {
        // its own answer has to go out before its connection ends
        return Ok(());
    }
    let bye = Bye { code: ByeCode::Denied, message: REVOKED.into() };
    hub.lobby.send(Evict(Evicted::Devices(vec![other]), bye)).await.map_err(super::gone)
}
