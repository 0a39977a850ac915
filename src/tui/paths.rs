//! Paths on this machine: how one that is being typed goes on, and whether what was dropped is a file. Run where it may
//! block.

use std::fs;
use std::path::Path;

use super::arrival::Outcome;
use super::overlay::{Dropped, Found};
use crate::model::safe_text;
use crate::terminal::path::{path_words, read_path};

/// Files that are sent at once.
const FILES_MAX: usize = 20;
/// Names that are offered.
const NAMES_MAX: usize = 50;

/// What a path could become: names that a terminal would obey are left out.
#[must_use]
pub(super) fn completed(typed: &str) -> Vec<String> {
    let (folder, begun) = typed.rsplit_once('/').map_or(("", typed), |(folder, begun)| (folder, begun));
    let place = match folder {
        "" if typed.starts_with('/') => "/".into(),
        "" => ".".into(),
        folder => read_path(folder).unwrap_or_default(),
    };
    let begun_name = begun.replace('\\', "");
    let Ok(entries) = fs::read_dir(place) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let is_meant = name.starts_with(&begun_name) && (begun_name.starts_with('.') || !name.starts_with('.'));
            let end = if entry.path().is_dir() { "/" } else { "" };
            (is_meant && safe_text(&name) == name).then(|| format!("{}{end}", escaped(&name)))
        })
        .collect();
    names.sort();
    names.truncate(NAMES_MAX);
    let before = &typed[..typed.len() - begun.len()];
    names.into_iter().map(|name| format!("{before}{name}")).collect()
}

/// The files that a dropped text means, if there are any and all of it is some: one path, one in each line, or with
/// spaces between them.
#[must_use]
pub(super) fn dropped(typed: &str) -> Option<Outcome> {
    let lines: Vec<&str> = typed.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let files = found(&lines).or_else(|| found(&path_words(typed)))?;
    Some(Outcome::Files(Dropped { files, typed: typed.to_owned() }))
}

fn found(paths: &[&str]) -> Option<Vec<Found>> {
    let is_some = (1..=FILES_MAX).contains(&paths.len());
    is_some.then(|| paths.iter().map(|path| file(path)).collect()).flatten()
}

fn file(typed: &str) -> Option<Found> {
    let path = match typed.strip_prefix("file://") {
        Some(rest) => decoded(rest)?.into(),
        None => read_path(typed).ok()?,
    };
    let about = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
    Some(Found { is_image: is_picture(&path), bytes: about.len(), path })
}

fn escaped(name: &str) -> String {
    name.replace('\\', "\\\\").replace(' ', "\\ ")
}

/// What stands for bytes in a link.
fn decoded(link: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = link.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}

/// Whether a file's name is that of a picture.
#[must_use]
pub(super) fn is_picture(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    ["png", "jpg", "jpeg", "gif", "webp"].contains(&ending.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_on() {
        let home = tempfile::tempdir().unwrap();
        for name in ["cat one.png", "cat\u{1b}[2J.png", "dog.png", ".cat"] {
            fs::write(home.path().join(name), "").unwrap();
        }
        fs::create_dir(home.path().join("cave")).unwrap();
        let home = home.path().display();
        assert_eq!(completed(&format!("{home}/ca")), [format!("{home}/cat\\ one.png"), format!("{home}/cave/")]);
        assert_eq!(completed(&format!("{home}/cat\\ o")), [format!("{home}/cat\\ one.png")]);
        assert_eq!(completed(&format!("{home}/.c")), [format!("{home}/.cat")]);
        assert_eq!(completed("/no/such/folder/x"), [""; 0]);
    }

    #[test]
    fn what_is_dropped_is_a_file_or_not() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a b.PNG");
        fs::write(&path, "123").unwrap();
        let shown = path.display().to_string();
        for typed in [format!("'{shown}'"), shown.replace(' ', "\\ "), format!("file://{}", shown.replace(' ', "%20"))]
        {
            match dropped(&typed) {
                Some(Outcome::Files(Dropped { files, .. })) => {
                    assert_eq!(files, [Found { path: path.clone(), is_image: true, bytes: 3 }]);
                }
                other => panic!("{typed}: {other:?}"),
            }
        }
        assert!(dropped(&home.path().display().to_string()).is_none() && dropped("/no/such").is_none());
    }

    #[test]
    fn several_files_are_dropped_at_once() {
        let home = tempfile::tempdir().unwrap();
        let [one, two] = ["a b.png", "c.txt"].map(|name| home.path().join(name));
        for path in [&one, &two] {
            fs::write(path, "123").unwrap();
        }
        let (a, b) = (one.display().to_string(), two.display().to_string());
        let escaped = a.replace(' ', "\\ ");
        for typed in [
            format!("'{a}' '{b}'"),
            format!("{escaped} {b}"),
            format!("{a}\n{b}\n"),
            format!("file://{}\nfile://{b}", a.replace(' ', "%20")),
        ] {
            let Some(Outcome::Files(dropped)) = dropped(&typed) else { panic!("{typed}") };
            assert_eq!(dropped.files.iter().map(|file| &file.path).collect::<Vec<_>>(), [&one, &two], "{typed}");
        }
        assert!(dropped(&format!("{b} and more")).is_none(), "all of it has to be files");
        assert!(dropped(&format!("{b}\n").repeat(FILES_MAX + 1)).is_none());
    }
}
