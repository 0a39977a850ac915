//! The control socket of a running server: who can open it is its operator, so that nothing more is asked. It is off
//! the path of any message; what the store has to do goes to the thread that writes.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix::Addr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::obey::{Effect, Evicted, obey};
use super::{NAME, Order, Reply};
use crate::actors::fanout::Peers;
use crate::actors::lobby::{Evict, EvictSessions};
use crate::actors::{Fanout, Hub};
use crate::model::limits;
use crate::store::Store;
use crate::wire::{Bye, ByeCode};

/// Connections that the operating system holds for us while others are served.
const BACKLOG: i32 = 16;

const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// The socket's file, which goes when this does.
pub(in crate::app) struct ControlSocket(PathBuf);

impl ControlSocket {
    /// Listens in a data directory, whose lock is held: what an earlier server left there is replaced.
    pub(in crate::app) fn bind(data_dir: &Path) -> io::Result<(UnixListener, Self)> {
        let path = data_dir.join(NAME);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None)?;
        socket.bind(&socket2::SockAddr::unix(&path)?)?;
        let file = Self(path);
        // before anybody is listened to
        std::fs::set_permissions(&file.0, std::fs::Permissions::from_mode(0o600))?;
        socket.set_nonblocking(true)?;
        socket.listen(BACKLOG)?;
        Ok((OwnedFd::from(socket).into(), file))
    }
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            log::warn!("could not remove {}: {error}", self.0.display());
        }
    }
}

/// Takes orders until the system ends.
pub(in crate::app) async fn serve(listener: tokio::net::UnixListener, hub: Arc<Hub>, fanouts: Vec<Addr<Fanout>>) {
    let (exchanges, fanouts) = (Arc::new(Semaphore::new(limits::CONTROL_EXCHANGES_MAX)), Arc::new(fanouts));
    loop {
        let Ok(permit) = Arc::clone(&exchanges).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let (hub, fanouts) = (Arc::clone(&hub), Arc::clone(&fanouts));
                actix_rt::spawn(async move {
                    let _permit = permit;
                    match timeout(limits::CONTROL_TIMEOUT, exchange(stream, &hub, &fanouts)).await {
                        Ok(Ok(())) => {}
                        Ok(Err(error)) => log::warn!("an exchange over the control socket failed: {error}"),
                        Err(_) => log::warn!("an exchange over the control socket took too long"),
                    }
                });
            }
            Err(error) => {
                log::warn!("could not accept on the control socket: {error}");
                // nobody is waited for, so that this is a pause
                timeout(PAUSE_AFTER_FAILURE, std::future::pending::<()>()).await.ok();
            }
        }
    }
}

/// One order and its reply. What is no order is answered too, and changes nothing.
async fn exchange(mut stream: UnixStream, hub: &Hub, fanouts: &[Addr<Fanout>]) -> io::Result<()> {
    let length = stream.read_u32().await?;
    let reply = if length > limits::CONTROL_FRAME_BYTES_MAX {
        Reply::Refused("this is longer than any order".into())
    } else {
        let mut frame = Vec::new();
        (&mut stream).take(length.into()).read_to_end(&mut frame).await?;
        match rmp_serde::from_slice::<Order>(&frame) {
            Ok(order) if frame.len() as u64 == u64::from(length) => carry_out(order, hub, fanouts).await,
            _ => Reply::Refused("this is no order of this version".into()),
        }
    };
    let frame = rmp_serde::to_vec(&reply).map_err(io::Error::other)?;
    stream.write_u32(u32::try_from(frame.len()).map_err(io::Error::other)?).await?;
    stream.write_all(&frame).await
}

/// Answered once nothing that the banned ones had said can still be committed.
async fn carry_out(order: Order, hub: &Hub, fanouts: &[Addr<Fanout>]) -> Reply {
    log::info!("the operator: {order:?}");
    let now = hub.settings.clock.now();
    let done = hub.write(move |store: &mut Store| obey(store, &order, now)).await;
    let Effect { reply, evicted } = match done {
        Ok(effect) => effect,
        Err(refusal) => return Reply::Refused(refusal.message.to_string()),
    };
    if let Some((evicted, message)) = evicted {
        let bye = Bye { code: ByeCode::Denied, message: message.into() };
        if !evict(evicted, bye, hub, fanouts).await {
            return Reply::Refused("it was written down, but the server ends: look again once it runs".into());
        }
    }
    reply
}

async fn evict(evicted: Evicted, bye: Bye, hub: &Hub, fanouts: &[Addr<Fanout>]) -> bool {
    match evicted {
        Evicted::Devices(devices) => hub.lobby.send(Evict(devices, bye)).await.is_ok(),
        Evicted::Network(network) => {
            let asked = fanouts.iter().map(|fanout| fanout.send(Peers(network)));
            let found = futures_util::future::join_all(asked).await;
            let sessions = found.into_iter().flatten().flatten().collect();
            hub.lobby.send(EvictSessions(sessions, bye)).await.is_ok()
        }
    }
}
