//! The terminal client: a conversation with a person at a prompt, or with a script behind a pipe. It begins here, with
//! what was chosen on the command line; the connection and its troubles are left to [`crate::client`].
//!
//! In reading order: the way in ([`door`]), what is typed ([`command`], [`arguments`], [`elsewhere`], [`path`], [`remark`]), what is shown ([`safe_text`],
//! [`quote`], [`line`](mod@line), [`describe`], [`render`], [`parting`]), what was said before ([`recent`], [`fold`],
//! [`room`], [`rooms`], [`marks`]), files of others ([`names`], [`kept`], [`save`], [`leftovers`]), the two threads ([`screen`], [`typist`]) and
//! what they work on ([`gate`], [`prompt`], [`complete`]; [`pipe`]), and the loop in the middle ([`talk`], with [`say`], [`act`],
//! [`outcome`], [`hear`], [`past`] and [`going`]).

pub(crate) mod act;
pub(crate) mod arguments;
pub(crate) mod certificate;
pub(crate) mod command;
mod complete;
mod describe;
pub(crate) mod door;
mod elsewhere;
mod error;
mod fold;
mod gate;
pub(crate) mod going;
mod hear;
pub(crate) mod kept;
mod leftovers;
pub(crate) mod line;
pub(crate) mod marks;
mod names;
mod outcome;
pub(crate) mod parting;
mod past;
pub(crate) mod path;
pub(crate) mod people;
mod pipe;
mod places;
mod prompt;
pub(crate) mod quote;
pub(crate) mod recent;
pub(crate) mod remark;
pub(crate) mod render;
mod room;
mod rooms;
pub(crate) mod save;
mod say;
mod screen;
pub(crate) mod secret;
pub(crate) mod signals;
pub(crate) mod size;
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
use self::door::Entering;
pub use self::error::Error;
use self::gate::Gate;
use self::going::Ending;
use self::pipe::Pipe;
use self::prompt::Before;
use self::render::Renderer;
use self::screen::{Plain, Screen};
use self::signals::Signals;
pub use self::size::read_size;
use self::talk::{Parts, Setting, Talk};
use self::typist::{Facts, Typist};
use crate::model::Clock;
pub use crate::model::{Fingerprint, safe_text};

/// The room to begin in, unless another one is chosen.
pub const FIRST_ROOM: &str = "lobby";

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
    /// [`crate::model::limits::TERMINAL_AUTO_SAVE_BYTES`].
    pub auto_save_bytes_max: Option<u64>,
    /// Where devices and what was typed are kept; without it, the user's folder for such things.
    pub state_dir: Option<PathBuf>,
    /// Come as a new guest, and forget it afterwards.
    pub is_new_device: bool,
}

/// Holds the conversation until it ends. What went wrong is told on standard error.
pub async fn run(config: Config) -> ExitCode {
    let ending = hold(config).await.unwrap_or_else(|error| door::failed(&error));
    for line in &ending.words {
        eprintln!("{line}");
    }
    if ending.is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn hold(config: Config) -> Result<Ending, Error> {
    let entered = match door::enter(config).await? {
        Entering::In(entered) => entered,
        Entering::TurnedAway(ending) => return Ok(ending),
    };
    for line in &entered.words {
        eprintln!("{line}");
    }
    let gate = Arc::new(Gate::default());
    let _before = Before::the_prompt(&gate);
    let stage = Stage::set(&gate, entered.state_dir.join("history"))?;
    let setting = Setting {
        room: entered.room,
        downloads: entered.downloads,
        auto_save_bytes_max: entered.auto_save_bytes_max,
        device: entered.device_dir,
        is_script: stage.is_script,
    };
    let renderer = Renderer::new(TimeZone::system(), Clock::System.now());
    let Stage { screen, typist, .. } = stage;
    let (client, happenings) = (entered.client, entered.happenings);
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
    fn set(gate: &Arc<Gate>, history: PathBuf) -> Result<Self, Error> {
        let facts = Arc::new(Facts::default());
        if io::stdin().is_terminal() && io::stdout().is_terminal() {
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
