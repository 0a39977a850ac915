//! One round: a fresh server, peers who talk, blows that hit it, and the logs as they stand at the end. What the peers
//! do is theirs; what it proves, the checker's.

use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use tokio::sync::watch;
use tokio::task::LocalSet;

use crate::common::ServerProcess;
use crate::diary::{Diary, PATIENCE, Phase, World};
use crate::last_look;
use crate::plan::{Blow, Dice, READERS, ROOMS, SLOW_READERS, WRITERS};
use crate::reader::Reader;
use crate::record::{History, Say, Stream};
use crate::tally::Tally;
use crate::writer::Writer;

const SIGKILL: i32 = 9;

/// A server that is struck from time to time.
struct Round<'a> {
    data_dir: &'a Path,
    address: SocketAddr,
    phase: watch::Sender<Phase>,
    writers_done: Receiver<()>,
    dice: Dice,
    faults: Vec<String>,
    tally: Tally,
}

/// What peers hand back; a diary travels between threads without the world.
struct Notes {
    says: Vec<Say>,
    streams: Vec<Stream>,
    faults: Vec<String>,
    connections: u64,
    cuts: u64,
}

/// Runs a round of about `length`: what happened, and how much of it.
pub(crate) fn run(seed: u64, length: Duration) -> (History, Tally) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut server = ServerProcess::start(dir.path());
    let address = server.address;
    let (phase, heard) = watch::channel(Phase::Up(address));
    let (done, writers_done) = sync_channel(1);
    let peers = std::thread::spawn(move || live(seed, heard, &done));
    let (dice, faults, tally) = (Dice::of(seed, 0), Vec::new(), Tally::default());
    let mut round = Round { data_dir: dir.path(), address, phase, writers_done, dice, faults, tally };
    let begun = Instant::now();
    while begun.elapsed() < length {
        let pause = round.dice.ms(20, 1_500).min(length);
        round.pause(pause);
        server = round.strike(server);
    }
    round.phase.send_replace(Phase::LastWords(address));
    round.end(server, peers)
}

impl Round<'_> {
    /// Waits, unless the writers have come to an end, which they do only by a panic.
    fn pause(&self, pause: Duration) {
        let ended = self.writers_done.recv_timeout(pause);
        assert_eq!(ended, Err(RecvTimeoutError::Timeout), "the writers have ended too early");
    }

    /// Ends the server one way or the other, and starts it again on the same port.
    fn strike(&mut self, server: ServerProcess) -> ServerProcess {
        let blow = self.dice.blow();
        if blow == Blow::Terminate {
            server.terminate();
            let status = server.wait();
            self.expect(status.success(), "SIGTERM", status);
            self.tally.terminations += 1;
        } else {
            self.kill(server);
        }
        self.phase.send_replace(Phase::Down);
        // a new, empty database would look like the loss of everything
        assert!(self.data_dir.join("tertulia.db").exists(), "somebody has removed the data directory");
        let port = self.address.port().to_string();
        while self.dice.one_in(4) {
            let life = self.dice.ms(0, 60);
            ServerProcess::start_in_vain(self.data_dir, &port, || self.pause(life));
            self.tally.kills += 1;
        }
        let begun = Instant::now();
        let server = ServerProcess::start_on(self.data_dir, &port);
        last_look::visit(self.address);
        if blow == Blow::Kill {
            self.tally.slowest_recovery = self.tally.slowest_recovery.max(begun.elapsed());
        }
        self.phase.send_replace(Phase::Up(self.address));
        server
    }

    fn kill(&mut self, server: ServerProcess) {
        let status = server.kill();
        self.expect(status.signal() == Some(SIGKILL), "kill -9", status);
        self.tally.kills += 1;
    }

    fn expect(&mut self, is_expected: bool, blow: &str, status: ExitStatus) {
        if !is_expected {
            self.faults.push(format!("the server ended otherwise than by {blow}: {status}"));
        }
    }

    /// Lets all peers come to their end, and looks at the logs once more after a last `kill -9`.
    fn end(mut self, server: ServerProcess, peers: JoinHandle<Vec<Notes>>) -> (History, Tally) {
        self.writers_done.recv_timeout(2 * PATIENCE).expect("the writers end");
        let heads = last_look::heads(self.address);
        self.phase.send_replace(Phase::Silence(heads));
        let notes = peers.join().expect("no peer panics");
        self.kill(server);
        let server = ServerProcess::start_on(self.data_dir, &self.address.port().to_string());
        let (logs, streams) = last_look::logs(self.address);
        server.terminate();
        let status = server.wait();
        self.expect(status.success(), "SIGTERM", status);
        let mut history = History { says: Vec::new(), streams, logs, faults: self.faults };
        for notes in notes {
            self.tally.connections += notes.connections;
            self.tally.cuts += notes.cuts;
            history.says.extend(notes.says);
            history.streams.extend(notes.streams);
            history.faults.extend(notes.faults);
        }
        self.tally.count(&history);
        (history, self.tally)
    }
}

/// All peers of a round, on one thread.
fn live(seed: u64, phase: watch::Receiver<Phase>, writers_done: &SyncSender<()>) -> Vec<Notes> {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    LocalSet::new().block_on(&runtime, async {
        let world = World::new(ROOMS, phase);
        let writer = |index| Writer::new(index, Dice::of(seed, 1 + index), world.clone());
        let writers: Vec<_> = (0..WRITERS).map(|index| tokio::task::spawn_local(writer(index).live())).collect();
        let reader = |index| {
            let dice = Dice::of(seed, 1 + WRITERS + index);
            Reader::new(format!("reader {index}"), index < SLOW_READERS, dice, world.clone())
        };
        let readers: Vec<_> = (0..READERS).map(|index| tokio::task::spawn_local(reader(index).live())).collect();
        let mut notes = Vec::new();
        for writer in writers {
            notes.push(Notes::from(writer.await.expect("no writer panics")));
        }
        writers_done.send(()).expect("the round waits");
        for reader in readers {
            notes.push(Notes::from(reader.await.expect("no reader panics")));
        }
        notes
    })
}

impl From<Diary> for Notes {
    fn from(diary: Diary) -> Self {
        let Diary { says, streams, faults, connections, cuts, .. } = diary;
        Self { says, streams, faults, connections, cuts }
    }
}
