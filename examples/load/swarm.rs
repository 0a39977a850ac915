//! Thousands of connections on one thread: an event loop that costs little, so that what is measured is the server. What
//! is said and heard is left to `talk`.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd};
use std::time::{Duration, Instant};

use super::dialect::{Dialect, Seat};
use super::pace::{Pace, Schedule};
use super::peer::{Peer, Role};
use super::tally::Tally;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use nix::sys::timerfd::{ClockId, TimerFd, TimerFlags};

/// Bytes of one read: more than a socket's buffer holds by default.
const SCRATCH_BYTES: usize = 256 * 1024;
const EVENTS_PER_TURN: usize = 1_024;
const TIMER: Token = Token(usize::MAX);
/// Connections that are let in side by side, so that none waits until its own `connect` is repeated.
const WAVE: usize = 128;
/// How long a server may take for what it must do.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) type Fallible<T> = Result<T, Box<dyn Error>>;

/// See the module.
pub(crate) struct Swarm<D> {
    pub(super) dialect: D,
    address: SocketAddr,
    poll: Poll,
    pub(super) timer: TimerFd,
    born: Instant,
    pub(super) scratch: Vec<u8>,
    pub(crate) peers: Vec<Peer>,
    pub(super) talkers: Vec<usize>,
    pub(super) pace: Pace,
    pub(super) schedule: Option<Schedule>,
    /// Connections that are in their rooms.
    pub(super) ready: usize,
    pub(crate) tally: Tally,
}

impl<D: Dialect> Swarm<D> {
    /// Nobody yet.
    pub(crate) fn new(dialect: D, address: SocketAddr) -> Fallible<Self> {
        let (poll, timer) = (Poll::new()?, TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::TFD_NONBLOCK)?);
        poll.registry().register(&mut SourceFd(&timer.as_fd().as_raw_fd()), TIMER, Interest::READABLE)?;
        Ok(Self {
            dialect,
            address,
            poll,
            timer,
            born: Instant::now(),
            scratch: vec![0; SCRATCH_BYTES],
            peers: Vec::new(),
            talkers: Vec::new(),
            pace: Pace::Silent,
            schedule: None,
            ready: 0,
            tally: Tally::default(),
        })
    }

    /// Lets them in, a few at a time, and waits until all are in their rooms.
    pub(crate) fn gather(&mut self, seats: impl IntoIterator<Item = (Seat, Role)>) -> Fallible<()> {
        for (seat, role) in seats {
            self.connect(seat, role)?;
            if self.peers.len() - self.ready >= WAVE {
                self.run_until("connections were not let in", |swarm| swarm.ready == swarm.peers.len())?;
            }
        }
        self.run_until("connections were not let in", |swarm| swarm.ready == swarm.peers.len())
    }

    /// Lets them all in at once, and waits until each has caught up with its room.
    pub(crate) fn storm(&mut self, seats: impl IntoIterator<Item = (Seat, Role)>) -> Fallible<()> {
        for (seat, role) in seats {
            self.connect(seat, role)?;
            self.turn(Some(Duration::ZERO))?;
        }
        self.run_until("connections have not caught up", |swarm| {
            swarm.ready == swarm.peers.len() && swarm.peers.iter().all(Peer::is_live)
        })
    }

    fn connect(&mut self, seat: Seat, role: Role) -> Fallible<()> {
        let greeting = self.dialect.greeting(&seat);
        let mut peer = Peer::connect(self.address, seat, role, greeting)?;
        // at once if it is through already, so that nobody waits for a hello because this program is busy
        peer.flush()?;
        let (index, interest) = (self.peers.len(), Interest::READABLE | Interest::WRITABLE);
        self.poll.registry().register(&mut peer.stream, Token(index), interest)?;
        if role == Role::Talks {
            self.talkers.push(index);
        }
        self.peers.push(peer);
        Ok(())
    }

    /// Begins to talk, or ceases to.
    pub(crate) fn set_pace(&mut self, pace: Pace) -> Fallible<()> {
        self.pace = pace;
        self.schedule = None;
        match pace {
            Pace::Silent => {}
            Pace::Rate(per_second) => {
                self.schedule = Some(Schedule::new(per_second, self.now_ns()));
                self.say_due()?;
            }
            Pace::Window(window) => {
                for talker in self.talkers.clone() {
                    self.fill_window(talker, window, self.now_ns());
                    self.peers[talker].flush()?;
                }
            }
        }
        Ok(())
    }

    /// Has those who leaf or ping begin.
    pub(crate) fn begin_asking(&mut self) -> Fallible<()> {
        let now_ns = self.now_ns();
        let asks = |index: &usize| matches!(self.peers[*index].role, Role::Leafs | Role::Pings);
        for index in (0..self.peers.len()).filter(asks).collect::<Vec<_>>() {
            self.ask(index, now_ns);
            self.peers[index].flush()?;
        }
        Ok(())
    }

    /// Lets it go on for a while.
    pub(crate) fn run_for(&mut self, time: Duration) -> Fallible<()> {
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            self.turn(Some(left))?;
        }
        Ok(())
    }

    /// Ceases to talk, and waits until all is acknowledged and everybody has everything.
    pub(crate) fn settle(&mut self) -> Fallible<()> {
        self.set_pace(Pace::Silent)?;
        self.run_until("messages were not acknowledged", |swarm| {
            swarm.talkers.iter().all(|talker| swarm.peers[*talker].due_ns.is_empty())
        })?;
        let heads = self.heads();
        self.run_until("events did not reach everybody", |swarm| {
            swarm.peers.iter().all(|peer| peer.last >= heads[peer.seat.room])
        })?;
        self.tally.verdict().map_err(Into::into)
    }

    /// The last event that anybody has, of each room.
    pub(crate) fn heads(&self) -> Vec<u64> {
        let mut heads = Vec::new();
        for peer in &self.peers {
            heads.resize(heads.len().max(peer.seat.room + 1), 0);
            heads[peer.seat.room] = heads[peer.seat.room].max(peer.last);
        }
        heads
    }

    fn run_until(&mut self, otherwise: &str, is_done: impl Fn(&Self) -> bool) -> Fallible<()> {
        let end = Instant::now() + PATIENCE;
        while !is_done(self) {
            self.turn(Some(Duration::from_millis(100)))?;
            self.tally.verdict()?;
            if Instant::now() > end {
                return Err(format!("{otherwise} within {} s", PATIENCE.as_secs()).into());
            }
        }
        Ok(())
    }

    pub(super) fn now_ns(&self) -> u64 {
        u64::try_from(self.born.elapsed().as_nanos()).expect("nobody measures for centuries")
    }

    /// Takes up what has happened, after waiting for something at most so long.
    fn turn(&mut self, at_most: Option<Duration>) -> Fallible<()> {
        let mut events = Events::with_capacity(EVENTS_PER_TURN);
        match self.poll.poll(&mut events, at_most) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            polled => polled?,
        }
        for event in &events {
            if event.token() == TIMER {
                self.say_due()?;
            } else {
                let Token(index) = event.token();
                if event.is_writable() {
                    self.peers[index].flush()?;
                }
                if event.is_readable() {
                    self.hear(index).map_err(|error| format!("connection {index}: {error}"))?;
                }
            }
        }
        Ok(())
    }
}
