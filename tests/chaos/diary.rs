//! What one peer notes down, and what all of them know of the world: whether there is a server, and how far the logs
//! are known to reach. What the notes prove is left to the checker.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::timeout;

use crate::record::{Event, Moment, Say, Seen, Stream};

/// Long enough for a slow machine; whoever waits so long for an answer has found a fault.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// How far a round is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Phase {
    /// There is a server, as long as it is not struck.
    Up(SocketAddr),
    /// There is none.
    Down,
    /// There is one that nobody strikes any more; writers come to an end.
    LastWords(SocketAddr),
    /// Nothing more will be said: here the logs end.
    Silence(Vec<u64>),
}

/// What all peers of a round share.
#[derive(Clone)]
pub(crate) struct World {
    born: Instant,
    phase: watch::Receiver<Phase>,
    heads: Rc<RefCell<Vec<u64>>>,
}

impl World {
    pub(crate) fn new(rooms: usize, phase: watch::Receiver<Phase>) -> Self {
        Self { born: Instant::now(), phase, heads: Rc::new(RefCell::new(vec![0; rooms])) }
    }

    pub(crate) fn now(&self) -> Moment {
        self.born.elapsed()
    }

    /// Where a server is, once there is one; nowhere if the round is past that for whoever `is_last` concerns.
    pub(crate) async fn server(&mut self, is_last: fn(&Phase) -> bool) -> Option<SocketAddr> {
        let phase = self.phase.wait_for(|phase| is_last(phase) || *phase != Phase::Down).await.expect("the round runs");
        match *phase {
            Phase::Up(address) | Phase::LastWords(address) if !is_last(&phase) => Some(address),
            _ => None,
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        self.phase.borrow().clone()
    }

    /// Waits, but not beyond the moment from which nobody strikes.
    pub(crate) async fn pause(&mut self, pause: Duration) {
        let is_late = |phase: &Phase| matches!(phase, Phase::LastWords(_) | Phase::Silence(_));
        // that it took the whole pause is the usual case
        drop(timeout(pause, self.phase.wait_for(is_late)).await);
    }

    /// Waits until nothing more is said.
    pub(crate) async fn silence(&mut self) {
        self.phase.wait_for(|phase| matches!(phase, Phase::Silence(_))).await.expect("the round runs");
    }

    /// A seq of the room is known to be committed.
    pub(crate) fn note_head(&self, room: usize, seq: u64) {
        let head = &mut self.heads.borrow_mut()[room];
        *head = seq.max(*head);
    }

    /// How far the room's log is known to reach.
    pub(crate) fn head(&self, room: usize) -> u64 {
        self.heads.borrow()[room]
    }
}

/// The notes of one peer.
pub(crate) struct Diary {
    pub(crate) world: World,
    pub(crate) name: String,
    pub(crate) says: Vec<Say>,
    pub(crate) streams: Vec<Stream>,
    pub(crate) faults: Vec<String>,
    /// Which log the seqs belong to: the same for the whole round.
    pub(crate) log: Option<u64>,
    pub(crate) connections: u64,
    pub(crate) cuts: u64,
}

impl Diary {
    pub(crate) fn new(name: String, world: World) -> Self {
        let (says, streams, faults) = (Vec::new(), Vec::new(), Vec::new());
        Self { world, name, says, streams, faults, log: None, connections: 0, cuts: 0 }
    }

    pub(crate) fn fault(&mut self, what: &str) {
        let at_ms = self.world.now().as_millis();
        self.faults.push(format!("{} after {at_ms} ms: {what}", self.name));
    }

    /// Begins a stream of what follows `after`; returns its index.
    pub(crate) fn begin_stream(&mut self, room: usize, after: u64) -> usize {
        self.streams.push(Stream { reader: self.name.clone(), room, after, seen: Vec::new() });
        self.streams.len() - 1
    }

    pub(crate) fn see(&mut self, stream: usize, event: Event) {
        let (time, stream) = (self.world.now(), &mut self.streams[stream]);
        self.world.note_head(stream.room, event.seq);
        stream.seen.push(Seen { time, event });
    }

    /// The last seq that a stream has shown.
    pub(crate) fn last_seen(&self, stream: usize) -> u64 {
        let stream = &self.streams[stream];
        stream.seen.last().map_or(stream.after, |seen| seen.event.seq)
    }
}
