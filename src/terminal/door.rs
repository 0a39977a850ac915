//! The way in, for all that people see of the client: where things are kept, who one is, by what the server is known,
//! and the first connection. What is shown then is left to [`super`], or to the layer above.

use std::path::PathBuf;

use super::certificate;
use super::going::Ending;
use super::leftovers;
use super::line::Line;
use super::parting;
use super::places;
use super::{Config, Error};
use crate::client::{self, Client, Happenings, Options, State};
use crate::model::limits;

/// What came of knocking.
pub(crate) enum Entering {
    /// One is in.
    In(Box<Entered>),
    /// The server does not want this client.
    TurnedAway(Ending),
}

/// A connection, and what was chosen.
pub(crate) struct Entered {
    /// The connection.
    pub client: Client,
    /// What comes from it.
    pub happenings: Happenings,
    /// The room to begin in.
    pub room: String,
    /// Where files of others go.
    pub downloads: PathBuf,
    /// Where devices and what was typed are kept.
    pub state_dir: PathBuf,
    /// Where this device is remembered, if it is.
    pub device_dir: Option<PathBuf>,
    /// Larger files are not saved by themselves; 0 for none at all.
    pub auto_save_bytes_max: u64,
    /// Whether what is said is encrypted.
    pub is_encrypted: bool,
    /// Whether another client uses the first device here, so that this one is somebody else.
    pub is_second: bool,
    /// What there is to say about the server.
    pub words: Vec<Line>,
}

/// Connects for the first time.
///
/// # Errors
/// Those of the client, and [`Error::NoHome`].
pub(crate) async fn enter(config: Config) -> Result<Entering, Error> {
    let state_dir = config.state_dir.map_or_else(places::state_dir, Ok)?;
    let downloads = config.download_dir.map_or_else(places::download_dir, Ok)?;
    let folder = downloads.clone();
    drop(tokio::task::spawn_blocking(move || leftovers::remove(&folder)));
    let device = if config.is_new_device { None } else { Some(State::for_server_in(&state_dir, &config.address)?) };
    let device_dir = device.as_ref().map(|device| device.dir().to_owned());
    let tls = certificate::trust(config.tls, &state_dir, &config.address)?;
    let options = Options { tls: tls.clone(), state: device, ..Options::default() };
    let (client, happenings) = match Client::connect(&config.address, options).await {
        Err(client::Error::Ended(bye)) => {
            let words = parting::ended(&bye, device_dir.as_deref());
            return Ok(Entering::TurnedAway(Ending { is_good: false, words }));
        }
        connected => connected?,
    };
    Ok(Entering::In(Box::new(Entered {
        client,
        happenings,
        room: config.room,
        downloads,
        state_dir,
        is_second: device_dir.as_ref().is_some_and(|dir| dir.file_name().is_some_and(|number| number != "1")),
        device_dir,
        auto_save_bytes_max: config.auto_save_bytes_max.unwrap_or(limits::TERMINAL_AUTO_SAVE_BYTES),
        is_encrypted: tls.is_some(),
        words: certificate::first_time(tls.as_ref()),
    })))
}

/// How many messages wait for a server that cannot be reached.
pub(crate) fn unsaid(config: &Config) -> usize {
    let dir = config.state_dir.clone().map_or_else(places::state_dir, Ok).ok().filter(|_| !config.is_new_device);
    dir.and_then(|dir| State::for_server_in(&dir, &config.address).ok()).map_or(0, |state| state.unsaid())
}

/// The end of somebody who did not come in, in words.
pub(crate) fn failed(error: &Error) -> Ending {
    Ending { is_good: false, words: explain(error) }
}

fn explain(error: &Error) -> Vec<Line> {
    if let Error::Client(client::Error::Distrusted(why)) = error {
        return certificate::distrusted(why);
    }
    let mut lines = vec![Line::fault(error.to_string())];
    if let Error::Client(client::Error::NeedsTls(_)) = error {
        lines.push(certificate::needs_tls());
    }
    if let Error::Client(client::Error::NoTls(_)) = error {
        let hint =
            "if the server has none, and you trust the network, leave out --tls, --tls-pin and what goes with them";
        lines.push(Line::note(hint));
    }
    if let Error::Client(client::Error::Unnamed { .. }) = error {
        lines.push(Line::note("is the name spelled right, and this machine connected to the network?"));
    }
    if let Error::Client(client::Error::Unreachable { address, .. }) = error {
        let (host, port) = address.rsplit_once(':').unwrap_or((address, "8080"));
        let host = host.trim_start_matches('[').trim_end_matches(']');
        lines.push(Line::note(format!("is the server running? this starts one there: server {host} {port}")));
    }
    lines
}
