//! A room that nobody is in has no actor, however many there were, and nobody takes its end for a failure.

#![cfg(test)]

use tokio::net::TcpStream;

use super::panics::{Somebody, exit_code_after};
use super::*;
use crate::actors::testing::LiveRooms;
use crate::wire::{Answer, InRoom, Join, Request, ServerFrame};

const ROOMS: usize = 2_000;
/// Fewer than one connection may be in.
const ROOMS_AT_ONCE: usize = 500;

/// Asks for all at once, and waits until the last is answered.
async fn ask(somebody: &mut Somebody, rooms: &[String], request: impl Fn(String) -> Request) {
    for (id, room) in (10..).zip(rooms) {
        somebody.send(id, request(room.clone())).await;
    }
    let last = u32::try_from(rooms.len()).unwrap() + 9;
    let is_last =
        |frame: &ServerFrame| matches!(frame, ServerFrame::Answer((id, Answer::Ok | Answer::Joined(_))) if *id == last);
    somebody.wait_for(is_last).await;
}

#[test]
fn a_room_that_nobody_is_in_has_no_actor() {
    let code = exit_code_after(|server, address| async move {
        let mut seen = Vec::new();
        let mut somebody = Somebody::in_lobby(TcpStream::connect(address).await.unwrap()).await;
        let names: Vec<String> = (0..ROOMS).map(|number| format!("room-{number}")).collect();
        for rooms in names.chunks(ROOMS_AT_ONCE) {
            ask(&mut somebody, rooms, |room| Request::Join(Join { room, after: None, log: None })).await;
            let live = server.hub.lobby.send(LiveRooms).await.unwrap();
            assert!(live.len() > rooms.len());
            seen.extend(live);
            ask(&mut somebody, rooms, |room| Request::Leave(InRoom { room })).await;
        }
        drop(somebody);
        while !server.hub.lobby.send(LiveRooms).await.unwrap().is_empty() {}
        while seen.iter().any(|room| room.strong_count() > 0) {
            tokio::task::yield_now().await;
        }
        shutdown::shut_down(server).await;
        System::current().stop();
    });
    assert_eq!(code, 0);
}
