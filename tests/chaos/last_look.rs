//! Looks at a server from outside of the round: whether it answers, and what its logs hold in the end, by pages and once
//! more as a reader who was never there.

use std::net::SocketAddr;
use std::time::Duration;

use tertulia::model::{Seq, limits};
use tertulia::wire::{Answer, History, Page, Request};

use crate::common::Peer;
use crate::plan::{ROOMS, room_name};
use crate::record::{Event, Seen, Stream};

/// Returns once somebody is welcome.
pub(crate) fn visit(address: SocketAddr) {
    Peer::guest(address);
}

/// How far the logs reach.
pub(crate) fn heads(address: SocketAddr) -> Vec<u64> {
    let mut peer = Peer::guest(address);
    (0..ROOMS).map(|room| peer.join(&room_name(room), None).head.0).collect()
}

/// The logs, and what a reader was shown who joined at their beginning.
pub(crate) fn logs(address: SocketAddr) -> (Vec<Vec<Event>>, Vec<Stream>) {
    let mut peer = Peer::guest(address);
    (0..ROOMS).map(|room| (log(&mut peer, room), stream(&mut peer, room))).unzip()
}

fn log(peer: &mut Peer, room: usize) -> Vec<Event> {
    // a room that nobody has come to is made by coming
    peer.join(&room_name(room), None);
    let mut log: Vec<Event> = Vec::new();
    loop {
        let after = Some(Seq(log.last().map_or(0, |event| event.seq)));
        let limit = limits::PAGE_EVENTS_MAX;
        let history = History { room: room_name(room), before: None, after, limit };
        match peer.call(Request::History(history)) {
            Ok(Answer::Page(Page { events, .. })) if events.is_empty() => return log,
            Ok(Answer::Page(Page { events, .. })) => log.extend(events.into_iter().map(Event::of)),
            other => panic!("no page: {other:?}"),
        }
    }
}

fn stream(peer: &mut Peer, room: usize) -> Stream {
    let head = peer.join(&room_name(room), Some(0)).head.0;
    let mut seen: Vec<Seen> = Vec::new();
    while seen.last().map_or(0, |seen| seen.event.seq) < head {
        seen.push(Seen { time: Duration::MAX, event: Event::of(peer.event()) });
    }
    Stream { reader: "the last reader".into(), room, after: 0, seen }
}
