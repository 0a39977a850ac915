//! The server's command line. Flags beat the environment, which beats a TOML file, which beats the defaults.

mod tls;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::Deserialize;

use super::Config;
use crate::store::Sync;

const EXAMPLES: &str = "\
Examples:
  server                          listen on 127.0.0.1:8080, keep everything in ./data
  server 0.0.0.0 9000             listen on all addresses, port 9000
  server 127.0.0.1 0              pick a free port; the first line of output names it
  server --tls-self-signed        speak TLS; it prints the fingerprint by which clients know it
  RUST_LOG=debug server           show what happens, on standard error
  server verify                   check what it left in ./data, once it has stopped

Then, in other terminals: client 127.0.0.1 8080";

const VERIFYING: &str = "\
Nothing is changed: the database is opened for reading only, and an older one is not brought up to date. A server that
runs has to be stopped first; or check a copy (tertulia.db, tertulia.db-wal if there is one, and files/).

It prints `ok: N rooms, N messages, N files` and exits with 0; or one line for each thing that is wrong, and exits
with 1.

Examples:
  server verify                         check ./data
  server verify --data-dir /srv/copy    check another directory";

/// A chat server that keeps every acknowledged word, in one order, exactly once.
#[derive(Debug, Parser)]
#[command(name = "server", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct Options {
    #[command(subcommand)]
    command: Option<Command>,
    /// A TOML file with the long names of these options as keys (`max-file = 1000000`)
    #[arg(long, value_name = "FILE", env = "TERTULIA_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check what a server left behind: rooms without gaps, references that lead somewhere, files that are whole
    #[command(after_help = VERIFYING)]
    Verify(Verify),
}

#[derive(Debug, Args)]
struct Verify {
    /// The server's configuration, for the places that it names
    #[arg(long, value_name = "FILE", env = "TERTULIA_CONFIG")]
    config: Option<PathBuf>,
    /// Where the database and the files are kept [default: data]
    #[arg(long, value_name = "DIR", env = "TERTULIA_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// The database, if it is not tertulia.db in the data directory
    #[arg(long, value_name = "FILE", env = "DATABASE_URL")]
    database: Option<String>,
}

/// What the operator wants to be done.
#[derive(Debug)]
pub enum Task {
    /// To serve.
    Serve(Config),
    /// To check what these places hold.
    Verify(Config),
}

#[derive(Debug, Default, Args, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Settings {
    /// The address to listen on [default: 127.0.0.1]
    ip: Option<IpAddr>,
    /// The port to listen on; 0 picks a free one [default: 8080]
    port: Option<u16>,
    /// Speak TLS with the certificate in this file (PEM, with those that vouch for it)
    #[arg(long, value_name = "FILE", env = "TERTULIA_TLS_CERT")]
    tls_cert: Option<PathBuf>,
    /// The private key of that certificate (PEM)
    #[arg(long, value_name = "FILE", env = "TERTULIA_TLS_KEY")]
    tls_key: Option<PathBuf>,
    /// Speak TLS with a certificate of one's own, which is made in the data directory
    #[arg(long, env = "TERTULIA_TLS_SELF_SIGNED", value_parser = clap::builder::FalseyValueParser::new())]
    #[serde(default)]
    tls_self_signed: bool,
    /// A second address, IP:PORT, where TLS is not spoken
    #[arg(long, value_name = "ADDRESS", env = "TERTULIA_PLAIN")]
    plain: Option<SocketAddr>,
    /// Where the database and the files are kept [default: data]
    #[arg(long, value_name = "DIR", env = "TERTULIA_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// The database, if it is not tertulia.db in the data directory
    #[arg(long, value_name = "FILE", env = "DATABASE_URL")]
    database: Option<String>,
    /// What a commit survives: full, a loss of power; normal, the end of the process [default: full]
    #[arg(long, value_name = "MODE", env = "TERTULIA_SYNC")]
    sync: Option<SyncMode>,
    /// Connections at the same time; more are turned away [default: 10000]
    #[arg(long, value_name = "N", env = "TERTULIA_MAX_CONNECTIONS")]
    max_connections: Option<usize>,
    /// Bytes of the largest file that may be sent [default: 67108864]
    #[arg(long, value_name = "BYTES", env = "TERTULIA_MAX_FILE")]
    max_file: Option<u64>,
    /// Seconds without a frame after which a connection is ended [default: 300]
    #[arg(long, value_name = "SECONDS", env = "TERTULIA_IDLE", value_parser = clap::value_parser!(u64).range(1..))]
    idle: Option<u64>,
    /// Threads that serve sockets and rooms [default: one less than cores]
    #[arg(long, value_name = "N", env = "TERTULIA_ARBITERS", value_parser = clap::value_parser!(u16).range(1..=256))]
    arbiters: Option<u16>,
}

#[derive(Debug, Clone, Copy, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SyncMode {
    Full,
    Normal,
}

/// What the operator wrote cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OptionsError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It holds something else.
    #[error("{} is not a configuration: {why}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and where.
        why: String,
    },
    /// The database is of another kind.
    #[error("{0} is not an SQLite database: give the path of a file")]
    OtherDatabase(String),
    /// What is said about TLS does not fit together.
    #[error("{0}")]
    Tls(&'static str),
}

impl Options {
    /// What the operator wants.
    ///
    /// # Errors
    /// What cannot be used.
    pub fn into_task(mut self) -> Result<Task, OptionsError> {
        match self.command.take() {
            None => self.into_config().map(Task::Serve),
            Some(Command::Verify(Verify { config, data_dir, database })) => {
                let settings = Settings { data_dir, database, ..Settings::default() };
                Self { command: None, config, settings }.into_config().map(Task::Verify)
            }
        }
    }

    fn into_config(self) -> Result<Config, OptionsError> {
        let mut file = self.config.as_deref().map(read_file).transpose()?.unwrap_or_default();
        let (mut flags, default) = (self.settings, Config::default());
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
            connections_max: flags.max_connections.or(file.max_connections).unwrap_or(default.connections_max),
            file_bytes_max: flags.max_file.or(file.max_file).unwrap_or(default.file_bytes_max),
            idle_s: flags.idle.or(file.idle).unwrap_or(default.idle_s),
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

fn read_file(path: &Path) -> Result<Settings, OptionsError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| OptionsError::Unreadable { path: path.to_owned(), source })?;
    toml::from_str(&text).map_err(|error| OptionsError::Malformed {
        path: path.to_owned(),
        why: error.to_string().split_whitespace().collect::<Vec<_>>().join(" "),
    })
}

/// `DATABASE_URL` is diesel's: a path, or a URL.
fn database_path(url: String) -> Result<PathBuf, OptionsError> {
    match url.split_once("://") {
        None => Ok(url.into()),
        Some(("sqlite" | "file", path)) => Ok(path.into()),
        Some(_) => Err(OptionsError::OtherDatabase(url)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(arguments: &[&str]) -> Result<Config, OptionsError> {
        Options::try_parse_from(["server"].iter().chain(arguments)).expect("arguments parse").into_config()
    }

    #[test]
    fn verify_has_places_of_its_own_and_nothing_else() {
        let task = |arguments: &[&str]| Options::try_parse_from(["server"].iter().chain(arguments));
        let Ok(Task::Verify(config)) = task(&["verify", "--data-dir", "copy"]).unwrap().into_task() else { panic!() };
        assert_eq!(config.database_path(), Path::new("copy/tertulia.db"));
        assert!(matches!(task(&["127.0.0.1", "0"]).unwrap().into_task(), Ok(Task::Serve(_))));
        for wrong in [&["--data-dir", "copy", "verify"][..], &["verify", "0"], &["verify", "--idle", "5"]] {
            assert_eq!(task(wrong).unwrap_err().exit_code(), 2, "{wrong:?}");
        }
    }

    #[test]
    fn a_flag_beats_the_file_and_the_file_beats_the_default() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("server.toml");
        std::fs::write(&path, "port = 9000\nmax-file = 5\nsync = \"normal\"\n").unwrap();
        let config = config(&["--config", path.to_str().unwrap(), "--max-file", "7"]).unwrap();
        assert_eq!(config.address, "127.0.0.1:9000".parse().unwrap());
        assert_eq!((config.file_bytes_max, config.sync), (7, Sync::Normal));
        assert_eq!(config.idle_s, Config::default().idle_s);
    }

    #[test]
    fn a_file_with_a_mistake_says_where() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("server.toml");
        std::fs::write(&path, "prot = 9000\n").unwrap();
        let error = config(&["--config", path.to_str().unwrap()]).unwrap_err().to_string();
        assert!(error.contains("server.toml") && error.contains("prot") && !error.contains('\n'), "{error}");
    }

    #[test]
    fn a_database_is_a_path_or_an_sqlite_url() {
        assert_eq!(config(&["--database", "a/b.db"]).unwrap().database_path(), Path::new("a/b.db"));
        assert_eq!(config(&["--database", "sqlite://a/b.db"]).unwrap().database_path(), Path::new("a/b.db"));
        assert!(config(&["--database", "postgres://host/db"]).is_err());
        assert_eq!(Config::default().database_path(), Path::new("data/tertulia.db"));
    }
}
