//! Where things are kept: downloads and state, as the XDG specifications say. Making the folders is left to whoever
//! writes into them.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::Error;

/// The folder for downloads: what `user-dirs.dirs` says, or `Downloads` in the home directory.
///
/// # Errors
/// [`Error::NoHome`].
pub(super) fn download_dir() -> Result<PathBuf, Error> {
    let base = etcetera::choose_base_strategy().map_err(|_| Error::NoHome)?;
    let chosen = std::fs::read_to_string(base.config_dir().join("user-dirs.dirs")).ok();
    let chosen = chosen.and_then(|dirs| read_user_dirs(&dirs, base.home_dir()));
    Ok(chosen.unwrap_or_else(|| base.home_dir().join("Downloads")))
}

/// The folder that keeps devices and what was typed.
///
/// # Errors
/// [`Error::NoHome`].
pub(super) fn state_dir() -> Result<PathBuf, Error> {
    let base = etcetera::choose_base_strategy().map_err(|_| Error::NoHome)?;
    Ok(base.state_dir().unwrap_or_else(|| base.data_dir()).join("tertulia"))
}

/// The download directory in a file of the form `XDG_DOWNLOAD_DIR="$HOME/Downloads"`. One that is the home directory
/// itself means that there is none.
fn read_user_dirs(dirs: &str, home: &Path) -> Option<PathBuf> {
    let value = dirs.lines().rev().find_map(|line| line.trim().strip_prefix("XDG_DOWNLOAD_DIR="))?;
    let value = value.strip_prefix('"')?.strip_suffix('"')?;
    let path = match value.strip_prefix("$HOME") {
        Some(below) => home.join(below.trim_start_matches('/')),
        None => PathBuf::from(value),
    };
    Some(path).filter(|path| path.is_absolute() && path != home)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_download_directory_is_the_one_that_was_chosen() {
        let table = [
            ("# a comment\nXDG_DOWNLOAD_DIR=\"$HOME/Scaricati\"\n", Some("/home/ann/Scaricati")),
            ("XDG_MUSIC_DIR=\"$HOME/m\"\n XDG_DOWNLOAD_DIR=\"/data/d\"", Some("/data/d")),
            ("XDG_DOWNLOAD_DIR=\"$HOME/\"", None),
            ("XDG_DOWNLOAD_DIR=\"$HOME\"", None),
            ("XDG_DOWNLOAD_DIR=\"relative\"", None),
            ("XDG_DOWNLOAD_DIR=", None),
            ("", None),
        ];
        for (dirs, expected) in table {
            assert_eq!(read_user_dirs(dirs, Path::new("/home/ann")).as_deref(), expected.map(Path::new), "{dirs}");
        }
    }
}
