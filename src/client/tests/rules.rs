//! The rules without a socket: whatever a server and a network do to a room, its events are heard once and in order.

use std::ops::ControlFlow;
use std::sync::Arc;

use proptest::prelude::*;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::Instant;

use super::*;
use crate::client::command::{self, Command, Standing};
use crate::client::happening::Heard;
use crate::client::marks::Marks;
use crate::client::outgoing::Outgoing;
use crate::client::outlet::Outlet;
use crate::client::session::{Parting, Session};
use crate::client::{Error, From};

/// What may happen to one who follows a room.
#[derive(Debug, Clone)]
enum Turn {
    /// So many events are committed.
    Commit(u64),
    /// The server sends so many of those it has not sent.
    Deliver(u64),
    /// It sends the last one again.
    Double,
    /// It forgets to send one.
    Skip,
    /// It answers what was asked.
    Answer,
    /// It does not want to, for now.
    Refuse,
    /// The connection breaks and comes back.
    Break,
    /// So many happenings are taken.
    Take(usize),
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = prop_oneof![
        3 => (1..400_u64).prop_map(Turn::Commit),
        6 => (1..400_u64).prop_map(Turn::Deliver),
        1 => Just(Turn::Double),
        1 => Just(Turn::Skip),
        4 => Just(Turn::Answer),
        1 => Just(Turn::Refuse),
        1 => Just(Turn::Break),
        3 => (1..400_usize).prop_map(Turn::Take),
    ];
    proptest::collection::vec(turn, 1..60)
}

/// A room and its one reader.
struct World {
    session: Session,
    happenings: mpsc::Receiver<Heard>,
    now: Instant,
    head: u64,
    /// Up to where the server has sent events on this connection.
    cursor: Option<u64>,
    heard: Vec<u64>,
}

impl World {
    fn new() -> Self {
        let (outlet, happenings) = Outlet::new();
        let standing = Standing { welcome: welcome(), online: true, connection: 0, ended: None };
        let (told, standing) = watch::channel(standing);
        let mut session = Session::new(outlet, told, Arc::<Outgoing>::default(), Arc::<Marks>::default());
        let permit = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let (reply, _) = command::reply(permit, standing);
        session.command(Command::Join { room: "lobby".to_owned(), from: From::Now, reply });
        let mut world = Self { session, happenings, now: Instant::now(), head: 0, cursor: None, heard: Vec::new() };
        world.answer(None);
        world
    }

    fn answer(&mut self, refusal: Option<Code>) {
        self.session.advance(self.now);
        while let Some((id, request)) = self.session.next_request() {
            let Request::Join(join) = request else { panic!("{request:?}") };
            if let Some(code) = refusal {
                self.hear(ServerFrame::Error((id, Refusal::new(code, "not now"))));
            } else {
                self.cursor = Some(join.after.map_or(self.head, |after| after.0));
                self.hear(ServerFrame::Answer((id, Answer::Joined(joined(self.head)))));
            }
        }
    }

    fn deliver(&mut self, count: u64) {
        for _ in 0..count {
            let Some(cursor) = self.cursor.filter(|cursor| *cursor < self.head) else { return };
            self.cursor = Some(cursor + 1);
            self.hear(ServerFrame::Event(event(cursor + 1)));
        }
    }

    fn hear(&mut self, frame: ServerFrame) {
        assert_eq!(self.session.heard(frame, self.now), ControlFlow::Continue(()));
    }

    fn take(&mut self, count: usize) {
        for _ in 0..count {
            match self.happenings.try_recv() {
                Ok((Happening::Event(event), _)) => self.heard.push(event.seq.0),
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }

    fn turn(&mut self, turn: &Turn) {
        match *turn {
            Turn::Commit(count) => self.head += count,
            Turn::Deliver(count) => self.deliver(count),
            Turn::Double => {
                if let Some(cursor) = self.cursor.filter(|cursor| *cursor > 0) {
                    self.hear(ServerFrame::Event(event(cursor)));
                }
            }
            Turn::Skip => self.cursor = self.cursor.map(|cursor| (cursor + 1).min(self.head)),
            Turn::Answer => self.answer(None),
            Turn::Refuse => self.answer(Some(Code::Unavailable)),
            Turn::Break => {
                self.cursor = None;
                self.session.lost("cut".to_owned(), Duration::ZERO);
                self.session.reconnected(welcome(), self.now);
            }
            Turn::Take(count) => self.take(count),
        }
        self.now += Duration::from_millis(100);
    }

    /// The network is quiet, the reader takes everything, and one more event shows whatever is missing.
    fn settle(&mut self) {
        self.head += 1;
        let rounds = self.head / 100 + 10;
        for _ in 0..rounds {
            self.now += Duration::from_secs(60);
            self.answer(None);
            self.deliver(u64::MAX);
            self.take(usize::MAX);
        }
    }
}

proptest! {
    #[test]
    fn every_event_is_heard_once_and_in_order(turns in turns()) {
        let mut world = World::new();
        for turn in &turns {
            world.turn(turn);
            prop_assert!(world.heard.iter().copied().eq(1..=world.heard.len() as u64));
        }
        world.settle();
        prop_assert!(world.heard.iter().copied().eq(1..=world.head), "{} of {}", world.heard.len(), world.head);
    }
}

#[test]
fn who_waits_for_an_answer_reads_on_and_who_does_not_is_held_up() {
    let mut world = World::new();
    world.head = 1_000;
    assert!(!world.session.is_held_up());
    world.deliver(u64::MAX);
    world.session.advance(world.now);
    assert!(world.session.is_held_up());
    assert!(world.session.next_request().is_none(), "no use in reading the log yet");
    world.session.ping();
    assert!(world.session.is_held_up(), "a ping is no reason to read on");
    let permit = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
    let standing = Standing { welcome: welcome(), online: true, connection: 0, ended: None };
    let (reply, _answered) = command::reply(permit, watch::channel(standing).1);
    world.session.command(Command::Call { connection: 0, request: Request::Ping, reply });
    assert!(!world.session.is_held_up());
}

#[test]
fn an_answer_to_something_else_ends_the_connection() {
    let mut world = World::new();
    let permit = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
    let standing = Standing { welcome: welcome(), online: true, connection: 0, ended: None };
    let (reply, _answered) = command::reply(permit, watch::channel(standing).1);
    let say = Say { room: "lobby".to_owned(), nonce: Nonce(1), body: Body::Text("hi".to_owned()), reply_to: None };
    world.session.command(Command::Say { say, number: 0, reply });
    world.session.advance(world.now);
    let (id, _) = world.session.next_request().unwrap();
    let nonsense = ServerFrame::Answer((id, Answer::Pong));
    assert_eq!(world.session.heard(nonsense, world.now), ControlFlow::Break(Parting::Nonsense));
    let stray = ServerFrame::Answer((id.wrapping_add(9), Answer::Pong));
    assert_eq!(world.session.heard(stray, world.now), ControlFlow::Continue(()));
}

#[test]
fn no_number_that_a_server_names_is_too_large() {
    let mut world = World::new();
    let huge = Event { seq: Seq(u64::MAX), ..event(1) };
    world.hear(ServerFrame::Event(huge));
    world.session.advance(world.now);
    let (id, _) = world.session.next_request().expect("a gap");
    world.hear(ServerFrame::Answer((id, Answer::Joined(Joined { first: Seq(u64::MAX), ..joined(u64::MAX) }))));
    world.hear(ServerFrame::Event(Event { seq: Seq(0), ..event(1) }));
    world.take(usize::MAX);
    assert!(world.heard.is_empty());
}

#[tokio::test]
async fn what_was_meant_for_one_connection_does_not_reach_the_next() {
    let mut world = World::new();
    let permit = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
    let standing = Standing { welcome: welcome(), online: true, connection: 0, ended: None };
    let (reply, answered) = command::reply(permit, watch::channel(standing).1);
    world.turn(&Turn::Break);
    world.answer(None);
    world.session.command(Command::Call { connection: 0, request: Request::Ping, reply });
    assert!(world.session.next_request().is_none());
    assert!(matches!(answered.wait().await, Err(Error::Disconnected)));
}
