//! What the Tab key finishes: commands, rooms, paths. Reading the finished line is left to [`super::command`].

use std::sync::Arc;

use rustyline::completion::{FilenameCompleter, Pair};

use super::command::{Completes, TABLE, row_of};
use super::typist::Facts;
use crate::model::safe_text;

/// Finishes words.
pub(super) struct Finisher {
    facts: Arc<Facts>,
    files: FilenameCompleter,
}

impl Finisher {
    /// With these rooms.
    #[must_use]
    pub(super) fn new(facts: Arc<Facts>) -> Self {
        Self { facts, files: FilenameCompleter::new() }
    }

    /// Where the word begins that ends at byte `cursor`, and what it could become.
    #[must_use]
    pub(super) fn finish(&self, line: &str, cursor: usize) -> (usize, Vec<Pair>) {
        let before = &line[..cursor];
        let Some(rest) = before.strip_prefix(['.', '/']) else { return (cursor, Vec::new()) };
        let Some((word, arguments)) = rest.split_once(char::is_whitespace) else { return (1, commands(rest)) };
        match row_of(word).map(|row| row.completes) {
            Some(Completes::Rooms) => (cursor - arguments.trim_start().len(), self.rooms(arguments.trim_start())),
            Some(Completes::Paths) => self.paths(line, cursor),
            Some(Completes::Nothing | Completes::Emoji) | None => (cursor, Vec::new()),
        }
    }

    fn rooms(&self, begun: &str) -> Vec<Pair> {
        let begun = begun.to_lowercase();
        let known = self.facts.rooms();
        known.iter().filter(|room| room.to_lowercase().starts_with(&begun)).map(|room| pair(room, room)).collect()
    }

    /// Names that a terminal would obey are left out: they would be drawn as they are.
    fn paths(&self, line: &str, cursor: usize) -> (usize, Vec<Pair>) {
        let (start, found) = self.files.complete_path(line, cursor).unwrap_or((cursor, Vec::new()));
        let is_plain = |found: &Pair| safe_text(&found.replacement) == found.replacement.as_str();
        (start, found.into_iter().filter(is_plain).collect())
    }
}

fn commands(begun: &str) -> Vec<Pair> {
    let begun = begun.to_ascii_lowercase();
    let rows = TABLE.iter().filter(|row| row.name.starts_with(&begun));
    rows.map(|row| pair(row.name, &format!("{}{}", row.name, if row.arguments.is_empty() { "" } else { " " })))
        .collect()
}

fn pair(display: &str, replacement: &str) -> Pair {
    Pair { display: display.to_owned(), replacement: replacement.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(line: &str) -> Vec<String> {
        let facts = Arc::new(Facts::default());
        for room in ["lobby", "dev", "Design"] {
            facts.add_room(room);
        }
        let (start, found) = Finisher::new(facts).finish(line, line.len());
        found.into_iter().map(|pair| format!("{}{}", &line[..start], pair.replacement)).collect()
    }

    #[test]
    fn words_are_finished_where_they_can_be() {
        let table: [(&str, &[&str]); 7] = [
            (".q", &[".quit"]),
            ("/R", &["/register ", "/reply ", "/react ", "/rooms"]),
            (".join d", &[".join Design", ".join dev"]),
            (".JOIN  lo", &[".JOIN  lobby"]),
            (".who l", &[]),
            ("hello q", &[]),
            ("", &[]),
        ];
        for (line, expected) in table {
            assert_eq!(finished(line), expected, "{line}");
        }
        assert_eq!(finished(".").len(), TABLE.len());
    }

    #[test]
    fn paths_are_finished_but_for_those_that_a_terminal_obeys() {
        let home = tempfile::tempdir().unwrap();
        for name in ["cat one.png", "cat\u{1b}[2J.png", "dog.png"] {
            std::fs::write(home.path().join(name), "").unwrap();
        }
        let line = format!(".image {}/c", home.path().display());
        assert_eq!(finished(&line), [format!(".image {}/cat\\ one.png", home.path().display())]);
    }
}
