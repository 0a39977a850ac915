//! Makes the devices of newcomers: those who come while some are being made wait for the next transaction, and share it,
//! so that a crowd costs the disk a few syncs and not one each. Who may have one is asked before.

use std::sync::{Arc, Mutex, PoisonError};

use actix::{Actor, ActorFutureExt, Addr, AsyncContext, Context, Handler, Message, ResponseFuture, WrapFuture};
use tokio::sync::oneshot;

use super::executor::Query;
use super::{DbExecutor, Ending, Vital, hub};
use crate::model::{Chance, Clock, limits};
use crate::store::{Identity, Store, StoreError};
use crate::wire::Refusal;

/// A guest's device and its secret.
pub type NewDevice = (Identity, [u8; 16]);

/// Makes a device.
#[derive(Message)]
#[rtype(result = "Result<NewDevice, Refusal>")]
pub struct MakeDevice;

/// See the module.
pub struct Newcomers {
    writer: Addr<DbExecutor>,
    chance: Arc<Mutex<Chance>>,
    clock: Clock,
    waiting: Vec<oneshot::Sender<Result<NewDevice, Refusal>>>,
    is_busy: bool,
    _vital: Vital,
}

impl Newcomers {
    /// With nobody waiting.
    #[must_use]
    pub fn new(writer: Addr<DbExecutor>, chance: Arc<Mutex<Chance>>, clock: Clock, ending: Ending) -> Self {
        let vital = Vital::new("the actor for newcomers", ending);
        Self { writer, chance, clock, waiting: Vec::new(), is_busy: false, _vital: vital }
    }

    fn begin(&mut self, ctx: &mut Context<Self>) {
        // who has hung up meanwhile needs none
        self.waiting.retain(|reply| !reply.is_closed());
        if self.is_busy || self.waiting.is_empty() {
            return;
        }
        let count = self.waiting.len().min(limits::BATCH_DEVICES_MAX);
        let batch: Vec<_> = self.waiting.drain(..count).collect();
        let (chance, now) = (Arc::clone(&self.chance), self.clock.now());
        let make = move |store: &mut Store| {
            let mut chance = chance.lock().unwrap_or_else(PoisonError::into_inner);
            store.new_devices(count, &mut chance, now)
        };
        self.is_busy = true;
        ctx.spawn(self.writer.send(Query::new(make)).into_actor(self).map(move |made, newcomers, ctx| {
            newcomers.is_busy = false;
            match made {
                Ok(Ok(devices)) => {
                    batch.into_iter().zip(devices).for_each(|(reply, device)| drop(reply.send(Ok(device))));
                }
                Ok(Err(StoreError::Unavailable(_))) => {
                    batch.into_iter().for_each(|reply| drop(reply.send(Err(hub::unavailable()))));
                }
                // the outcome is unknown, and the process ends: nobody is answered
                Ok(Err(StoreError::Fatal(_))) | Err(_) => std::mem::forget(batch),
            }
            newcomers.begin(ctx);
        }));
    }
}

impl Actor for Newcomers {
    type Context = Context<Self>;
}

impl Handler<MakeDevice> for Newcomers {
    type Result = ResponseFuture<Result<NewDevice, Refusal>>;

    fn handle(&mut self, _: MakeDevice, ctx: &mut Context<Self>) -> Self::Result {
        let (reply, made) = oneshot::channel();
        self.waiting.push(reply);
        self.begin(ctx);
        Box::pin(async move { made.await.unwrap_or_else(|_| Err(hub::internal())) })
    }
}
