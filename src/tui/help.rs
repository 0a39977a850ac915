//! The help on F1 and `.usage`: made from the tables of keys and commands, so that it cannot lie.

use super::bindings::Keys;
use super::keys::{Group, told};
use super::obey;
use super::overlay::Overlay;
use crate::terminal::command::usage;

/// The page of it.
#[must_use]
pub(super) fn page(keys: &Keys) -> Overlay {
    Overlay::Page { title: "keys and commands".to_owned(), rows: rows(keys), top: 0 }
}

/// All of its rows.
#[must_use]
pub(super) fn rows(keys: &Keys) -> Vec<String> {
    let mut rows = Vec::new();
    for group in Group::ALL {
        rows.push(group.title().to_uppercase());
        let told = told().filter(|row| row.group == group);
        rows.extend(told.map(|row| format!("  {:<12} {}", keys.shown(row), row.does)));
        rows.push(String::new());
    }
    for (chords, name) in keys.others() {
        rows.push(format!("  {chords:<12} {name}"));
    }
    rows.push("COMMANDS".to_owned());
    rows.extend(
        obey::TABLE.iter().map(|(word, arguments, does)| format!("  {:<21} {does}", format!(".{word} {arguments}"))),
    );
    rows.extend(usage().map(|row| format!("  {row}")));
    rows
}

#[cfg(test)]
mod tests {
    use super::super::bindings::name;
    use super::super::keys::TABLE;
    use super::*;

    /// The tables of docs/client.md, as they have to stand there.
    fn tables() -> String {
        let mut out = String::new();
        for group in Group::ALL {
            out.extend([format!("| {} | what it does |\n| --- | --- |\n", group.title())]);
            let rows = told().filter(|row| row.group == group);
            out.extend(rows.map(|row| format!("| `{}` | {} |\n", row.keys, row.does)));
            out.push('\n');
        }
        out += "| command | what it does |\n| --- | --- |\n";
        for (word, arguments, does) in obey::TABLE {
            out.extend([format!("| `{}` | {does} |\n", format!(".{word} {arguments}").trim_end())]);
        }
        out
    }

    /// The names of docs/client.md, with their keys.
    fn names() -> String {
        let mut names: Vec<(String, Vec<&str>)> = Vec::new();
        for row in &TABLE {
            let name = name(row.action);
            match names.iter_mut().find(|(known, _)| *known == name) {
                Some((_, keys)) => keys.push(row.keys),
                None => names.push((name, vec![row.keys])),
            }
        }
        let rows = names.iter().map(|(name, keys)| format!("| `{name}` | `{}` |\n", keys.join(" ")));
        format!("| name | keys |\n| --- | --- |\n{}", rows.collect::<String>())
    }

    #[test]
    fn the_document_has_every_key() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/client.md");
        let document = std::fs::read_to_string(path).unwrap();
        assert!(document.contains(&names()), "docs/client.md should have:\n\n{}", names());
        assert!(document.contains(&tables()), "docs/client.md should have:\n\n{}", tables());
    }

    #[test]
    fn every_key_and_command_is_in_the_help() {
        let help = rows(&Keys::default()).join("\n");
        for row in told() {
            assert!(help.contains(row.keys) && help.contains(row.does), "{row:?}");
        }
        for (word, _, does) in obey::TABLE {
            assert!(help.contains(&format!(".{word}")) && help.contains(does), "{word}");
        }
        assert!(rows(&Keys::default()).iter().all(|row| row.chars().count() < 80));
    }
}
