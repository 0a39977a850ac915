//! Panics on order, and a look at what the lobby keeps: only tests can send this, and what ships does not know it.

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

/// How many rooms have an actor.
#[derive(Message)]
#[rtype(result = "usize")]
pub(crate) struct CountLiveRooms;

impl Handler<CountLiveRooms> for Lobby {
    type Result = usize;

    fn handle(&mut self, _: CountLiveRooms, _: &mut Context<Self>) -> usize {
        self.live_rooms()
    }
}

panics!(Fanout, Journal, Listener, Lobby, Room, Session, Sweeper);
