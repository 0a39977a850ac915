//! Panics on order, and a look at what the lobby keeps: only tests can send this, and what ships does not know it.

use std::sync::Weak;
use std::sync::atomic::AtomicU32;

use actix::{Context, Handler, Message};

use super::session::Session;
use super::sweeper::Sweeper;
use super::{Fanout, Journal, Listener, Lobby, Room};

/// Panics in the actor that gets it.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Panic;

macro_rules! panics {
    ($($actor:ty),*) => {$(
        impl Handler<Panic> for $actor {
            type Result = ();

            fn handle(&mut self, _: Panic, _: &mut Context<Self>) {
                panic!("as the test asked")
            }
        }
    )*};
}

/// Something of each room that has an actor, which lives as long as that. An address would not do: one that is held
/// for a moment only looks like somebody who would miss the room.
#[derive(Message)]
#[rtype(result = "Vec<Weak<AtomicU32>>")]
pub(crate) struct LiveRooms;

impl Handler<LiveRooms> for Lobby {
    type Result = Vec<Weak<AtomicU32>>;

    fn handle(&mut self, _: LiveRooms, _: &mut Context<Self>) -> Self::Result {
        self.live_rooms()
    }
}

panics!(Fanout, Journal, Listener, Lobby, Room, Session, Sweeper);
