//! What was chosen about TLS, and what a person is told about the server's certificate. Holding it against what is known
//! is left to [`crate::client`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::line::Line;
use crate::client::{Distrust, Error, Pin, Trust};
use crate::model::Fingerprint;

/// By what the server is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// By who vouches for it, among those whom the system trusts.
    System,
    /// By who vouches for it, among those in this file.
    Roots(PathBuf),
    /// By its certificate: the one of the first time, or the one with this fingerprint.
    Pin(Option<Fingerprint>),
}

/// The same for the client, with what is remembered in this directory. A server that was known by its certificate once
/// is so from then on: it would be easy to answer without TLS in its place.
pub(super) fn trust(chosen: Option<Tls>, state_dir: &Path, address: &str) -> Result<Option<Trust>, Error> {
    let pin = |named| Pin::for_server_in(state_dir, address, named);
    Ok(match chosen {
        Some(Tls::System) => Some(Trust::SystemRoots),
        Some(Tls::Roots(path)) => Some(Trust::Roots(path)),
        Some(Tls::Pin(named)) => Some(Trust::Pin(Arc::new(pin(named)?))),
        None => Some(pin(None)?).filter(Pin::is_known).map(|pin| Trust::Pin(Arc::new(pin))),
    })
}

/// What to do about a server that speaks no TLS.
pub(super) fn without_tls(trust: Option<&Trust>) -> Line {
    match trust {
        Some(Trust::Pin(pin)) if pin.is_known() => Line::note(format!(
            "it did before: somebody may answer in its place. If its operator says that it has none any more, delete {}",
            pin.file().unwrap_or(Path::new("")).display()
        )),
        _ => Line::note("if the server has none, and you trust the network, leave out --tls, --ca and --tls-pin"),
    }
}

/// A word to who is here for the first time.
pub(super) fn first_time(trust: Option<&Trust>) -> Vec<Line> {
    let Some(Trust::Pin(pin)) = trust else { return Vec::new() };
    let Some(fingerprint) = pin.first_seen() else { return Vec::new() };
    vec![
        Line::fault("this server was not known here; from now on it is known by the fingerprint of its certificate:"),
        Line::fault(format!("  {fingerprint}")),
        Line::fault("compare it with what the server printed when it started"),
    ]
}

/// What it may mean, and what to do.
pub(super) fn distrusted(why: &Distrust) -> Vec<Line> {
    let Distrust::Changed { address, known, shown } = why else {
        let hint = "--tls-pin goes by the certificate itself, --ca FILE by somebody else who vouches for it";
        return vec![Line::fault(why.to_string()), Line::note(hint)];
    };
    vec![
        Line::fault(format!("WARNING: THE CERTIFICATE OF {address} HAS CHANGED. Nothing was sent to it.")),
        Line::fault(format!("  it was {known}")),
        Line::fault(format!("  it is  {shown}")),
        Line::fault("Somebody may be answering in the server's place, to read what you say and to say other things."),
        Line::fault("Or its operator has a new certificate: ask, by another way, for its fingerprint."),
        Line::note(format!("if the new one is right, this accepts it: --fingerprint {shown}")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_loud_and_says_how_to_accept_it() {
        let (known, shown) = (Fingerprint::of(b"old"), Fingerprint::of(b"new"));
        let lines = distrusted(&Distrust::Changed { address: "chat:1".to_owned(), known, shown });
        let said = lines.iter().map(Line::to_string).collect::<Vec<_>>().join("\n");
        for word in ["WARNING", "CHANGED", "chat:1", &known.to_string(), &format!("--fingerprint {shown}")] {
            assert!(said.contains(word), "{word}: {said}");
        }
    }
}
