//! Starts a server in order: socket, data directory, database, files, then the actors from the store outwards; and
//! ends it in order once it is told to.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use actix::{Actor, Addr, Arbiter, AsyncContext, System};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;

use super::control::{self, ControlSocket};
use super::lock::DirLock;
use super::sockets::{Listening, Sockets};
use super::tls::{self, Loaded, TlsError};
use super::{Config, descriptors, shutdown};
use crate::actors::sweeper::Sweeper;
use crate::actors::{
    DbExecutor, Ending, Fanout, FileExecutor, GroupCommit, Hashing, Hub, Journal, Listener, Lobby, Rates, Settings,
    Shares, SharesMax, Tls, Turns, UserPlaces,
};
use crate::files::{BlobStore, FilesError};
use crate::model::{Chance, limits};
use crate::store::{OpenError, Store};

/// Why a server cannot start or had to end: one line for people, which says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}{}", hint(.source))]
    Listen {
        /// What was asked for.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The data directory cannot be used.
    #[error("cannot use the data directory {}: {source}", .path.display())]
    DataDir {
        /// The directory.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Another server runs on it.
    #[error("another server uses {}: stop it, or choose another --data-dir", .0.display())]
    InUse(PathBuf),
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The files cannot be kept.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The operating system refused something else.
    #[error(transparent)]
    System(#[from] io::Error),
    /// The server ended by itself; its log says why.
    #[error("the server had to end; the lines above say why")]
    Failed,
}

fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => "; stop what uses it, or choose another port (0 picks a free one)",
        io::ErrorKind::PermissionDenied => "; choose a port from 1024 on",
        _ => "",
    }
}

/// Serves until `stop` is done, then ends in order. `ready` is called once connections are accepted.
///
/// # Errors
/// Why it could not start, or that it had to end.
pub fn run<S: Future<Output = ()> + 'static>(
    config: &Config,
    sockets: Sockets,
    ready: impl FnOnce(Listening),
    stop: impl FnOnce() -> io::Result<S>,
) -> Result<(), BootError> {
    let system = System::new();
    system.block_on(async {
        let stop = stop()?;
        let (server, listening) = boot(config, sockets)?;
        ready(listening);
        actix_rt::spawn(async {
            stop.await;
            shutdown::shut_down(server).await;
            System::current().stop();
        });
        Ok::<(), BootError>(())
    })?;
    match system.run_with_code()? {
        0 => Ok(()),
        _ => Err(BootError::Failed),
    }
}

/// What has to be told that the server stops.
pub(super) struct Server {
    pub(super) hub: Arc<Hub>,
    pub(super) listeners: Vec<Addr<Listener>>,
    pub(super) fanouts: Vec<Addr<Fanout>>,
    _control: Option<ControlSocket>,
    _lock: DirLock,
}

fn boot(config: &Config, sockets: Sockets) -> Result<(Server, Listening), BootError> {
    let lock = DirLock::take(&config.data_dir)?;
    let certificate = config.tls.as_ref().map(|from| tls::load(from, &config.data_dir, &config.clock)).transpose()?;
    let mut chance = config.seed.map_or_else(Chance::from_os, |seed| Ok(Chance::seeded(seed)))?;
    let database = config.database_path();
    let writer = Store::open_writer(&database, config.sync, &mut chance, config.clock.now())?;
    let carrier = writer.open_carrier(&database)?;
    let readers = (0..limits::READER_THREADS).map(|_| Store::open_reader(&database));
    let readers = readers.collect::<Result<Vec<_>, _>>()?;
    let files = BlobStore::open(&config.data_dir.join("files"))?.with_room_for(config.all_files_bytes_max);
    let files = Arc::new(files);
    log::info!("serving {} with log {}", database.display(), writer.log_id());
    let arbiters: Vec<Arbiter> = (0..config.arbiters.max(1)).map(|_| Arbiter::new()).collect();
    let hub = Arc::new(start_core(config, Stores { writer, carrier, readers }, &files, chance, &arbiters));
    let fanouts = start_fanouts(&hub, &arbiters);
    Sweeper::new(Arc::clone(&hub), files).start();
    let listening = Listening {
        address: sockets.main.local_addr()?,
        plain: sockets.plain.as_ref().map(std::net::TcpListener::local_addr).transpose()?,
        fingerprint: certificate.as_ref().map(|certificate| certificate.fingerprint),
    };
    let tls = certificate.map(|certificate| start_tls(config, certificate)).transpose()?;
    let control = start_control(config, &hub);
    let listeners = start_listeners(config, sockets, tls, &fanouts, &hub)?;
    Ok((Server { hub, listeners, fanouts, _control: control, _lock: lock }, listening))
}

/// Takes the operator's orders. A path that is too long for a socket, say, is no reason not to serve.
fn start_control(config: &Config, hub: &Arc<Hub>) -> Option<ControlSocket> {
    let bound = ControlSocket::bind(&config.data_dir)
        .and_then(|(listener, file)| Ok((tokio::net::UnixListener::from_std(listener)?, file)));
    match bound {
        Ok((listener, file)) => {
            actix_rt::spawn(control::serve(listener, Arc::clone(hub)));
            Some(file)
        }
        Err(error) => {
            log::warn!("the operator's commands will not work while this server runs: {error}");
            None
        }
    }
}

/// What speaks TLS, and loads the certificate again on SIGHUP.
fn start_tls(config: &Config, certificate: Loaded) -> io::Result<Arc<Tls>> {
    let tls = Arc::new(Tls::new(certificate.config));
    actix_rt::spawn(tls::reload_when_told(signal(SignalKind::hangup())?, Arc::clone(&tls), config.clone()));
    Ok(tls)
}

/// One for each socket; what they accept is counted together.
fn start_listeners(
    config: &Config,
    sockets: Sockets,
    tls: Option<Arc<Tls>>,
    fanouts: &[Addr<Fanout>],
    hub: &Hub,
) -> io::Result<Vec<Addr<Listener>>> {
    let (rates, ending) = (Arc::clone(&hub.rates), &hub.ending);
    let main = tokio::net::TcpListener::from_std(sockets.main)?;
    let all = descriptors::leave_room(config.connections_max, config.arbiters);
    let max = SharesMax { all, per_network: config.per_address_max };
    let main = Listener::new(main, fanouts.to_vec(), Shares::new(max), rates, ending.clone());
    let plain = sockets.plain.map(tokio::net::TcpListener::from_std).transpose()?;
    let plain = plain.map(|socket| main.beside(socket, ending.clone()));
    Ok([Some(main.speaking(tls)), plain].into_iter().flatten().map(Actor::start).collect())
}

/// The connections to the database: one that writes, one that carries its log over, a few that read.
struct Stores {
    writer: Store,
    carrier: Store,
    readers: Vec<Store>,
}

/// The actors that there is one of, from the store outwards.
fn start_core(config: &Config, stores: Stores, files: &Arc<BlobStore>, chance: Chance, arbiters: &[Arbiter]) -> Hub {
    let (ending, clock) = (Ending::default(), config.clock.clone());
    let log = stores.writer.log_id();
    let writer = DbExecutor::start_writer(stores.writer, stores.carrier, &ending);
    let readers = DbExecutor::start_readers(stores.readers, &ending);
    let journal = Journal::new(writer.clone(), Arc::clone(files), clock.clone(), ending.clone()).start();
    let chance = Arc::new(Mutex::new(chance));
    let handles = arbiters.iter().map(Arbiter::handle).collect();
    let lobby = Lobby::new(writer.clone(), journal.clone(), clock.clone(), handles, ending.clone()).start();
    Hub {
        settings: Settings { server: Config::server_name(), limits: config.limits(), clock },
        log,
        chance,
        group_commit: GroupCommit::new(writer.clone()),
        writer,
        readers,
        files: FileExecutor::start_threads(limits::FILE_THREADS, "files", files, &ending),
        pictures: FileExecutor::start_threads(1, "pictures", files, &ending),
        hashing: Hashing::start(&ending),
        guesses: Mutex::default(),
        lobby,
        journal,
        user_places: UserPlaces::new(config.per_user_max),
        picture_turns: Turns::default(),
        rates: Arc::new(Rates::new(config.rate)),
        says: Arc::new(Semaphore::new(limits::SAYS_PER_SERVER_MAX)),
        ending,
    }
}

fn start_fanouts(hub: &Arc<Hub>, arbiters: &[Arbiter]) -> Vec<Addr<Fanout>> {
    let start = |(thread, arbiter): (u16, &Arbiter)| {
        let hub = Arc::clone(hub);
        Fanout::start_in_arbiter(&arbiter.handle(), move |ctx| Fanout::new(thread, ctx.address(), hub))
    };
    (0..).zip(arbiters).map(start).collect()
}

#[cfg(test)]
mod panics;
#[cfg(test)]
mod retirement;
