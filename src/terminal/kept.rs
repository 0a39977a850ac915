//! Whether a file of others is in its folder already, from an earlier time: whoever saves it twice has it once. Only
//! names that saving would have given it are looked at, and only content that has the size is read. Saving is left to
//! [`super::save`].

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::names::{numbered, safe_file_name};
use crate::model::Digest;

/// Names that are looked at: whoever has more of one name has them numbered on.
const NAMES_MAX: u32 = 20;
/// Files that are read to compare them.
const READ_MAX: usize = 3;

/// Where a file is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Saved {
    /// The file.
    pub path: PathBuf,
    /// Whether it was there before.
    pub was_there: bool,
}

impl fmt::Display for Saved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", if self.was_there { "already saved as" } else { "saved" }, self.path.display())
    }
}

/// The file that was sent under this name, if it is in the folder. Run where it may block.
#[must_use]
pub(super) fn find(folder: &Path, sent: &str, size: u64, sha256: &Digest) -> Option<PathBuf> {
    let name = safe_file_name(sent);
    let names = std::iter::once(name.clone()).chain((2..=NAMES_MAX).map(|number| numbered(&name, number)));
    let there = names.map(|name| folder.join(name)).map_while(|path| Some((path.symlink_metadata().ok()?, path)));
    let same_size = there.filter(|(about, _)| about.is_file() && about.len() == size).take(READ_MAX);
    same_size.map(|(_, path)| path).find(|path| digest(path).is_ok_and(|digest| digest == *sha256))
}

fn digest(path: &Path) -> io::Result<Digest> {
    let mut hasher = Hasher(Sha256::new());
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(Digest(hasher.0.finalize().into()))
}

struct Hasher(Sha256);

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_was_saved_is_found_by_its_content() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path();
        let find = |content: &str| {
            find(folder, "../cat.png", content.len() as u64, &Digest(Sha256::digest(content.as_bytes()).into()))
        };
        assert_eq!(find("one"), None);
        for (name, content) in [("cat.png", "two"), ("cat (2).png", "one"), ("dog.png", "six"), ("cat (4).png", "ten")]
        {
            fs::write(folder.join(name), content).unwrap();
        }
        assert_eq!(find("one"), Some(folder.join("cat (2).png")));
        assert_eq!(find("two"), Some(folder.join("cat.png")));
        for content in ["six", "ten", "three"] {
            assert_eq!(find(content), None, "another name, or another size");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("x"), "one").unwrap();
        std::os::unix::fs::symlink("x", home.path().join("cat.png")).unwrap();
        assert_eq!(find(home.path(), "cat.png", 3, &Digest(Sha256::digest(b"one").into())), None);
    }

    #[test]
    fn it_is_said_whether_it_was_there() {
        let saved = |was_there| Saved { path: "/a".into(), was_there }.to_string();
        assert_eq!([saved(false), saved(true)], ["saved /a", "already saved as /a"]);
    }
}
