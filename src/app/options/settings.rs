//! What the operator may set, by a flag, by the environment or in a file: the same names everywhere.

use std::net::{IpAddr, SocketAddr};
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Deserialize;

use super::{OptionsError, tls};
use crate::app::Config;
use crate::store::Sync;

#[derive(Debug, Default, Args, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Settings {
    /// The address to listen on [default: 127.0.0.1]
    pub(super) ip: Option<IpAddr>,
    /// The port to listen on; 0 picks a free one [default: 8080]
    pub(super) port: Option<u16>,
    /// Speak TLS with the certificate in this file (PEM, with those that vouch for it)
    #[arg(long, value_name = "FILE", env = "TERTULIA_TLS_CERT")]
    pub(super) tls_cert: Option<PathBuf>,
    /// The private key of that certificate (PEM)
    #[arg(long, value_name = "FILE", env = "TERTULIA_TLS_KEY")]
    pub(super) tls_key: Option<PathBuf>,
    /// Speak TLS with a certificate of one's own, which is made in the data directory
    #[arg(long, env = "TERTULIA_TLS_SELF_SIGNED", value_parser = clap::builder::FalseyValueParser::new())]
    #[serde(default)]
    pub(super) tls_self_signed: bool,
    /// A second address, IP:PORT, where TLS is not spoken
    #[arg(long, value_name = "ADDRESS", env = "TERTULIA_PLAIN")]
    pub(super) plain: Option<SocketAddr>,
    /// Where the database and the files are kept [default: data]
    #[arg(long, value_name = "DIR", env = "TERTULIA_DATA_DIR")]
    pub(super) data_dir: Option<PathBuf>,
    /// The database, if it is not tertulia.db in the data directory
    #[arg(long, value_name = "FILE", env = "DATABASE_URL")]
    pub(super) database: Option<String>,
    /// What a commit survives: full, a loss of power; normal, the end of the process [default: full]
    #[arg(long, value_name = "MODE", env = "TERTULIA_SYNC")]
    pub(super) sync: Option<SyncMode>,
    /// Connections at the same time; more are turned away [default: 10000]
    #[arg(long, value_name = "N", env = "TERTULIA_MAX_CONNECTIONS")]
    pub(super) max_connections: Option<NonZeroUsize>,
    /// Of them, from one IPv4 address or one /64 of IPv6; 0 is no limit [default: 1000]
    #[arg(long, value_name = "N", env = "TERTULIA_MAX_PER_ADDRESS")]
    pub(super) max_per_address: Option<usize>,
    /// Devices of one registered user that are connected; 0 is no limit [default: 50]
    #[arg(long, value_name = "N", env = "TERTULIA_MAX_PER_USER")]
    pub(super) max_per_user: Option<usize>,
    /// Says a second for one device, which all other rates follow; 0 is no limit for any [default: 20]
    #[arg(long, value_name = "N", env = "TERTULIA_RATE")]
    pub(super) rate: Option<u32>,
    /// Bytes of the largest file that may be sent [default: 67108864]
    #[arg(long, value_name = "BYTES", env = "TERTULIA_MAX_FILE")]
    pub(super) max_file: Option<u64>,
    /// Bytes of all files together, above which no more are taken; 0 is no limit [default: 68719476736]
    #[arg(long, value_name = "BYTES", env = "TERTULIA_MAX_FILES")]
    pub(super) max_files: Option<u64>,
    /// Seconds without a frame after which a connection is ended [default: 300]
    #[arg(long, value_name = "SECONDS", env = "TERTULIA_IDLE")]
    pub(super) idle: Option<NonZeroU64>,
    /// Threads that serve sockets and rooms [default: one less than cores]
    #[arg(long, value_name = "N", env = "TERTULIA_ARBITERS", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) arbiters: Option<u16>,
}

#[derive(Debug, Clone, Copy, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SyncMode {
    Full,
    Normal,
}

impl Settings {
    /// The configuration, where `file` says what these do not, and the defaults the rest.
    ///
    /// # Errors
    /// What cannot be used.
    pub(super) fn over(self, mut file: Self) -> Result<Config, OptionsError> {
        let (mut flags, default) = (self, Config::default());
        let (tls, plain) = tls::resolve(&mut flags, &mut file)?;
        let ip = flags.ip.or(file.ip).unwrap_or(default.address.ip());
        let port = flags.port.or(file.port).unwrap_or(default.address.port());
        let sync = flags.sync.or(file.sync).map_or(default.sync, Sync::from);
        Ok(Config {
            address: SocketAddr::new(ip, port),
            tls,
            plain,
            data_dir: flags.data_dir.or(file.data_dir).unwrap_or(default.data_dir),
            database: flags.database.or(file.database).map(database_path).transpose()?,
            sync,
            connections_max: flags
                .max_connections
                .or(file.max_connections)
                .map_or(default.connections_max, NonZeroUsize::get),
            per_address_max: flags.max_per_address.or(file.max_per_address).unwrap_or(default.per_address_max),
            per_user_max: flags.max_per_user.or(file.max_per_user).unwrap_or(default.per_user_max),
            rate: flags.rate.or(file.rate).unwrap_or(default.rate),
            file_bytes_max: flags.max_file.or(file.max_file).unwrap_or(default.file_bytes_max),
            all_files_bytes_max: flags.max_files.or(file.max_files).unwrap_or(default.all_files_bytes_max),
            idle_s: flags.idle.or(file.idle).map_or(default.idle_s, NonZeroU64::get),
            arbiters: flags.arbiters.or(file.arbiters).map_or(default.arbiters, usize::from),
            clock: default.clock,
            seed: default.seed,
        })
    }
}

impl From<SyncMode> for Sync {
    fn from(mode: SyncMode) -> Self {
        match mode {
            SyncMode::Full => Self::Full,
            SyncMode::Normal => Self::Normal,
        }
    }
}

/// `DATABASE_URL` is diesel's: a path, or a URL.
fn database_path(url: String) -> Result<PathBuf, OptionsError> {
    match url.split_once("://") {
        None => Ok(url.into()),
        Some(("sqlite" | "file", path)) => Ok(path.into()),
        Some(_) => Err(OptionsError::OtherDatabase(url)),
    }
}
