//! The terminal client's command line: flags become a [`Config`], and [`tui::run`] or, without a screen,
//! [`terminal::run`] does the rest.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser};
use tertulia::terminal::{self, Config, FIRST_ROOM, Fingerprint, Tls, read_size};
use tertulia::tui;

const EXAMPLES: &str = "\
Examples:
  client                                    talk in the lobby of a server on this machine
  client 192.0.2.7 8080 --room dev          talk in the room dev of another one
  client chat.example 8080 --tls            the same, encrypted; the system's roots vouch for the server
  client 192.0.2.7 8080 --tls-pin           the same, where the server made its certificate itself
  echo 'the build is green' | client        say a line from a script; fails if it was not acknowledged
  printf '.image chart.png\\n' | client      commands work there too
  tail -f news.log | client --room news     say every line of a growing file

At a terminal there is a full screen: F1 or .usage lists keys and commands, the Tab key finishes words, and .quit,
Ctrl-C or Ctrl-D leave. With --plain there are lines and a prompt. Where standard input or output is no terminal,
every line of the input is said, and the client leaves once all of them are acknowledged.
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
    #[arg(long, default_value = FIRST_ROOM)]
    room: String,
    #[command(flatten)]
    encryption: Encryption,
    /// Where files of others go [default: the folder for downloads]
    #[arg(long, value_name = "DIR", env = "TERTULIA_DOWNLOAD_DIR")]
    download_dir: Option<PathBuf>,
    /// Save files of others up to this size at once: 512K, 2M, 0 for never [default: 1M]
    #[arg(long, value_name = "BYTES", value_parser = read_size)]
    auto_save: Option<u64>,
    /// Where it remembers who you are and what you typed [default: the folder for state]
    #[arg(long, value_name = "DIR", env = "TERTULIA_STATE_DIR")]
    state_dir: Option<PathBuf>,
    /// Come as a new guest this once, also to a server that turns your own device away
    #[arg(long)]
    new_device: bool,
    /// Lines and a prompt instead of the full screen
    #[arg(long)]
    plain: bool,
}

/// By what the server is known, over TLS.
#[derive(Debug, Args)]
struct Encryption {
    /// Speak TLS, with a server for which somebody vouches whom this system trusts
    #[arg(long, conflicts_with_all = ["tls_pin", "fingerprint"])]
    tls: bool,
    /// Speak TLS, with a server for which somebody vouches whose certificate is in this file (PEM)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["tls_pin", "fingerprint"])]
    ca: Option<PathBuf>,
    /// Speak TLS, with a server that is known by its certificate: the one that it showed the first time
    #[arg(long)]
    tls_pin: bool,
    /// The same, and the certificate has to have this fingerprint from now on
    #[arg(long, value_name = "SHA256")]
    fingerprint: Option<Fingerprint>,
}

impl Encryption {
    fn into_tls(self) -> Option<Tls> {
        match self {
            Self { ca: Some(roots), .. } => Some(Tls::Roots(roots)),
            Self { tls_pin, fingerprint, .. } if tls_pin || fingerprint.is_some() => Some(Tls::Pin(fingerprint)),
            Self { tls, .. } => tls.then_some(Tls::System),
        }
    }
}

impl Arguments {
    fn into_config(self) -> Config {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host };
        Config {
            address: format!("{host}:{}", self.port),
            tls: self.encryption.into_tls(),
            room: self.room,
            download_dir: self.download_dir,
            auto_save_bytes_max: self.auto_save,
            state_dir: self.state_dir,
            is_new_device: self.new_device,
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let is_screen = !arguments.plain && has_screen();
    let config = arguments.into_config();
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) if is_screen => runtime.block_on(tui::run(config)),
        Ok(runtime) => runtime.block_on(terminal::run(config)),
        Err(error) => {
            eprintln!("* cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether there is a terminal that can be drawn on, and somebody who types.
fn has_screen() -> bool {
    let is_able = std::env::var_os("TERM").is_some_and(|term| !term.is_empty() && term != "dumb");
    is_able && io::stdin().is_terminal() && io::stdout().is_terminal()
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
    fn a_server_is_known_by_one_thing() {
        let tls = |line: &[&str]| Arguments::try_parse_from(line).map(|arguments| arguments.into_config().tls);
        let fingerprint = Fingerprint::of(b"a certificate");
        let named = fingerprint.to_string();
        assert_eq!(tls(&["client"]).unwrap(), None);
        assert_eq!(tls(&["client", "--tls"]).unwrap(), Some(Tls::System));
        assert_eq!(tls(&["client", "--ca", "roots"]).unwrap(), Some(Tls::Roots("roots".into())));
        assert_eq!(tls(&["client", "--tls-pin"]).unwrap(), Some(Tls::Pin(None)));
        assert_eq!(tls(&["client", "--fingerprint", &named]).unwrap(), Some(Tls::Pin(Some(fingerprint))));
        for wrong in [
            &["client", "--tls", "--tls-pin"][..],
            &["client", "--ca", "x", "--tls-pin"],
            &["client", "--fingerprint", "x"],
        ] {
            assert!(tls(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn sizes_are_read() {
        let bytes = |size| Arguments::parse_from(["client", "--auto-save", size]).auto_save;
        assert_eq!([bytes("0"), bytes("512K")], [Some(0), Some(512 << 10)]);
    }
}
