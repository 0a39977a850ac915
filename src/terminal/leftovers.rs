//! What a client that was killed left of a file it was fetching: nobody goes on with it, so it is removed when the next one
//! starts, unless it is so young that somebody may be at it. Fetching is left to [`super::save`].

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::model::limits;

/// How the name of a file begins and ends that is not all there yet.
pub(super) const ARRIVING: (&str, &str) = (".tertulia-", ".part");

/// The folders that the client makes for itself: for images, and for files.
pub(super) fn own_folders(downloads: &Path) -> [PathBuf; 2] {
    [downloads.join("images"), downloads.join("files")]
}

/// Removes it from the folders that the client makes for itself; what does not work is left.
pub(super) fn remove(downloads: &Path) {
    let now = SystemTime::now();
    for folder in own_folders(downloads) {
        if !folder.is_symlink() {
            remove_from(&folder, now);
        }
    }
}

fn remove_from(folder: &Path, now: SystemTime) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(ARRIVING.0) && name.ends_with(ARRIVING.1));
        // of the entry itself, and not of what a link leads to
        let Ok(about) = entry.metadata() else { continue };
        let age = about.modified().ok().and_then(|at| now.duration_since(at).ok()).unwrap_or_default();
        if is_ours && about.is_file() && age >= limits::TERMINAL_LEFTOVER_AGE {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_old_leftovers_go() {
        let home = tempfile::tempdir().unwrap();
        let files = home.path().join("files");
        fs::create_dir(&files).unwrap();
        for name in [".tertulia-x.part", ".tertulia-x", "x.part", "notes.txt"] {
            fs::write(files.join(name), b"half").unwrap();
        }
        fs::create_dir(files.join(".tertulia-folder.part")).unwrap();
        let names = || {
            let mut names: Vec<_> = fs::read_dir(&files).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        remove(home.path());
        assert_eq!(names().len(), 5, "somebody may be at it");
        remove_from(&files, SystemTime::now() + limits::TERMINAL_LEFTOVER_AGE + limits::TERMINAL_LEFTOVER_AGE);
        assert_eq!(names(), [".tertulia-folder.part", ".tertulia-x", "notes.txt", "x.part"]);
    }
}
