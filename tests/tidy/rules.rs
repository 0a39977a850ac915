//! The rules that look at one file at a time, each with the fault that it was written for.

use std::fs;
use std::path::Path;

use super::source::{Source, has_word};

const LINES_MAX: usize = 300;

/// Files that may be longer, how long, and why.
pub(crate) const LONG_FILES: [(&str, usize, &str); 2] = [
    (
        "src/wire/reply.rs",
        380,
        "all that a server says, one plain type after the other; cut in two it would not be clearer",
    ),
    ("src/model/limits.rs", 340, "every limit with its reason, and one place to look for it"),
];

const VAGUE: [&str; 7] = ["util", "utils", "helper", "helpers", "manager", "managers", "misc"];

pub(crate) fn opening(source: &Source) -> Vec<String> {
    let opens = source.text.starts_with("//! ");
    fault_unless(opens, source, 1, "begin with `//!`: why this file exists, then what it leaves to others")
}

pub(crate) fn length(source: &Source) -> Vec<String> {
    let exception = LONG_FILES.iter().find(|(path, ..)| *path == source.path);
    let lines = source.text.lines().count();
    let lines_max = exception.map_or(LINES_MAX, |(_, lines_max, _)| *lines_max);
    let too_long = format!("{lines} lines, more than {lines_max}: what could be a file of its own?");
    let mut faults = fault_unless(lines <= lines_max, source, lines, &too_long);
    let is_needed = exception.is_none() || lines > LINES_MAX;
    faults.extend(fault_unless(is_needed, source, 1, "short enough now: drop it from the list"));
    faults
}

pub(crate) fn file_name(source: &Source) -> Vec<String> {
    let is_vague = |part: &str| part.trim_end_matches(".rs").split('_').any(|word| VAGUE.contains(&word));
    fault_unless(!source.path.split('/').any(is_vague), source, 1, "name it for what it does")
}

pub(crate) fn unwraps(source: &Source) -> Vec<String> {
    let unwrapped = source.shipped().filter(|(_, code)| code.contains(".unwrap()"));
    unwrapped.map(|(line, _)| source.fault(line, "unwrap: return the error, or `expect` with why it holds")).collect()
}

pub(crate) fn unbounded_sends(source: &Source) -> Vec<String> {
    let lines: Vec<&str> = source.text.lines().collect();
    let sends = source.shipped().filter(|(_, code)| code.contains("do_send("));
    let unexplained = sends.filter(|(line, _)| !says_what_bounds_it(&lines, *line));
    unexplained.map(|(line, _)| source.fault(line, "do_send heeds no bound: say what does, `// bounded: …`")).collect()
}

/// On the line itself, or in the comment that stands right above it.
fn says_what_bounds_it(lines: &[&str], line: usize) -> bool {
    let above = lines[..line - 1].iter().rev().take_while(|above| above.trim_start().starts_with("//"));
    above.chain([&lines[line - 1]]).any(|said| said.contains("// bounded: "))
}

pub(crate) fn sleeps(source: &Source) -> Vec<String> {
    let asleep = source.tests().filter(|(_, code)| has_word(code, "sleep("));
    asleep.map(|(line, _)| source.fault(line, "sleep: wait for the thing itself")).collect()
}

pub(crate) fn prints(source: &Source) -> Vec<String> {
    let is_edge = ["src/bin/", "src/terminal/", "src/tui/"].iter().any(|edge| source.path.starts_with(edge));
    if is_edge || !source.path.starts_with("src/") {
        return Vec::new();
    }
    let prints =
        |code: &str| ["print!(", "println!(", "eprint!(", "eprintln!("].iter().any(|word| has_word(code, word));
    let printed = source.shipped().filter(|(_, code)| prints(code));
    printed.map(|(line, _)| source.fault(line, "only the terminal and the bins print; use `log`")).collect()
}

pub(crate) fn migration(folder: &Path) -> Vec<String> {
    let is_there = |name: &str| fs::read_to_string(folder.join(name)).is_ok_and(|sql| !sql.trim().is_empty());
    let missing = ["up.sql", "down.sql"].into_iter().filter(|name| !is_there(name));
    missing.map(|name| format!("{}: {name} is missing or empty", folder.display())).collect()
}

pub(crate) fn changelog(text: &str, version: &str) -> Option<String> {
    let known = ["## [Unreleased]".to_owned(), format!("## [{version}]")];
    let is_known = text.lines().any(|line| known.iter().any(|heading| line.starts_with(heading.as_str())));
    (!is_known).then(|| format!("CHANGELOG.md has neither {} nor {}", known[0], known[1]))
}

fn fault_unless(holds: bool, source: &Source, line: usize, why: &str) -> Vec<String> {
    if holds { Vec::new() } else { vec![source.fault(line, why)] }
}

#[cfg(test)]
mod planted {
    use super::*;

    fn count(rule: fn(&Source) -> Vec<String>, path: &str, text: &str) -> usize {
        rule(&Source::new(path, text)).len()
    }

    #[test]
    fn a_file_that_does_not_say_why_it_exists() {
        assert_eq!(count(opening, "src/a/b.rs", "use x;\n//! Late.\n"), 1);
        assert_eq!(count(opening, "src/a/b.rs", "//! Why.\n"), 0);
    }

    #[test]
    fn a_file_that_is_too_long_and_an_exception_that_is_none_any_more() {
        let lines = |count: usize| "x\n".repeat(count);
        assert_eq!(count(length, "src/a/b.rs", &lines(300)), 0);
        assert_eq!(count(length, "src/a/b.rs", &lines(301)), 1);
        let (path, lines_max, _) = LONG_FILES[0];
        assert_eq!(count(length, path, &lines(lines_max)), 0);
        assert_eq!(count(length, path, &lines(lines_max + 1)), 1);
        assert_eq!(count(length, path, &lines(300)), 1);
    }

    #[test]
    fn a_vague_name() {
        for vague in ["src/utils.rs", "src/a/room_manager.rs", "src/helpers/mod.rs"] {
            assert_eq!(count(file_name, vague, ""), 1, "{vague}");
        }
        assert_eq!(count(file_name, "src/a/utility_room.rs", ""), 0);
    }

    #[test]
    fn an_unwrap() {
        let tested = "#[cfg(test)]\nmod tests {\nx.unwrap()\n}\n";
        assert_eq!(count(unwraps, "src/a/b.rs", &format!("x.unwrap();\n{tested}")), 1);
        assert_eq!(count(unwraps, "src/a/b.rs", &format!("// x.unwrap()\nx.unwrap_or(1);\n{tested}")), 0);
        assert_eq!(count(unwraps, "tests/a.rs", "x.unwrap()"), 0);
    }

    #[test]
    fn a_send_without_a_bound() {
        assert_eq!(count(unbounded_sends, "src/a/b.rs", "a.do_send(b);"), 1);
        assert_eq!(count(unbounded_sends, "src/a/b.rs", "// bounded: here\nlet x = 1;\na.do_send(b);"), 1);
        assert_eq!(count(unbounded_sends, "src/a/b.rs", "// bounded: one a thread,\n// at most\na.do_send(b);"), 0);
        assert_eq!(count(unbounded_sends, "src/a/b.rs", "a.do_send(b); // bounded: by the permits"), 0);
    }

    #[test]
    fn a_sleeping_test() {
        assert_eq!(count(sleeps, "tests/a.rs", "thread::sleep(x);"), 1);
        assert_eq!(count(sleeps, "src/a/b.rs", "#[cfg(test)]\nmod tests {\nsleep(x).await;\n}"), 1);
        assert_eq!(count(sleeps, "src/a/b.rs", "sleep(pause).await;"), 0);
    }

    #[test]
    fn a_print_in_the_middle() {
        assert_eq!(count(prints, "src/chat/b.rs", "println!(\"here\");"), 1);
        assert_eq!(count(prints, "src/chat/b.rs", "eprint!(\"here\");"), 1);
        assert_eq!(count(prints, "src/terminal/b.rs", "println!(\"here\");"), 0);
        assert_eq!(count(prints, "examples/echo_bot.rs", "println!(\"here\");"), 0);
    }

    #[test]
    fn a_migration_that_cannot_go_back() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("up.sql"), "create table a (b);").unwrap();
        assert_eq!(migration(home.path()).len(), 1);
        fs::write(home.path().join("down.sql"), " \n").unwrap();
        assert_eq!(migration(home.path()).len(), 1);
        fs::write(home.path().join("down.sql"), "drop table a;").unwrap();
        assert_eq!(migration(home.path()), [""; 0]);
    }

    #[test]
    fn a_changelog_that_lags() {
        assert!(changelog("## [0.0.9] - 2026-01-01\n", "0.1.0").is_some());
        assert!(changelog("## [0.1.0] - 2026-01-01\n", "0.1.0").is_none());
        assert!(changelog("# Changelog\n## [Unreleased]\n", "0.1.0").is_none());
    }
}
