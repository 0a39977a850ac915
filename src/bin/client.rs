//! The terminal client's command line: flags become a [`Config`], and [`terminal::run`] does the rest.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tertulia::terminal::{self, Config, read_size};

const EXAMPLES: &str = "\
Examples:
  client                                    talk in the lobby of a server on this machine
  client 192.0.2.7 8080 --room dev          talk in the room dev of another one
  echo 'the build is green' | client        say a line from a script; fails if it was not acknowledged
  printf '.image chart.png\\n' | client      commands work there too
  tail -f news.log | client --room news     say every line of a growing file

At a terminal there is a prompt: .usage lists the commands, the Tab key finishes words, and .quit, Ctrl-C or
Ctrl-D leave. Where standard input or output is no terminal, every line of the input is said, and the client
leaves once all of them are acknowledged.
Files of others that are small enough are saved at once, under images/ and files/ of the download directory;
.save N fetches a larger one. Nothing is ever overwritten.";

/// Talk on a Tertulia server: text, files and images, in rooms
#[derive(Debug, Parser)]
#[command(name = "client", version, after_help = EXAMPLES)]
struct Arguments {
    /// The server's address or name
    #[arg(value_name = "IP", default_value = "127.0.0.1")]
    host: String,
    /// The server's port
    #[arg(default_value_t = 8080)]
    port: u16,
    /// The room to begin in; it is made if there is none
    #[arg(long, default_value = "lobby")]
    room: String,
    /// Where files of others go [default: the folder for downloads]
    #[arg(long, value_name = "DIR", env = "TERTULIA_DOWNLOAD_DIR")]
    download_dir: Option<PathBuf>,
    /// Save files of others up to this size at once: 512K, 2M, 0 for never [default: 1M]
    #[arg(long, value_name = "BYTES", value_parser = read_size)]
    auto_save: Option<u64>,
    /// Where the client remembers who it is and what was typed [default: the folder for state]
    #[arg(long, value_name = "DIR", env = "TERTULIA_STATE_DIR")]
    state_dir: Option<PathBuf>,
    /// Come as a new guest, and forget it afterwards
    #[arg(long)]
    new_device: bool,
    /// No prompt, even at a terminal
    #[arg(long)]
    plain: bool,
}

impl Arguments {
    fn into_config(self) -> Config {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host };
        Config {
            address: format!("{host}:{}", self.port),
            room: self.room,
            download_dir: self.download_dir,
            auto_save_bytes_max: self.auto_save,
            state_dir: self.state_dir,
            is_new_device: self.new_device,
            is_plain: self.plain,
        }
    }
}

fn main() -> ExitCode {
    let config = Arguments::parse().into_config();
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(terminal::run(config)),
        Err(error) => {
            eprintln!("* cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn addresses_are_put_together() {
        let address = |line: &[&str]| Arguments::parse_from(line).into_config().address;
        assert_eq!(address(&["client"]), "127.0.0.1:8080");
        assert_eq!(address(&["client", "::1", "9"]), "[::1]:9");
        assert_eq!(address(&["client", "chat.example"]), "chat.example:8080");
    }

    #[test]
    fn sizes_are_read() {
        let bytes = |size| Arguments::parse_from(["client", "--auto-save", size]).auto_save;
        assert_eq!([bytes("0"), bytes("512K")], [Some(0), Some(512 << 10)]);
    }
}
