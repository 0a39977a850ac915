//! Everything that the operator can decide, with what holds if nothing is said. Reading flags, environment and files
//! is left to [`super::options`].

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::CertificateFrom;
use crate::model::{Clock, limits, names};
use crate::store::Sync;
use crate::wire::Limits;

/// How a server is to run.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 picks a free one.
    pub address: SocketAddr,
    /// Where the certificate comes from, if TLS is spoken there.
    pub tls: Option<CertificateFrom>,
    /// Where to listen without TLS, beside an address with it.
    pub plain: Option<SocketAddr>,
    /// Where the database and the files are, unless `database` says otherwise.
    pub data_dir: PathBuf,
    /// The database; `tertulia.db` in the data directory if absent.
    pub database: Option<PathBuf>,
    /// What a commit survives.
    pub sync: Sync,
    /// Connections at the same time.
    pub connections_max: usize,
    /// Of them, from one IPv4 address or one /64 of IPv6; 0 is no limit.
    pub per_address_max: usize,
    /// Devices of one registered user that are connected; 0 is no limit.
    pub per_user_max: usize,
    /// Says a second for one device, which the other rates follow; 0 is no limit for any.
    pub rate: u32,
    /// Bytes of a file.
    pub file_bytes_max: u64,
    /// Bytes of all files together; 0 is no limit.
    pub all_files_bytes_max: u64,
    /// Seconds without a frame after which a connection is ended.
    pub idle_s: u64,
    /// Threads that serve sockets and rooms.
    pub arbiters: usize,
    /// Where time comes from.
    pub clock: Clock,
    /// Makes ids and secrets predictable: for tests only.
    pub seed: Option<u64>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
            tls: None,
            plain: None,
            data_dir: PathBuf::from("data"),
            database: None,
            sync: Sync::Full,
            connections_max: limits::CONNECTIONS_MAX,
            per_address_max: limits::CONNECTIONS_PER_ADDRESS_MAX,
            per_user_max: limits::CONNECTIONS_PER_USER_MAX,
            rate: limits::SAYS_PER_SECOND,
            file_bytes_max: limits::FILE_BYTES_MAX,
            all_files_bytes_max: limits::ALL_FILES_BYTES_MAX,
            idle_s: limits::IDLE_TIMEOUT.as_secs(),
            arbiters: default_arbiters(),
            clock: Clock::System,
            seed: None,
        }
    }
}

/// One core is left to the thread that writes: beside it, on two cores, one thread for sockets serves as many people as
/// two do and wakes half as often.
fn default_arbiters() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
}

impl Config {
    /// Where the database is.
    #[must_use]
    pub fn database_path(&self) -> PathBuf {
        self.database.clone().unwrap_or_else(|| self.data_dir.join("tertulia.db"))
    }

    /// What `welcome` announces.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            frame: limits::FRAME_BYTES_MAX as u64,
            text: limits::TEXT_BYTES_MAX as u64,
            file: self.file_bytes_max,
            chunk: limits::CHUNK_BYTES_MAX as u64,
            rate: self.rate.into(),
            idle: self.idle_s,
        }
    }

    /// The server's name, its version, and that of the tables which tell names apart.
    #[must_use]
    pub fn server_name() -> String {
        let (major, minor, _) = names::UNICODE_VERSION;
        format!("tertulia {} (Unicode {major}.{minor})", env!("CARGO_PKG_VERSION"))
    }
}
