//! A server inside of the test's own process, which ends when it is dropped.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;

use tempfile::TempDir;
use tertulia::app::{self, Config};
use tertulia::model::Clock;
use tokio::sync::oneshot;

use super::Peer;

pub struct TestServer {
    address: SocketAddr,
    config: Config,
    dir: TempDir,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl TestServer {
    /// A server with everything as it is by default, but for the rate: tests are fast.
    pub fn start() -> Self {
        Self::start_with(|_| {})
    }

    /// A server whose times, ids and secrets are known beforehand.
    pub fn start_predictable() -> Self {
        Self::start_with(|config| {
            config.clock = Clock::manual(1_790_000_000_000);
            config.seed = Some(1);
        })
    }

    pub fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let address = "127.0.0.1:0".parse().expect("an address");
        let mut config =
            Config { address, data_dir: dir.path().join("data"), arbiters: 2, rate: 0, ..Config::default() };
        change(&mut config);
        let (address, running) = run(config.clone());
        Self { address, config, dir, running: Some(running) }
    }

    /// Stops it in order, and starts another on the same data and the same port.
    pub fn restart(&mut self) {
        self.stop();
        self.config.address = self.address;
        self.running = Some(run(self.config.clone()).1);
    }

    /// Stops it in order.
    pub fn stop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            stop.send(()).ok();
            thread.join().expect("the server ends without a panic");
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn data_dir(&self) -> &Path {
        &self.config.data_dir
    }

    pub fn temporary_dir(&self) -> &Path {
        self.dir.path()
    }

    /// A connection that has said nothing yet.
    pub fn connect(&self) -> Peer {
        Peer::connect(self.address)
    }

    /// A new device that was welcomed.
    pub fn guest(&self) -> Peer {
        Peer::guest(self.address)
    }

    /// A new device in a room.
    pub fn guest_in(&self, room: &str) -> Peer {
        let mut peer = self.guest();
        peer.join(room, None);
        peer
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            stop.send(()).ok();
            drop(thread.join());
        }
    }
}

fn run(config: Config) -> (SocketAddr, (oneshot::Sender<()>, JoinHandle<()>)) {
    let sockets = app::bind(&config).expect("a free port");
    let (ready, is_ready) = mpsc::sync_channel(1);
    let (stop, stopped) = oneshot::channel::<()>();
    let thread = std::thread::spawn(move || {
        let stop = || {
            Ok(async {
                drop(stopped.await);
            })
        };
        app::run(&config, sockets, |listening| ready.send(listening.address).expect("the test waits"), stop)
            .expect("it runs");
    });
    (is_ready.recv().expect("it starts"), (stop, thread))
}
