//! The help on F1 and `.usage`: made from the tables of keys and commands, so that it cannot lie.

use super::keys::{Group, told};
use super::obey;
use super::overlay::Overlay;
use crate::terminal::command::usage;

/// The page of it.
#[must_use]
pub(super) fn page() -> Overlay {
    Overlay::Page { title: "keys and commands".to_owned(), rows: rows(), top: 0 }
}

/// All of its rows.
#[must_use]
pub(super) fn rows() -> Vec<String> {
    let mut rows = Vec::new();
    for group in Group::ALL {
        rows.push(group.title().to_uppercase());
        rows.extend(told().filter(|row| row.group == group).map(|row| format!("  {:<12} {}", row.keys, row.does)));
        rows.push(String::new());
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
    use super::*;

    #[test]
    fn every_key_and_command_is_in_the_help() {
        let help = rows().join("\n");
        for row in told() {
            assert!(help.contains(row.keys) && help.contains(row.does), "{row:?}");
        }
        for (word, _, does) in obey::TABLE {
            assert!(help.contains(&format!(".{word}")) && help.contains(does), "{word}");
        }
        assert!(rows().iter().all(|row| row.chars().count() < 80));
    }
}
