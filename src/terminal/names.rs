//! Names under which files of others are kept: whatever was sent, what comes out is one harmless component of a path
//! on any system. Where the file goes is left to [`super::save`].

use crate::model::safe;

/// Bytes of a name that is kept: file systems take 255, and a number or the ending of a temporary name must fit too.
const NAME_BYTES_MAX: usize = 200;

/// Bytes of an extension that is worth keeping when a name is cut.
const EXTENSION_BYTES_MAX: usize = 16;

/// The name to keep a file under that was sent as `sent`; `file` if nothing of it can stay.
#[must_use]
pub(super) fn safe_file_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String = last.chars().map(|c| if is_allowed(c) { c } else { '_' }).collect();
    let trimmed = visible.trim_start_matches(['.', ' ']).trim_end_matches(['.', ' ']);
    match trimmed {
        "" => "file".to_owned(),
        name if is_reserved(name) || name.starts_with(['-', '~']) => shortened(&format!("_{name}")),
        name => shortened(name),
    }
}

/// The same name with a number, for when it is taken: `cat (2).png`.
#[must_use]
pub(super) fn numbered(name: &str, number: u32) -> String {
    let (stem, extension) = split(name);
    format!("{stem} ({number}){extension}")
}

fn is_allowed(c: char) -> bool {
    safe::is_harmless(c) && !matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*')
}

/// What comes before the last dot, and the rest with the dot.
fn split(name: &str) -> (&str, &str) {
    name.rfind('.').filter(|dot| *dot > 0).map_or((name, ""), |dot| name.split_at(dot))
}

fn shortened(name: &str) -> String {
    if name.len() <= NAME_BYTES_MAX {
        return name.to_owned();
    }
    let (stem, extension) = match split(name) {
        (stem, extension) if extension.len() <= EXTENSION_BYTES_MAX => (stem, extension),
        _ => (name, ""),
    };
    let room = NAME_BYTES_MAX - extension.len();
    let end = (0..=room).rev().find(|end| stem.is_char_boundary(*end)).unwrap_or(0);
    format!("{}{extension}", stem[..end].trim_end_matches(['.', ' ']))
}

/// Names that Windows takes for devices, whatever their extension.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" => true,
        stem => stem
            .strip_prefix("COM")
            .or_else(|| stem.strip_prefix("LPT"))
            .is_some_and(|rest| matches!(rest, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9")),
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Component, Path};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_become_harmless() {
        let table = [
            ("cat.png", "cat.png"),
            ("Grüße aus 京都.jpeg", "Grüße aus 京都.jpeg"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("/etc/shadow", "shadow"),
            ("", "file"),
            (".", "file"),
            ("..", "file"),
            ("a/", "file"),
            (". . .", "file"),
            (".bashrc", "bashrc"),
            ("C:evil", "C_evil"),
            ("a\nb\x1b[2J", "a_b_[2J"),
            ("photo\u{202e}gpj.exe", "photo_gpj.exe"),
            ("con", "_con"),
            ("NUL.txt", "_NUL.txt"),
            ("com1.tar.gz", "_com1.tar.gz"),
            ("com10", "com10"),
            ("-rf", "_-rf"),
            ("~root", "_~root"),
            ("a?b*c|d", "a_b_c_d"),
            ("ends. ", "ends"),
        ];
        for (sent, safe) in table {
            assert_eq!(safe_file_name(sent), safe, "{sent:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let name = safe_file_name(&format!("{}.png", "é".repeat(200)));
        assert!(name.len() <= NAME_BYTES_MAX && name.ends_with("é.png"), "{name}");
        let odd = safe_file_name(&format!("a.{}", "b".repeat(300)));
        assert_eq!(odd.len(), NAME_BYTES_MAX);
    }

    #[test]
    fn numbers_stand_before_the_extension() {
        assert_eq!(numbered("cat.png", 2), "cat (2).png");
        assert_eq!(numbered("cat", 3), "cat (3)");
        assert_eq!(numbered("a.tar.gz", 2), "a.tar (2).gz");
    }

    proptest! {
        #[test]
        fn no_name_leaves_its_folder(sent in any::<String>()) {
            let name = safe_file_name(&sent);
            let parts: Vec<Component> = Path::new(&name).components().collect();
            prop_assert!(matches!(parts[..], [Component::Normal(_)]), "{:?}", name);
            prop_assert!(!name.starts_with('.') && !name.contains(['/', '\\', ':', '\0']));
            prop_assert!(name.len() <= NAME_BYTES_MAX);
            prop_assert!(!name.chars().any(char::is_control));
            prop_assert_eq!(safe_file_name(&name), name.as_str());
        }

        #[test]
        fn not_even_a_nasty_one(sent in "[./\\\\ ~:a\u{0}\u{1b}-]{0,300}") {
            let name = safe_file_name(&sent);
            let escapes = name.contains(['/', '\\', '\0', '\u{1b}', ':']) || name.starts_with(['.', '-', '~']);
            prop_assert!(!escapes, "{:?}", name);
        }
    }
}
