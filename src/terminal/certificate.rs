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
pub(crate) fn trust(chosen: Option<Tls>, state_dir: &Path, address: &str) -> Result<Option<Trust>, Error> {
    let pin = |named| Pin::for_server_in(state_dir, address, named);
    Ok(match chosen {
        Some(Tls::System) => Some(Trust::SystemRoots),
        Some(Tls::Roots(path)) => Some(Trust::Roots(path)),
        Some(Tls::Pin(named)) => Some(Trust::Pin(Arc::new(pin(named)?))),
        None => Some(pin(None)?).filter(Pin::is_known).map(|pin| Trust::Pin(Arc::new(pin))),
    })
}

/// A word to who is here for the first time.
pub(crate) fn first_time(trust: Option<&Trust>) -> Vec<Line> {
    let Some(Trust::Pin(pin)) = trust else { return Vec::new() };
    let Some(fingerprint) = pin.first_seen() else { return Vec::new() };
    vec![
        Line::fault("this server was not known here; from now on it is known by the fingerprint of its certificate:"),
        Line::fault(format!("  {fingerprint}")),
        Line::fault("compare it with what the server printed when it started"),
    ]
}

/// What it may mean, and what to do.
pub(crate) fn distrusted(why: &Distrust) -> Vec<Line> {
    match why {
        Distrust::Changed { address, known, shown } => vec![
            Line::fault(format!("WARNING: THE CERTIFICATE OF {address} HAS CHANGED. Nothing was sent to it.")),
            Line::fault(format!("  it was {known}")),
            Line::fault(format!("  it is  {shown}")),
            Line::fault(IN_ITS_PLACE),
            Line::fault("Or its operator has a new certificate: ask, by another way, for its fingerprint."),
            Line::note(format!("if the new one is right, this accepts it: --fingerprint {shown}")),
        ],
        Distrust::NotNamed { address, named, shown } => vec![
            Line::fault(format!(
                "WARNING: {address} DOES NOT SHOW THE CERTIFICATE THAT WAS GIVEN. Nothing was sent to it."
            )),
            Line::fault(format!("  given was {named}")),
            Line::fault(format!("  it shows  {shown}")),
            Line::fault(IN_ITS_PLACE),
            Line::fault("Or what was given is of another server, or an old one: ask its operator again."),
        ],
        Distrust::NoTls { address, pin } => vec![
            Line::fault(format!("WARNING: {address} DOES NOT SPEAK TLS ANY MORE. Nothing was sent to it.")),
            Line::fault(IN_ITS_PLACE),
            Line::note(match pin {
                Some(pin) => format!("if its operator says that it has none now, delete {}", pin.display()),
                None => "if its operator says that it has none now, leave out --tls and --ca".to_owned(),
            }),
        ],
        Distrust::NeedsTls { .. } => vec![Line::fault(why.to_string()), needs_tls()],
        Distrust::Rejected { .. } => {
            let hint = "--tls-pin goes by the certificate itself, --ca FILE by somebody else who vouches for it";
            vec![Line::fault(why.to_string()), Line::note(hint)]
        }
    }
}

const IN_ITS_PLACE: &str =
    "Somebody may be answering in the server's place, to read what you say and to say other things.";

/// What to do about a server that speaks TLS only.
pub(crate) fn needs_tls() -> Line {
    Line::note("--tls speaks it, and --tls-pin if the server made its certificate itself")
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
