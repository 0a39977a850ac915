//! What the screen begins with: what was chosen, what the server and the terminal are like, and what the last run left.

use std::path::Path;

use crossterm::terminal::window_size;
use jiff::tz::TimeZone;

use super::bindings::Keys;
use super::drafts;
use super::editor::Editor;
use super::gallery::Gallery;
use super::images::{self, CellSize, How, Images};
use super::keys::Action;
use super::notify::Notify;
use super::overlay::Overlay;
use super::state::{Pictures, Setting, State};
use super::theme::{Choice, Theme};
use crate::terminal::FIRST_ROOM;
use crate::terminal::door::Entered;
use crate::terminal::line::Line;

/// How somebody wants the screen to be.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// Its colours; `NO_COLOR` in the environment beats them.
    pub theme: Choice,
    /// Its keys.
    pub keys: Keys,
    /// What is heard where nobody looks.
    pub notify: Notify,
    /// How pictures are shown.
    pub images: Images,
}

/// What does not change.
#[must_use]
pub(super) fn setting(entered: &Entered, look: Look) -> Setting {
    let welcome = entered.client.welcome();
    let is_colourless =
        look.theme == Choice::None || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let variable = |name: &str| std::env::var(name).ok();
    let way = images::way(if is_colourless { Images::None } else { look.images }, variable);
    Setting {
        auto_save_bytes_max: entered.auto_save_bytes_max,
        is_encrypted: entered.is_encrypted,
        is_second: entered.is_second,
        text_bytes_max: welcome.limits.text,
        server: welcome.server,
        zone: TimeZone::system(),
        theme: Theme::new(if is_colourless { Choice::None } else { look.theme }),
        keys: look.keys,
        pictures: way.map(|way| Pictures { way, has_all_colours: has_all_colours() }),
    }
}

/// Where pictures will be.
#[must_use]
pub(super) fn gallery(setting: &Setting) -> Gallery {
    let way = setting.pictures.map(|pictures| pictures.way).unwrap_or_default();
    Gallery::new(How::new(way, cell()))
}

/// Pixels of a cell, if the terminal has told the system: it is not asked.
#[must_use]
pub(super) fn cell() -> CellSize {
    window_size().map_or_else(
        |_| CellSize::default(),
        |window| CellSize::new((window.columns, window.rows), (window.width, window.height)),
    )
}

/// The rooms of the last run, and the one that was asked for; that is on the screen, unless it is only the usual one.
pub(super) fn restore(state: &mut State, device_dir: Option<&Path>, room: &str) {
    match device_dir.map(drafts::read) {
        Some(Ok(kept)) => kept.restore(state),
        Some(Err(why)) => state.fault(why),
        None => {}
    }
    let is_new = state.rooms.all().is_empty();
    if is_new || room != FIRST_ROOM {
        let place = state.rooms.get_or_add(room);
        state.rooms.go(place);
    }
}

/// What was typed before one was in, and what there is to say about the server.
pub(super) fn begin(state: &mut State, typed: Editor, words: &[Line]) {
    if let Some(room) = state.rooms.current_mut() {
        if room.draft.is_empty() {
            room.draft = typed;
        } else if !typed.is_empty() {
            room.recall.add(typed.text().to_owned());
            let key = state.setting.keys.of(Action::Older);
            state.tell(format!("{key} brings what you typed while waiting"));
        }
    }
    if !words.is_empty() {
        let rows = words.iter().map(ToString::to_string).collect();
        state.overlay = Some(Overlay::Page { title: "a new server".to_owned(), rows, top: 0 });
    }
}

/// Whether the terminal says that it has more colours than a palette.
fn has_all_colours() -> bool {
    std::env::var("COLORTERM").is_ok_and(|value| value == "truecolor" || value == "24bit")
}
