//! The operator's side: the order goes to the server that runs on the data directory; where none runs, it is carried out
//! here, under the directory's lock.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use super::obey::obey;
use super::{NAME, Order, Reply};
use crate::app::lock::DirLock;
use crate::app::{BootError, Config};
use crate::model::{Chance, RoomId, UserId, limits, safe_text};
use crate::store::{OpenError, Store, StoreError};

/// Why an order reached nobody: one line for people.
#[derive(Debug, thiserror::Error)]
pub enum OperateError {
    /// There is nothing to be operated.
    #[error("no server runs on {}, and there is no database {}: name the server's --data-dir or --config",
        .dir.display(), .database.display())]
    Nothing {
        /// The data directory.
        dir: PathBuf,
        /// The database.
        database: PathBuf,
    },
    /// A server has the lock and does not listen.
    #[error("a server uses {} and takes no orders: it starts or stops just now, or its log says why", .0.display())]
    Deaf(PathBuf),
    /// The socket cannot be used.
    #[error("cannot speak with the server through {}: {source}", .path.display())]
    Socket {
        /// The socket.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The server has the order, and did not answer.
    #[error(
        "the server did not answer ({0}): the order may have been carried out, or still be; look, or give it again"
    )]
    Unanswered(io::Error),
    /// The data directory cannot be used.
    #[error(transparent)]
    DataDir(BootError),
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The order cannot be written down.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The operating system refused something else.
    #[error(transparent)]
    System(#[from] io::Error),
    /// The order itself cannot be carried out.
    #[error("{0}")]
    Refused(String),
}

/// Carries out an order, and tells the lines that answer it: of a list, its rows in columns.
///
/// # Errors
/// Why it was not carried out.
pub fn operate(config: &Config, order: Order, mut tell: impl FnMut(&str)) -> Result<(), OperateError> {
    let mut whom = Whom::find(config)?;
    let (mut order, mut table) = (order, Vec::new());
    loop {
        match whom.ask(config, &order)? {
            Reply::Done(line) => tell(&safe_text(&line)),
            Reply::Refused(why) => return Err(OperateError::Refused(why)),
            Reply::Table { rows, next } => {
                table.extend(rows);
                match (next, &mut order) {
                    (Some(next), Order::Users { after }) => *after = UserId(next),
                    (Some(next), Order::Bans { after }) => *after = next,
                    (Some(next), Order::Rooms { after }) => *after = RoomId(next),
                    _ => {
                        columns(&table).iter().for_each(|line| tell(&safe_text(line)));
                        return Ok(());
                    }
                }
                continue;
            }
        }
        return Ok(());
    }
}

/// Who carries out orders.
enum Whom {
    /// Over a connection for each order, the first of which is there already.
    Server(Option<UnixStream>),
    /// Nobody else, as long as the lock is held.
    Ourselves { store: Box<Store>, _lock: DirLock },
}

impl Whom {
    fn find(config: &Config) -> Result<Self, OperateError> {
        let path = config.data_dir.join(NAME);
        match UnixStream::connect(&path) {
            Ok(stream) => return Ok(Self::Server(Some(stream))),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {}
            Err(source) => return Err(OperateError::Socket { path, source }),
        }
        let database = config.database_path();
        if !database.exists() {
            return Err(OperateError::Nothing { dir: config.data_dir.clone(), database });
        }
        let lock = DirLock::take(&config.data_dir).map_err(|error| match error {
            BootError::InUse(dir) => OperateError::Deaf(dir),
            other => OperateError::DataDir(other),
        })?;
        let mut chance = Chance::from_os()?;
        let store = Store::open_writer(&database, config.sync, &mut chance, config.clock.now())?;
        Ok(Self::Ourselves { store: Box::new(store), _lock: lock })
    }

    fn ask(&mut self, config: &Config, order: &Order) -> Result<Reply, OperateError> {
        match self {
            Self::Ourselves { store, .. } => Ok(obey(store, order, config.clock.now())?.reply),
            Self::Server(stream) => {
                let path = config.data_dir.join(NAME);
                let stream = stream.take().map_or_else(|| UnixStream::connect(&path), Ok);
                let sent = stream.and_then(|stream| send(stream, order));
                let stream = sent.map_err(|source| OperateError::Socket { path, source })?;
                hear(stream).map_err(OperateError::Unanswered)
            }
        }
    }
}

fn send(mut stream: UnixStream, order: &Order) -> io::Result<UnixStream> {
    stream.set_read_timeout(Some(limits::CONTROL_TIMEOUT))?;
    stream.set_write_timeout(Some(limits::CONTROL_TIMEOUT))?;
    let frame = rmp_serde::to_vec(order).map_err(io::Error::other)?;
    let length = u32::try_from(frame.len()).ok().filter(|length| *length <= limits::CONTROL_FRAME_BYTES_MAX);
    let length = length.ok_or_else(|| io::Error::other("the order is too long"))?;
    stream.write_all(&length.to_be_bytes())?;
    stream.write_all(&frame)?;
    Ok(stream)
}

fn hear(mut stream: UnixStream) -> io::Result<Reply> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if length > limits::CONTROL_FRAME_BYTES_MAX {
        return Err(io::Error::other("the reply is too long"));
    }
    let mut frame = Vec::new();
    stream.take(length.into()).read_to_end(&mut frame)?;
    rmp_serde::from_slice(&frame).map_err(io::Error::other)
}

/// The rows of a table as lines, with their cells below each other.
fn columns(rows: &[Vec<String>]) -> Vec<String> {
    let width = |cell: &String| unicode_width::UnicodeWidthStr::width(cell.as_str());
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> =
        (0..count).map(|at| rows.iter().filter_map(|row| row.get(at)).map(width).max().unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths);
        let padded = cells.map(|(cell, width_max)| cell.clone() + &" ".repeat(width_max - width(cell)));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_below_each_other() {
        let rows = [vec!["Ann".to_owned(), "1".into(), String::new()], vec!["李四".into(), "23".into(), "x".into()]];
        assert_eq!(columns(&rows), ["Ann   1", "李四  23  x"]);
        assert_eq!(columns(&[]), [""; 0]);
    }
}
