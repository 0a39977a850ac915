//! `client.toml`: servers by name, colours, keys. What is wrong in it is said in one line that names the line.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use tertulia::terminal::{Fingerprint, Tls, read_size};
use tertulia::tui::{Images, Keys, Notify, ThemeChoice};

/// What it can say.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct File {
    /// The server where none is named.
    pub(crate) server: Option<String>,
    pub(crate) theme: Option<ThemeChoice>,
    pub(crate) notify: Option<Notify>,
    pub(crate) images: Option<Images>,
    #[serde(deserialize_with = "size")]
    pub(crate) auto_save: Option<u64>,
    #[serde(deserialize_with = "path")]
    pub(crate) download_dir: Option<PathBuf>,
    pub(crate) plain: bool,
    pub(crate) keys: Keys,
    pub(crate) servers: BTreeMap<String, Written>,
}

/// A server as it is written down.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Written {
    address: String,
    port: Option<u16>,
    room: Option<String>,
    #[serde(default)]
    tls: bool,
    #[serde(default, deserialize_with = "path")]
    ca: Option<PathBuf>,
    #[serde(default)]
    tls_pin: bool,
    #[serde(default, deserialize_with = "fingerprint")]
    fingerprint: Option<Fingerprint>,
}

/// A server.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) port: Option<u16>,
    pub(crate) room: Option<String>,
    pub(crate) encryption: Option<Tls>,
}

impl Written {
    /// # Errors
    /// In words, if it is to be known by two things that exclude each other.
    pub(crate) fn check(self, name: &str) -> Result<Server, String> {
        let Self { address, port, room, tls, ca, tls_pin, fingerprint } = self;
        let is_pinned = tls_pin || fingerprint.is_some();
        if is_pinned && (tls || ca.is_some()) {
            return Err(format!("[servers.{name}]: tls-pin and fingerprint do not go with tls and ca"));
        }
        let encryption = match ca {
            Some(roots) => Some(Tls::Roots(roots)),
            None if is_pinned => Some(Tls::Pin(fingerprint)),
            None => tls.then_some(Tls::System),
        };
        Ok(Server { address, port, room, encryption })
    }
}

/// Reads the file that was named, or the usual one if it is there.
///
/// # Errors
/// In one line.
pub(crate) fn find(named: Option<&Path>) -> Result<File, String> {
    let usual = || Some(etcetera::choose_base_strategy().ok()?.config_dir().join("tertulia").join("client.toml"));
    let Some(path) = named.map(Path::to_owned).or_else(usual) else { return Ok(File::default()) };
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(&text).map_err(|why| format!("{}, {why}", path.display())),
        Err(error) if named.is_none() && error.kind() == ErrorKind::NotFound => Ok(File::default()),
        Err(error) => Err(format!("cannot read {}: {error}", path.display())),
    }
}

/// # Errors
/// In one line that begins with the number of the line.
pub(crate) fn parse(text: &str) -> Result<File, String> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text.get(..at).unwrap_or(text).matches('\n').count() + 1;
        format!("line {line}: {}", error.message().split_whitespace().collect::<Vec<_>>().join(" "))
    })
}

fn size<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let written = String::deserialize(from)?;
    read_size(&written).map(Some).map_err(D::Error::custom)
}

fn fingerprint<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Fingerprint>, D::Error> {
    let written = String::deserialize(from)?;
    written.parse().map(Some).map_err(|_| D::Error::custom(format!("'{written}' is no fingerprint")))
}

/// A path as people write it: `~` is the home directory, and no other path depends on where the client is started.
fn path<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
    let written = PathBuf::from(String::deserialize(from)?);
    let path = match written.strip_prefix("~") {
        Ok(below) => etcetera::home_dir().map_err(D::Error::custom)?.join(below),
        Err(_) => written,
    };
    if path.is_absolute() { Ok(Some(path)) } else { Err(D::Error::custom("a path here begins with / or ~")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_in_one_line_with_its_number() {
        let table = [
            ("theme = 'dark'\nthme = 'dark'\n", "line 2: unknown field `thme`"),
            ("theme = 'pink'\n", "line 1: unknown variant `pink`"),
            ("images = 'ascii'\n", "line 1: unknown variant `ascii`"),
            ("\n\n[keys]\nnext-rom = 'F5'\n", "line 4: no key does 'next-rom'; is it next-room?"),
            ("[keys]\nredo = 'F6'\nundo = 'Hyper-X'\n", "line 3: 'Hyper-X' is no key"),
            ("[servers.home]\nport = 9\n", "line 1: missing field `address`"),
            ("[servers.home]\naddress = 'a'\nport = 99999\n", "line 3: "),
            ("[servers.home]\naddress = 'a'\nadress = 'b'\n", "line 3: unknown field `adress`"),
            ("[servers.home]\naddress = 'a'\nfingerprint = 'x'\n", "line 3: 'x' is no fingerprint"),
            ("auto-save = 'many'\n", "line 1: 'many' is no size"),
            ("download-dir = 'here'\n", "line 1: a path here begins with"),
            ("theme = \n", "line 1: "),
        ];
        for (text, why) in table {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with(why) && !error.contains('\n'), "{text}: {error}");
        }
    }

    #[test]
    fn paths_begin_at_home() {
        let home = etcetera::home_dir().unwrap();
        let file = parse("download-dir = '~/chat'\n").unwrap();
        assert_eq!(file.download_dir, Some(home.join("chat")));
    }

    #[test]
    fn a_server_is_known_by_one_thing() {
        let tls = |rest: &str| {
            let file = parse(&format!("[servers.x]\naddress = 'a'\n{rest}")).unwrap();
            file.servers.into_values().next().unwrap().check("x").map(|server| server.encryption)
        };
        assert_eq!(tls(""), Ok(None));
        assert_eq!(tls("tls = true"), Ok(Some(Tls::System)));
        assert_eq!(tls("ca = '/roots'"), Ok(Some(Tls::Roots("/roots".into()))));
        assert_eq!(tls("tls-pin = true"), Ok(Some(Tls::Pin(None))));
        assert!(tls("tls-pin = true\ntls = true").unwrap_err().contains("[servers.x]"));
    }

    #[test]
    fn only_a_file_that_was_named_has_to_be_there() {
        let dir = tempfile::tempdir().unwrap();
        let error = find(Some(&dir.path().join("client.toml"))).unwrap_err();
        assert!(error.contains("cannot read") && error.contains("client.toml"), "{error}");
    }
}
