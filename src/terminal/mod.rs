//! The terminal client: a conversation with a person at a prompt, or with a script behind a pipe. It begins here, with
//! what was chosen on the command line; the connection and its troubles are left to [`crate::client`].
//!
//! In reading order: what is typed ([`command`], [`arguments`], [`path`], [`remark`]), what is shown ([`safe_text`],
//! [`quote`], [`line`](mod@line), [`describe`], [`render`], [`parting`]), what was said before ([`recent`], [`fold`],
//! [`room`], [`rooms`], [`marks`]), files of others ([`names`], [`save`]), the two threads ([`screen`], [`typist`]) and
//! what they work on ([`gate`], [`prompt`], [`complete`]; [`pipe`]), and the loop in the middle ([`talk`], with [`say`], [`act`],
//! [`outcome`], [`hear`], [`past`] and [`going`]).

mod act;
mod arguments;
mod certificate;
mod command;
mod complete;
mod describe;
mod error;
mod fold;
mod gate;
mod going;
mod hear;
mod line;
mod marks;
mod names;
mod outcome;
mod parting;
mod past;
mod path;
mod people;
mod pipe;
mod places;
mod prompt;
mod quote;
mod recent;
mod remark;
mod render;
mod room;
mod rooms;
mod save;
mod say;
mod screen;
mod secret;
mod signals;
mod size;
mod talk;
#[cfg(test)]
mod testing;
mod typist;

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use indicatif::{MultiProgress, ProgressDrawTarget};
use jiff::tz::TimeZone;

pub use self::certificate::Tls;
pub use self::error::Error;
use self::gate::Gate;
use self::going::Ending;
use self::line::Line;
use self::pipe::Pipe;
use self::prompt::Before;
use self::render::Renderer;
use self::screen::{Plain, Screen};
use self::signals::Signals;
pub use self::size::read_size;
use self::talk::{Parts, Setting, Talk};
use self::typist::{Facts, Typist};
use crate::client::{self, Client, Options, State};
use crate::model::{Clock, limits};
pub use crate::model::{Fingerprint, safe_text};

/// What can be chosen on the command line.
#[derive(Debug, Clone)]
pub struct Config {
    /// `host:port`.
    pub address: String,
    /// By what the server is known, if TLS is spoken.
    pub tls: Option<Tls>,
    /// The room to begin in.
    pub room: String,
    /// Where files of others go; without it, the user's folder for downloads.
    pub download_dir: Option<PathBuf>,
    /// Larger files are not saved by themselves; 0 for none at all. Bytes; without it,
    /// [`limits::TERMINAL_AUTO_SAVE_BYTES`].
    pub auto_save_bytes_max: Option<u64>,
    /// Where devices and what was typed are kept; without it, the user's folder for such things.
    pub state_dir: Option<PathBuf>,
    /// Come as a new guest, and forget it afterwards.
    pub is_new_device: bool,
    /// No prompt, even at a terminal.
    pub is_plain: bool,
}

/// Holds the conversation until it ends. What went wrong is told on standard error.
pub async fn run(config: Config) -> ExitCode {
    let ending = hold(config).await.unwrap_or_else(|error| Ending { is_good: false, words: explain(&error) });
    for line in &ending.words {
        eprintln!("{line}");
    }
    if ending.is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn hold(config: Config) -> Result<Ending, Error> {
    let state_dir = config.state_dir.map_or_else(places::state_dir, Ok)?;
    let downloads = config.download_dir.map_or_else(places::download_dir, Ok)?;
    let device = if config.is_new_device { None } else { Some(State::for_server_in(&state_dir, &config.address)?) };
    let device_dir = device.as_ref().map(|device| device.dir().to_owned());
    let tls = certificate::trust(config.tls, &state_dir, &config.address)?;
    let options = Options { tls: tls.clone(), state: device, ..Options::default() };
    let connected = Client::connect(&config.address, options).await;
    let (client, happenings) = match connected {
        Err(client::Error::Ended(bye)) => {
            return Ok(Ending { is_good: false, words: parting::ended(&bye, device_dir.as_deref()) });
        }
        connected => connected?,
    };
    for line in certificate::first_time(tls.as_ref()) {
        eprintln!("{line}");
    }
    let gate = Arc::new(Gate::default());
    let _before = Before::the_prompt(&gate);
    let stage = Stage::set(&gate, state_dir.join("history"), config.is_plain)?;
    let setting = Setting {
        room: config.room,
        downloads,
        auto_save_bytes_max: config.auto_save_bytes_max.unwrap_or(limits::TERMINAL_AUTO_SAVE_BYTES),
        device: device_dir,
        is_script: stage.is_script,
    };
    let renderer = Renderer::new(TimeZone::system(), Clock::System.now());
    let Stage { screen, typist, .. } = stage;
    let parts = Parts { client, happenings, screen, typist, signals: Signals::take()?, renderer };
    Ok(Talk::new(parts, setting).run().await)
}

/// The two threads, on whatever standard input and output are.
struct Stage {
    screen: Screen,
    typist: Typist,
    is_script: bool,
}

impl Stage {
    /// A prompt where somebody can type and see, and streams elsewhere.
    fn set(gate: &Arc<Gate>, history: PathBuf, is_plain: bool) -> Result<Self, Error> {
        let facts = Arc::new(Facts::default());
        if !is_plain && io::stdin().is_terminal() && io::stdout().is_terminal() {
            let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stdout());
            if let Ok((prompt, above)) = prompt::prompt(Arc::clone(&facts), gate, history, bars.clone()) {
                let screen = Screen::start(above, Some(bars))?;
                return Ok(Self { screen, typist: Typist::start(prompt, facts)?, is_script: false });
            }
        }
        let typist = Typist::start(Pipe::new(io::stdin()), facts)?;
        Ok(Self { screen: Screen::start(Plain, None)?, typist, is_script: true })
    }
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
