//! `server verify`, as an operator meets it: what it prints, how it exits, and that it touches nothing.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::files::{digest_of, upload};
use common::{Peer, ServerProcess, is_sound, verify};

const CONTENT: &[u8] = b"what stands in the file";

/// A directory in which somebody said something and sent a file; the server was killed.
fn left_by_a_killed_server() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a temporary directory");
    let server = ServerProcess::start(home.path());
    let mut ann = Peer::guest(server.address);
    ann.join("lobby", None);
    ann.say("lobby", "hello");
    ann.send_file(&upload(5, "file.bin", CONTENT), CONTENT);
    server.kill();
    home
}

fn file_of(data_dir: &Path, content: &[u8]) -> PathBuf {
    let hex = digest_of(content).to_string();
    data_dir.join("files").join(&hex[..2]).join(hex)
}

/// All files below a folder, with what they hold and when they were written.
fn everything_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(everything_below(&path));
        } else if path.is_file() {
            all.insert(path.clone(), fs::read(&path).expect("a file"));
        }
    }
    all
}

#[test]
fn what_a_killed_server_left_is_read_as_it_stands_and_not_touched() {
    let home = left_by_a_killed_server();
    let before = everything_below(home.path());
    assert!(before[&home.path().join("tertulia.db-wal")].len() > 4096, "not all is in the database's own file");
    let (code, found, error) = verify(home.path());
    assert_eq!((code, found.as_str(), error.as_str()), (0, "ok: 1 rooms, 2 messages, 1 files\n", ""));
    assert!(everything_below(home.path()) == before, "something was changed");
    drop(ServerProcess::start(home.path()));
    is_sound(home.path());
}

#[test]
fn a_copy_without_the_files_beside_it_is_enough() {
    let home = left_by_a_killed_server();
    let server = ServerProcess::start(home.path());
    server.terminate();
    assert!(server.wait().success());
    let copy = home.path().join("copy 100%? #1");
    fs::create_dir(&copy).expect("a folder");
    fs::copy(home.path().join("tertulia.db"), copy.join("tertulia.db")).expect("a copy");
    let (code, found, _) = verify(&copy);
    assert_eq!(code, 1, "{found}");
    assert_eq!(found, format!("the file {} is missing\n", digest_of(CONTENT)));
    assert_eq!(everything_below(&copy).len(), 1, "nothing was made beside it");
}

#[test]
fn a_file_that_is_not_what_it_was_is_named() {
    let home = left_by_a_killed_server();
    let (file, digest) = (file_of(home.path(), CONTENT), digest_of(CONTENT));
    for (content, fault) in [
        (&CONTENT[1..], format!("the file {digest} has 22 bytes instead of 23\n")),
        (&[b'x'; 23], format!("the file {digest} holds something else\n")),
    ] {
        fs::write(&file, content).expect("the file");
        assert_eq!(verify(home.path()), (1, fault, String::new()));
    }
}

#[test]
fn a_server_that_runs_is_told_apart() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let server = ServerProcess::start(home.path());
    let (code, found, error) = verify(home.path());
    assert_eq!((code, found.as_str()), (1, ""));
    assert!(error.contains("a server is running on") && error.lines().count() == 1, "{error}");
    server.kill();
    is_sound(home.path());
}

#[test]
fn where_there_is_nothing_nothing_is_made() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let (code, found, error) = verify(&home.path().join("data"));
    assert_eq!((code, found.as_str()), (1, ""));
    assert!(error.contains("tertulia.db: name the server's --data-dir") && error.lines().count() == 1, "{error}");
    assert!(everything_below(home.path()).is_empty() && !home.path().join("data").exists());
}

#[test]
fn the_environment_names_the_place_too_and_bad_usage_is_told_apart() {
    let home = left_by_a_killed_server();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
        command.args(arguments).env("TERTULIA_DATA_DIR", home.path()).env_remove("DATABASE_URL");
        command.output().expect("the server's binary")
    };
    assert!(run(&["verify"]).status.success());
    assert_eq!(run(&["verify", "--port", "1"]).status.code(), Some(2));
    let usage = run(&["verify", "--help"]);
    assert!(usage.status.success());
    let usage = String::from_utf8(usage.stdout).expect("UTF-8");
    assert!(usage.contains("Nothing is changed") && usage.contains("--data-dir"), "{usage}");
}
