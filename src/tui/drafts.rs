//! What is kept on disk of the screen: the rooms one is in, what is being written in each, and what was. A file that
//! cannot be read is set aside and not overwritten: there may be words in it.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::editor::Editor;
use super::recall::Recall;
use super::room::Room;
use super::state::State;
use crate::model::limits;
use crate::terminal::secret::may_tell;

const FILE: &str = "screen";
/// Lines of a room that outlive the run: all is written at each pause in typing.
const LINES_MAX: usize = 30;

/// All that is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The room that was on the screen.
    #[serde(default)]
    pub current: Option<String>,
    /// The others too, in order.
    #[serde(default)]
    pub rooms: Vec<KeptRoom>,
}

/// What is kept of a room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptRoom {
    /// Its name.
    pub name: String,
    /// What is being written.
    #[serde(default)]
    pub draft: String,
    /// What was written, the newest at the end.
    #[serde(default)]
    pub lines: Vec<String>,
}

impl KeptRoom {
    /// What one was writing, and, if one writes something else meanwhile, that as a line of the past.
    fn of(room: &Room) -> Self {
        let typed = room.draft.text().to_owned();
        let lines = room.recall.lines().rev().take(LINES_MAX).rev().cloned();
        let (draft, changed) = match (&room.editing, &room.aside) {
            (Some((of, before)), _) => (before.clone(), Some(format!(".edit {of} {typed}"))),
            (None, Some(before)) => (before.text().to_owned(), Some(typed)),
            (None, None) => (typed, None),
        };
        let draft = if may_tell(&draft) { String::new() } else { draft };
        Self { name: room.name.clone(), draft, lines: lines.chain(changed).filter(|line| !may_tell(line)).collect() }
    }
}

impl Kept {
    /// What there is to keep now.
    #[must_use]
    pub(super) fn of(state: &State) -> Self {
        let rooms = state.rooms.all().iter().take(limits::SCREEN_ROOMS_KEPT).map(KeptRoom::of).collect();
        Self { current: state.rooms.current().map(|room| room.name.clone()), rooms }
    }

    /// Puts it back: the rooms are there, and are still to be joined.
    pub(super) fn restore(self, state: &mut State) {
        for kept in self.rooms {
            let place = state.rooms.get_or_add(&kept.name);
            let room = &mut state.rooms.all_mut()[place];
            room.draft = Editor::with(kept.draft);
            room.recall = Recall::with(kept.lines);
        }
        if let Some(place) = self.current.and_then(|name| state.rooms.find(&name)) {
            state.rooms.go(place);
        }
    }
}

/// Reads what was kept in a directory.
///
/// # Errors
/// If there is something that cannot be read; where it is now is in the words.
pub(super) fn read(dir: &Path) -> Result<Kept, String> {
    let path = dir.join(FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Kept::default()),
        Err(error) => return Err(format!("drafts cannot be read from {}: {error}", path.display())),
    };
    rmp_serde::from_slice(&bytes).map_err(|_| {
        let aside = dir.join(format!("{FILE}.damaged"));
        let _ = fs::rename(&path, &aside);
        format!("the drafts of an earlier run are damaged; they are in {}", aside.display())
    })
}

/// Writes it: whoever is killed meanwhile finds what was there before.
///
/// # Errors
/// In words.
pub(super) fn write(dir: &Path, kept: &Kept) -> Result<(), String> {
    let failed = |error: io::Error| format!("drafts cannot be kept in {}: {error}", dir.display());
    let bytes = rmp_serde::to_vec_named(kept).map_err(|error| failed(io::Error::other(error)))?;
    let mut file = tempfile::NamedTempFile::new_in(dir).map_err(failed)?;
    file.write_all(&bytes).map_err(failed)?;
    file.persist(dir.join(FILE)).map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_comes_back() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(read(home.path()), Ok(Kept::default()));
        let room =
            KeptRoom {
                name: "lobby".to_owned(), draft: "half a\nline 👩‍🚀".to_owned(), lines: vec!["x".to_owned()]
            };
        let kept = Kept { current: Some("lobby".to_owned()), rooms: vec![room] };
        write(home.path(), &kept).unwrap();
        assert_eq!(read(home.path()), Ok(kept));
    }

    #[test]
    fn what_cannot_be_read_is_not_lost() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(FILE), b"\xc1 words").unwrap();
        assert!(read(home.path()).unwrap_err().contains("screen.damaged"));
        write(home.path(), &Kept::default()).unwrap();
        assert_eq!(fs::read(home.path().join("screen.damaged")).unwrap(), b"\xc1 words");
    }
}
