//! The control socket of a running server: who can open it is its operator, so that nothing more is asked. It is off
//! the path of any message; what the store has to do goes to the thread that writes.

use std::future::Future;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::obey::{Effect, obey};
use super::{NAME, Order, Reply};
use crate::actors::Hub;
use crate::actors::lobby::Evict;
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
pub(in crate::app) async fn serve(listener: tokio::net::UnixListener, hub: Arc<Hub>) {
    let exchanges = Arc::new(Semaphore::new(limits::CONTROL_EXCHANGES_MAX));
    loop {
        let Ok(permit) = Arc::clone(&exchanges).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let hub = Arc::clone(&hub);
                actix_rt::spawn(async move {
                    let _permit = permit;
                    if let Err(error) = exchange(stream, &hub).await {
                        log::warn!("an exchange over the control socket failed: {error}");
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

/// One order and its reply. What is no order is answered too, and changes nothing. An order that was read is carried out
/// to its end, however long that takes and whoever still waits for it: half of it, a ban that turns nobody out, would be
/// worse than none.
async fn exchange(mut stream: UnixStream, hub: &Hub) -> io::Result<()> {
    let reply = match in_time(read(&mut stream)).await? {
        Ok(order) => serve_order(order, hub).await,
        Err(why) => Reply::Refused(why.into()),
    };
    let frame = rmp_serde::to_vec(&reply).map_err(io::Error::other)?;
    let length = u32::try_from(frame.len()).map_err(io::Error::other)?;
    in_time(async {
        stream.write_u32(length).await?;
        stream.write_all(&frame).await
    })
    .await
}

async fn in_time<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(limits::CONTROL_TIMEOUT, work).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// An order, or what is wrong with it.
async fn read(stream: &mut UnixStream) -> io::Result<Result<Order, &'static str>> {
    let length = stream.read_u32().await?;
    if length > limits::CONTROL_FRAME_BYTES_MAX {
        return Ok(Err("this is longer than any order"));
    }
    let mut frame = Vec::new();
    stream.take(length.into()).read_to_end(&mut frame).await?;
    let order = rmp_serde::from_slice(&frame).ok().filter(|_| frame.len() as u64 == u64::from(length));
    Ok(order.ok_or("this is no order of this version"))
}

/// Carries out an order, and writes down that it was.
async fn serve_order(order: Order, hub: &Hub) -> Reply {
    let reply = carry_out(order, hub).await;
    match &reply {
        Reply::Done(line) => log::info!("the operator: {line}"),
        Reply::Refused(why) => log::info!("the operator was refused: {why}"),
        Reply::Table { .. } => log::debug!("the operator looks at a list"),
    }
    reply
}

/// Answered once nothing that the banned ones had said can still be committed.
async fn carry_out(order: Order, hub: &Hub) -> Reply {
    let now = hub.settings.clock.now();
    let done = hub.with_writer(move |store: &mut Store| obey(store, &order, now)).await;
    let Effect { reply, evicted } = match done {
        Ok(effect) => effect,
        Err(refusal) => return Reply::Refused(refusal.message.to_string()),
    };
    if let Some((evicted, message)) = evicted {
        let bye = Bye { code: ByeCode::Denied, message: message.into() };
        if hub.lobby.send(Evict(evicted, bye)).await.is_err() {
            return Reply::Refused("it was written down, but the server ends: look again once it runs".into());
        }
    }
    reply
}
