//! The control socket itself: who can open it, what comes over it, and what is left of it.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;

use super::common::{Peer, ServerProcess};
use super::{done, refused, server, with_no_space_left};

#[test]
fn the_socket_is_its_users_alone_and_goes_with_the_server() {
    let home = tempfile::tempdir().expect("a directory");
    let socket = home.path().join("control");
    let first = ServerProcess::start(home.path());
    let mode = socket.metadata().expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    first.kill();
    assert!(socket.exists());
    let second = ServerProcess::start(home.path());
    assert_eq!(done(home.path(), &["user", "list"]), "");
    second.terminate();
    assert!(second.wait().success());
    assert!(!socket.exists());
}

#[test]
fn garbage_is_answered_and_changes_nothing() {
    let home = tempfile::tempdir().expect("a directory");
    let running = ServerProcess::start(home.path());
    let socket = home.path().join("control");
    let say = |bytes: &[u8]| {
        let mut stream = UnixStream::connect(&socket).expect("it listens");
        // it may have been answered before all of it was taken
        stream.write_all(bytes).ok();
        stream.shutdown(std::net::Shutdown::Write).ok();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok();
        answer
    };
    for garbage in
        [&b"\xff\xff\xff\xff"[..], b"\0\0\0\x04\xc1\xc1\xc1\xc1", b"\0\0\0\x01", b"\0\0\0\0", b"GET / HTTP/1.1\r\n\r\n"]
    {
        let answer = String::from_utf8_lossy(&say(garbage)).into_owned();
        assert!(answer.contains("Refused"), "{garbage:?}: {answer:?}");
    }
    assert!(say(b"").is_empty() && say(b"\0").is_empty());
    // whoever holds it open keeps nobody else waiting for good
    let _idle: Vec<_> = (0..3).map(|_| UnixStream::connect(&socket).expect("it listens")).collect();
    assert_eq!(done(home.path(), &["ban", "list"]), "");
    drop(Peer::guest(running.address));
}

#[test]
fn what_cannot_be_operated_is_told() {
    let home = tempfile::tempdir().expect("a directory");
    let nowhere = home.path().join("nowhere");
    let why = refused(&nowhere, &["user", "list"]);
    assert!(why.contains("no server runs on") && why.contains("--data-dir"), "{why}");
    assert!(!nowhere.exists(), "nothing was made");
    let _running = ServerProcess::start(home.path());
    let long = "x".repeat(300);
    assert!(refused(home.path(), &["network", "ban", "10.0.0.0/8", "--reason", &long]).contains("256 bytes"));
    assert!(refused(home.path(), &["network", "ban", "10.0.0.0/8", "--until", "2001-01-01"]).contains("over already"));
    for usage in [&["user"][..], &["user", "ban"], &["device", "ban", "x"], &["user", "ban", "A", "--for", "3 days"]] {
        assert_eq!(server(home.path(), usage).0, 2, "{usage:?}");
    }
    let (code, help, _) = server(home.path(), &["user", "--help"]);
    assert!(code == 0 && help.contains("server user ban Ann --for 3d"), "{help}");
}

#[test]
fn a_list_that_cannot_be_written_is_no_success() {
    let home = tempfile::tempdir().expect("a directory");
    let server = ServerProcess::start(home.path());
    Peer::guest(server.address).join("lobby", None);
    let (code, error) = with_no_space_left(home.path(), &["room", "list"]);
    assert!(code == 1 && error.starts_with("server: ") && error.lines().count() == 1, "{code} {error}");
}
