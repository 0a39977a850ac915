//! The server's command line. Flags beat the environment, which beats a TOML file, which beats the defaults.

mod operator;
mod settings;
mod tls;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

use self::operator::{Operate, Places};
use self::settings::Settings;
use super::{Config, Order};

const EXAMPLES: &str = "\
Examples:
  server                          listen on 127.0.0.1:8080, keep everything in ./data
  server 0.0.0.0 9000             listen on all addresses, port 9000
  server 127.0.0.1 0              pick a free port; the first line of output names it
  server --tls-self-signed        speak TLS; it prints the fingerprint by which clients know it
  RUST_LOG=debug server           show what happens, on standard error
  server verify                   check what it left in ./data, once it has stopped
  server user ban Ann --for 3d    keep somebody out; also device, network, ban, room (each has its own --help)

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
    Verify(Places),
    #[command(flatten)]
    Operate(Operate),
}

/// What the operator wants to be done.
#[derive(Debug)]
pub enum Task {
    /// To serve.
    Serve(Config),
    /// To check what these places hold.
    Verify(Config),
    /// To carry out an order on the server, or on what it left, in these places.
    Operate(Config, Order),
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
            Some(Command::Verify(places)) => places.into_config().map(Task::Verify),
            Some(Command::Operate(operate)) => {
                let (order, places) = operate.into_order();
                places.into_config().map(|config| Task::Operate(config, order))
            }
        }
    }

    fn into_config(self) -> Result<Config, OptionsError> {
        let file = self.config.as_deref().map(read_file).transpose()?.unwrap_or_default();
        self.settings.over(file)
    }
}

impl Places {
    fn into_config(self) -> Result<Config, OptionsError> {
        let Self { config, data_dir, database } = self;
        let settings = Settings { data_dir, database, ..Settings::default() };
        Options { command: None, config, settings }.into_config()
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

#[cfg(test)]
mod tests;
