//! Reads the sources and holds them to what the house agreed on, so that nobody has to say it twice. What a single
//! function or expression may look like is left to the lints in `Cargo.toml` and `clippy.toml`.

mod layers;
mod rules;
mod source;

use std::fs;
use std::path::{Path, PathBuf};

use source::Source;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(found) = fs::read_dir(folder) else { return Vec::new() };
    found.map(|entry| entry.unwrap().path()).collect()
}

fn add_sources(folder: &Path, sources: &mut Vec<Source>) {
    for path in entries(folder) {
        if path.is_dir() {
            add_sources(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
            sources.push(Source::new(name, read(&path)));
        }
    }
}

fn all_sources() -> Vec<Source> {
    let mut sources = Vec::new();
    for folder in ["src", "tests", "examples", "benches", "fuzz/fuzz_targets"] {
        add_sources(&root().join(folder), &mut sources);
    }
    assert!(sources.iter().any(|source| source.path == "src/lib.rs"), "looked in the wrong place");
    sources
}

fn check_all(rule: fn(&Source) -> Vec<String>) {
    let faults: Vec<String> = all_sources().iter().flat_map(rule).collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn layers_import_only_what_lies_below_them() {
    check_all(layers::imports);
}

#[test]
fn files_say_first_why_they_exist() {
    check_all(rules::opening);
}

#[test]
fn files_stay_short() {
    check_all(rules::length);
    let paths: Vec<String> = all_sources().into_iter().map(|source| source.path).collect();
    for (path, ..) in rules::LONG_FILES {
        assert!(paths.iter().any(|known| known == path), "{path} is gone: drop it from the list");
    }
}

#[test]
fn files_are_named_for_what_they_do() {
    check_all(rules::file_name);
}

#[test]
fn nothing_is_unwrapped_outside_tests() {
    check_all(rules::unwraps);
}

#[test]
fn sends_that_heed_no_bound_say_what_bounds_them() {
    check_all(rules::unbounded_sends);
}

#[test]
fn tests_wait_for_the_thing_itself() {
    check_all(rules::sleeps);
}

#[test]
fn only_the_edges_print() {
    check_all(rules::prints);
}

#[test]
fn migrations_go_both_ways() {
    let migrations = entries(&root().join("migrations")).into_iter().filter(|path| path.is_dir());
    let faults: Vec<String> = migrations.flat_map(|folder| rules::migration(&folder)).collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn the_changelog_knows_this_version() {
    let fault = rules::changelog(&read(&root().join("CHANGELOG.md")), env!("CARGO_PKG_VERSION"));
    assert_eq!(fault, None);
}
