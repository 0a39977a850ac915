//! A device's directory: one client at a time, for its owner's eyes only, and clear words when something is wrong.

use std::fs;

use super::*;
use crate::model::{Body, DeviceId, LogId, Nonce, Seq};

fn key(id: u64) -> DeviceKey {
    DeviceKey { id: DeviceId(id), secret: vec![0, 1, 0xfe, 255] }
}

#[test]
fn a_key_is_there_again_in_the_next_run() {
    let dir = tempfile::tempdir().unwrap();
    let mut state = State::for_server_in(dir.path(), "127.0.0.1:8080").unwrap();
    assert_eq!(state.key(), None);
    state.keep(&key(1)).unwrap();
    state.keep(&key(7)).unwrap();
    let path = state.path();
    assert_eq!(path, dir.path().join("127.0.0.1_8080").join("1").join("device"));
    drop(state);
    assert_eq!(State::for_server_in(dir.path(), "127.0.0.1:8080").unwrap().key(), Some(&key(7)));
    let kept = fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(kept, 2, "the key and the lock, no temporary file");
}

#[test]
fn two_clients_are_two_devices_and_the_first_is_free_again_once_it_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let open = || State::for_server_in(dir.path(), "[::1]:80").unwrap();
    let (first, second) = (open(), open());
    let paths = (first.path(), second.path());
    assert_ne!(paths.0, paths.1);
    assert!(matches!(State::in_dir(paths.0.parent().unwrap()), Err(Error::StateInUse(_))));
    drop(first);
    assert_eq!(open().path(), paths.0);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_a_key() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let mut state = State::for_server_in(dir.path(), "host:1").unwrap();
    state.keep(&key(1)).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&state.path()), 0o600);
    assert_eq!(mode(&state.dir), 0o700);
    assert_eq!(mode(&state.dir.join(LOCK_FILE)), 0o600);
}

#[test]
fn a_damaged_key_says_what_to_do_and_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(DEVICE_FILE);
    for damaged in ["", "tertulia-device-1 5", "tertulia-device-1 x 00", "tertulia-device-1 5 0g", "\u{0}"] {
        fs::write(&path, damaged).unwrap();
        let error = State::in_dir(dir.path()).expect_err(damaged).to_string();
        assert!(error.contains("delete the file"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), damaged.as_bytes());
    }
    fs::write(&path, "a".repeat(2_000)).unwrap();
    assert!(matches!(State::in_dir(dir.path()), Err(Error::StateDamaged(_))));
}

#[test]
fn no_address_leaves_the_directory() {
    for (address, name) in [("../../etc:80", "_.._etc_80"), ("[fe80::1]:80", "fe80__1_80"), ("Host", "host_")] {
        assert_eq!(dir_name(address), name);
    }
}

fn say(nonce: u64) -> Say {
    Say { room: "lobby".to_owned(), nonce: Nonce(nonce), body: Body::Text("hello".to_owned()), reply_to: None }
}

/// A directory in which a run said something and was killed.
fn left_behind() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut state = State::in_dir(dir.path()).unwrap();
    state.keep(&key(7)).unwrap();
    let (mut spool, left) = state.open_outbox(&key(7)).unwrap();
    assert_eq!(left, []);
    spool.append(&say(1)).unwrap();
    let cursor = Cursor { log: LogId(5), seq: Seq(3) };
    write_cursors(&state.cursors_path(), &[("lobby".to_owned(), cursor)]).unwrap();
    dir
}

#[test]
fn what_was_said_and_heard_is_there_again_in_the_next_run() {
    let dir = left_behind();
    let mut state = State::in_dir(dir.path()).unwrap();
    assert_eq!(state.open_outbox(&key(7)).unwrap().1, [say(1)]);
    let cursor = Cursor { log: LogId(5), seq: Seq(3) };
    assert_eq!(state.take_cursors(), [("lobby".to_owned(), cursor)]);
    let mut names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["cursors", "device", "lock", "outbox"], "no temporary file");
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_what_is_to_be_said() {
    use std::os::unix::fs::PermissionsExt;
    let dir = left_behind();
    for name in [OUTBOX_FILE, CURSORS_FILE] {
        let mode = fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
}

#[test]
fn damage_says_what_to_do_and_is_left_alone() {
    for (name, advice) in [(OUTBOX_FILE, "move it away"), (CURSORS_FILE, "delete the file")] {
        let dir = left_behind();
        let path = dir.path().join(name);
        let whole = fs::read(&path).unwrap();
        for damaged in [&whole[1..], &whole[..5], b"", b"tertulia-outbox-2 7\n", b"tertulia-cursors-1\n"] {
            fs::write(&path, damaged).unwrap();
            let error = State::in_dir(dir.path()).expect_err(name).to_string();
            assert!(error.contains(advice) && error.contains(path.to_str().unwrap()), "{error}");
            assert_eq!(fs::read(&path).unwrap(), damaged);
        }
    }
}

#[test]
fn words_of_a_device_that_is_gone_are_neither_said_nor_lost() {
    let dir = left_behind();
    fs::remove_file(dir.path().join(DEVICE_FILE)).unwrap();
    let error = State::in_dir(dir.path()).expect_err("no key").to_string();
    assert!(error.contains("move the file away"), "{error}");
    fs::rename(dir.path().join(OUTBOX_FILE), dir.path().join("aside")).unwrap();
    let mut state = State::in_dir(dir.path()).unwrap();
    assert_eq!(state.open_outbox(&key(8)).unwrap().1, []);
}
