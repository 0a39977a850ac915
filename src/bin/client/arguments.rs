//! The client's command line. Flags and the environment beat `client.toml`, which beats the defaults. Reading that is left
//! to [`super::file`].

use std::path::PathBuf;

use clap::{Args, Parser};
use clap_complete::Shell;
use tertulia::terminal::{Config, FIRST_ROOM, Fingerprint, Tls, read_size};
use tertulia::tui::{Images, Look, Notify, ThemeChoice};

use super::file::{self, File, Server};
use super::paper::Paper;

const EXAMPLES: &str = "\
Examples:
  client                                    talk in the lobby of a server on this machine
  client 192.0.2.7 8080 --room dev          talk in the room dev of another one
  client home                               talk on the server that client.toml has under [servers.home]
  client chat.example 8080 --tls            encrypted; the system's roots vouch for the server
  client 192.0.2.7 8080 --tls-pin           the same, where the server made its certificate itself
  echo 'the build is green' | client        say a line from a script; fails if it was not acknowledged
  printf '.image chart.png\\n' | client      commands work there too
  tail -f news.log | client --room news     say every line of a growing file

At a terminal there is a full screen: F1 or .usage lists keys and commands, the Tab key finishes words, and .quit
or Ctrl-D leaves. With --plain there are lines and a prompt. Where standard input or output is no terminal,
every line of the input is said, and the client leaves once all of them are acknowledged.
Files of others that are small enough are saved at once, under images/ and files/ of the download directory;
.save N fetches a larger one. Nothing is ever overwritten.";

/// Talk on a Tertulia server: text, files and images, in rooms
#[derive(Debug, Parser)]
#[command(name = "client", version, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The server's address, its name, or what the file calls it [default: 127.0.0.1]
    #[arg(value_name = "IP")]
    host: Option<String>,
    /// The server's port [default: 8080]
    port: Option<u16>,
    /// The room to begin in; it is made if there is none [default: lobby]
    #[arg(long)]
    room: Option<String>,
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
    /// Colours of the full screen: auto, dark, light, none [default: auto]
    #[arg(long, hide_possible_values = true)]
    theme: Option<ThemeChoice>,
    /// How to tell that you were named where you do not look: off, bell, desktop [default: off]
    #[arg(long, value_name = "HOW", hide_possible_values = true)]
    notify: Option<Notify>,
    /// How pictures are shown: auto, kitty, sixel, iterm2, blocks, none [default: auto]
    #[arg(long, value_name = "HOW", hide_possible_values = true)]
    images: Option<Images>,
    /// A file with all of this, keys and names of servers [default: client.toml in the folder for settings]
    #[arg(long, value_name = "FILE", env = "TERTULIA_CLIENT_CONFIG")]
    config: Option<PathBuf>,
    /// Print what lets a shell finish these options (bash, zsh, fish), and leave
    #[arg(long, value_name = "SHELL", hide_possible_values = true)]
    completions: Option<Shell>,
    /// Print the manual page, and leave
    #[arg(long)]
    man: bool,
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

/// What flags, environment and file come to.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub(crate) config: Config,
    pub(crate) look: Look,
    pub(crate) is_plain: bool,
}

impl Arguments {
    /// What is to be printed instead of talking.
    pub(crate) fn paper(&self) -> Option<Paper> {
        let man = self.man.then_some(Paper::Man);
        self.completions.map(Paper::Completions).or(man)
    }

    /// Reads the file, too.
    ///
    /// # Errors
    /// In one line, what is wrong with the file and where.
    pub(crate) fn choose(self) -> Result<Chosen, String> {
        let file = file::find(self.config.as_deref())?;
        self.over(file)
    }

    fn over(self, file: File) -> Result<Chosen, String> {
        let host = self.host.or(file.server).unwrap_or_else(|| "127.0.0.1".to_owned());
        let server = file.servers.into_iter().find(|(name, _)| *name == host).map(|(_, server)| server);
        let Server { address, port, room, encryption } = match server {
            Some(server) => server.check(&host)?,
            None => Server { address: host, port: None, room: None, encryption: None },
        };
        let host = if address.contains(':') { format!("[{address}]") } else { address };
        let port = self.port.or(port).unwrap_or(8080);
        let config = Config {
            address: format!("{host}:{port}"),
            tls: self.encryption.into_tls().or(encryption),
            room: self.room.or(room).unwrap_or_else(|| FIRST_ROOM.to_owned()),
            download_dir: self.download_dir.or(file.download_dir),
            auto_save_bytes_max: self.auto_save.or(file.auto_save),
            state_dir: self.state_dir,
            is_new_device: self.new_device,
        };
        let theme = self.theme.or(file.theme).unwrap_or_default();
        let notify = self.notify.or(file.notify).unwrap_or_default();
        let images = self.images.or(file.images).unwrap_or_default();
        let look = Look { theme, keys: file.keys, notify, images };
        Ok(Chosen { config, look, is_plain: self.plain || file.plain })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    const FILE: &str = "\
theme = 'dark'
notify = 'bell'
images = 'blocks'
auto-save = '2M'
download-dir = '/srv/chat'

[servers.home]
address = '192.0.2.7'
port = 9000
room = 'garden'
tls-pin = true

[servers.six]
address = '::1'
";

    fn chosen(line: &[&str], file: &str) -> Chosen {
        Arguments::parse_from(line).over(file::parse(file).unwrap()).unwrap()
    }

    #[test]
    fn the_command_line_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn addresses_are_put_together() {
        let address = |line: &[&str]| chosen(line, FILE).config.address;
        assert_eq!(address(&["client"]), "127.0.0.1:8080");
        assert_eq!(address(&["client", "::1", "9"]), "[::1]:9");
        assert_eq!(address(&["client", "chat.example"]), "chat.example:8080");
        assert_eq!(address(&["client", "home"]), "192.0.2.7:9000");
        assert_eq!(address(&["client", "home", "9"]), "192.0.2.7:9");
        assert_eq!(address(&["client", "six"]), "[::1]:8080");
        assert_eq!(chosen(&["client"], &format!("server = 'home'\n{FILE}")).config.address, "192.0.2.7:9000");
    }

    #[test]
    fn flags_beat_the_file_which_beats_what_is_usual() {
        let filed = chosen(&["client", "home"], FILE);
        assert_eq!((filed.config.room.as_str(), filed.config.tls), ("garden", Some(Tls::Pin(None))));
        assert_eq!((filed.look.theme, filed.look.notify), (ThemeChoice::Dark, Notify::Bell));
        assert_eq!(filed.config.auto_save_bytes_max, Some(2 << 20));
        assert_eq!(filed.look.images, Images::Blocks);
        let line = "client home --room dev --theme light --notify off --images kitty --auto-save 0 --tls";
        let flagged = chosen(&line.split(' ').collect::<Vec<_>>(), FILE);
        assert_eq!(flagged.look.images, Images::Kitty);
        assert_eq!((flagged.config.room.as_str(), flagged.config.tls), ("dev", Some(Tls::System)));
        assert_eq!((flagged.look.theme, flagged.look.notify), (ThemeChoice::Light, Notify::Off));
        assert_eq!(flagged.config.auto_save_bytes_max, Some(0));
        let usual = chosen(&["client"], "");
        assert_eq!(usual.look.images, Images::Auto);
        assert_eq!((usual.config.room.as_str(), usual.config.tls), (FIRST_ROOM, None));
        assert_eq!((usual.look.theme, usual.look.notify), (ThemeChoice::Auto, Notify::Off));
    }

    #[test]
    fn a_server_is_known_by_one_thing() {
        let fingerprint = Fingerprint::of(b"a certificate");
        let named = fingerprint.to_string();
        let tls = |line: &[&str]| Arguments::try_parse_from(line).map(|arguments| arguments.encryption.into_tls());
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
