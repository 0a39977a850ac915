//! Files that were dropped onto the terminal: asked about once, and sent one after the other. Whether there are any where
//! a text says is left to [`super::paths`], what a transfer shows to the status line.

use crossterm::event::{KeyCode, KeyEvent};
use indicatif::HumanBytes;

use super::arrival::Effect;
use super::overlay::{Ask, Dropped, Found, Overlay};
use super::press::{self, letter};
use super::state::State;
use super::{obey, paths};
use crate::model::safe_text;
use crate::wire::UploadKind;

/// Files that wait for their turn; whoever drops more is told to drop them later.
const WAITING_MAX: usize = 100;

/// How long a question is there before Enter answers it, in milliseconds: who pastes a path and says it at once has not
/// seen that there is one.
const READ_MS: u64 = 500;

/// There are files where a text says that was pasted: they are asked about, if the text still stands there.
pub(super) fn ask(state: &mut State, dropped: Dropped) {
    let is_long = matches!(&state.overlay, Some(Overlay::Ask(Ask::Paste(text))) if text.trim() == dropped.typed);
    if is_long && let Some(Overlay::Ask(Ask::Paste(text))) = state.overlay.take() {
        super::over::put(state, &text);
    }
    let is_there = state.rooms.current().is_some_and(|room| room.draft.text().contains(&dropped.typed));
    if is_there && state.overlay.is_none() {
        state.overlay = Some(Overlay::Ask(Ask::Upload(dropped)));
        state.asked_at = state.now;
    }
}

/// The question.
#[must_use]
pub(super) fn question(dropped: &Dropped) -> Vec<String> {
    let bytes = HumanBytes(dropped.files.iter().map(|file| file.bytes).sum());
    let name = |file: &Found| {
        let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        safe_text(&name).into_owned()
    };
    let names: Vec<String> = dropped.files.iter().map(name).collect();
    let is_image = dropped.files.iter().any(|file| file.is_image);
    let (what, keys) = match (&names[..], is_image) {
        ([name], true) => (format!("send {name} ({bytes})?"), "Enter: send as an image   Tab: as a file"),
        ([name], false) => (format!("send {name} ({bytes})?"), "Enter: send as a file   Tab: as an image"),
        (names, is_image) => {
            let keys =
                if is_image { "Enter: send   Tab: images as files" } else { "Enter: send as files   Tab: as images" };
            (format!("send {} files ({}; {bytes})?", names.len(), names.join(", ")), keys)
        }
    };
    vec![what, keys.to_owned(), "Esc, or type on: leave it as text".to_owned()]
}

/// Takes in the answer. No letter sends a file: whoever types on after a path meant words.
pub(super) fn answer(state: &mut State, key: KeyEvent, mut dropped: Dropped) -> Vec<Effect> {
    match key.code {
        KeyCode::Enter if state.now >= state.asked_at + READ_MS => return send(state, dropped),
        KeyCode::Tab => turn(&mut dropped.files),
        _ if letter(key).is_some() => return press::key(state, key),
        _ => {}
    }
    state.overlay = Some(Overlay::Ask(Ask::Upload(dropped)));
    Vec::new()
}

/// Images go as files, or files as images; among several only those that look like one.
fn turn(files: &mut [Found]) {
    let (is_any, is_one) = (files.iter().any(|file| file.is_image), files.len() == 1);
    for file in files {
        file.is_image = !is_any && (is_one || paths::is_picture(&file.path));
    }
}

fn send(state: &mut State, dropped: Dropped) -> Vec<Effect> {
    let waiting = state.uploads.len();
    if waiting + dropped.files.len() > WAITING_MAX {
        state.fault(format!("{waiting} files wait to be sent already; these were not taken"));
        return Vec::new();
    }
    let Some(room) = state.rooms.current_mut() else { return Vec::new() };
    let rest = room.draft.text().replacen(&dropped.typed, "", 1);
    room.draft.set(rest.trim_start());
    let name = room.name.clone();
    state.uploads.extend(dropped.files.into_iter().map(|file| (name.clone(), file)));
    next(state)
}

/// The next file, if none is on its way.
pub(super) fn next(state: &mut State) -> Vec<Effect> {
    if state.transfers.iter().any(|transfer| transfer.is_upload) {
        return Vec::new();
    }
    let Some((room, file)) = state.uploads.pop_front() else { return Vec::new() };
    let kind = if file.is_image { UploadKind::Image } else { UploadKind::File };
    obey::upload_to(state, room, file.path, kind)
}
