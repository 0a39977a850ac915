//! The client as a script uses it: lines in, lines out, and an exit code that tells the truth.

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

use common::{Peer, TestServer, text};
use sha2::{Digest as _, Sha256};
use tertulia::model::{Digest, Nonce};
use tertulia::wire::{Answer, Chunk, Finish, Request, Upload, UploadKind};

fn client(server: &TestServer, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_client"));
    command.args(["127.0.0.1", &server.address().port().to_string(), "--new-device"]).args(arguments);
    command.env("TERTULIA_STATE_DIR", server.temporary_dir().join("state"));
    command.env("TERTULIA_DOWNLOAD_DIR", server.temporary_dir().join("downloads"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(server: &TestServer, arguments: &[&str], input: &[u8]) -> (bool, String, String) {
    let mut child = client(server, arguments).spawn().expect("it starts");
    child.stdin.take().expect("piped").write_all(input).expect("it reads");
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.success(), text(stdout), text(stderr))
}

/// A client that listens until its input ends.
struct Listener {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Listener {
    /// Returns once the client is in the room, which it tells by saying so.
    fn start(server: &TestServer) -> Self {
        let mut child = client(server, &[]).spawn().expect("it starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let mut listener = Self { child, input, output };
        listener.write("here");
        listener.read_until("here");
        listener
    }

    fn write(&mut self, line: &str) {
        writeln!(self.input.as_mut().expect("not ended"), "{line}").expect("it reads");
    }

    fn read_until(&mut self, word: &str) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).expect("UTF-8"), 0, "it ended before {word:?}");
            if line.contains(word) {
                return line.trim_end().to_owned();
            }
        }
    }

    fn end(mut self) -> bool {
        drop(self.input.take());
        self.child.wait().expect("it ends").success()
    }
}

fn upload(peer: &mut Peer, name: &str, content: &[u8]) {
    let sha256 = Digest(Sha256::digest(content).into());
    let upload = Upload {
        room: "lobby".into(),
        nonce: Nonce(77),
        kind: UploadKind::File,
        name: name.into(),
        size: content.len() as u64,
        sha256,
        reply_to: None,
    };
    let Ok(Answer::Uploading(begun)) = peer.call(Request::Upload(upload)) else { panic!("not begun") };
    let chunk = Chunk { upload: begun.upload, offset: 0, data: content.to_vec() };
    peer.call(Request::Chunk(chunk)).expect("taken");
    peer.call(Request::Finish(Finish { upload: begun.upload })).expect("said");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> = entries.map(|e| e.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

#[test]
fn a_line_from_a_script_is_said_once() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let (is_good, out, error) = run(&server, &[], b"hello\n");
    assert!(is_good && error.is_empty(), "{error}");
    assert_eq!(text(&ann.event()), "hello");
    assert_eq!(out.lines().count(), 1, "{out}");
    assert!(out.trim_end().ends_with(": hello"), "{out}");
    assert!(ann.events_so_far().is_empty());
}

#[test]
fn many_lines_keep_their_order() {
    let server = TestServer::start();
    let input = (1..=300).map(|number| format!("line {number}")).collect::<Vec<_>>().join("\n");
    let (is_good, out, _) = run(&server, &["--room", "numbers"], input.as_bytes());
    assert!(is_good);
    let said: Vec<&str> = out.lines().map(|line| line.split_once(": ").expect("a name").1).collect();
    assert_eq!(said, input.lines().collect::<Vec<_>>());
}

#[test]
fn commands_work_in_scripts_and_come_after_what_was_said_before() {
    let server = TestServer::start();
    let (is_good, out, error) = run(&server, &[], b".join dev\nin dev\n.topic bread\n.rooms\n.leave\n..x\n");
    assert!(is_good, "{error}");
    assert!(out.contains("dev                     1 here,      2 messages  bread"), "{out}");
    assert!(out.contains("* left dev; in lobby\n"), "{out}");
    assert!(out.trim_end().ends_with(": .x"), "{out}");
}

#[test]
fn a_script_that_errs_says_no_more() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let (is_good, _, error) = run(&server, &[], b"one\n.jion dev\nfor dev only\n");
    assert!(!is_good);
    assert!(error.contains("did you mean .join?"), "{error}");
    assert_eq!(text(&ann.event()), "one");
    assert!(ann.events_so_far().is_empty());
}

#[test]
fn what_cannot_be_said_fails_without_holding_up_the_rest() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let long = "x".repeat(16_385);
    let input = [b"a\x1b[2Jb\n\xff\n", long.as_bytes(), b"\n\nlast"].concat();
    let (is_good, _, error) = run(&server, &[], &input);
    assert!(!is_good);
    assert_eq!(text(&ann.event()), "last");
    for why in ["U+001B", "line 2 is not UTF-8", "too long by 1 B: at most 16.00 KiB"] {
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn without_a_server_it_says_so_and_fails() {
    let mut server = TestServer::start();
    server.stop();
    let (is_good, out, error) = run(&server, &[], b"");
    assert!(!is_good && out.is_empty());
    assert!(error.starts_with("* cannot reach 127.0.0.1:") && error.contains("is the server running?"), "{error}");
}

#[test]
fn a_name_that_nobody_knows_is_no_place_to_start_a_server() {
    // too long to be a name, so that nobody is asked
    let name = format!("{}.invalid", "x".repeat(64));
    let output = Command::new(env!("CARGO_BIN_EXE_client"))
        .args([&name, "1", "--new-device"])
        .stdin(Stdio::null())
        .output()
        .expect("it ends");
    let error = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(!output.status.success());
    assert!(error.starts_with(&format!("* cannot find {name}:1: ")) && error.contains("spelled right"), "{error}");
    assert!(!error.contains("server running"), "{error}");
}

#[test]
fn a_closed_output_ends_it_quietly() {
    let server = TestServer::start();
    let Listener { mut child, input, output } = Listener::start(&server);
    drop(output);
    server.guest_in("lobby").say("lobby", "to nobody");
    assert!(child.wait().expect("it ends").success());
    drop(input);
    let mut error = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut error).expect("UTF-8");
    assert_eq!(error, "");
}

#[test]
fn small_files_of_others_are_saved_at_once_and_never_outside() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let mut listener = Listener::start(&server);
    upload(&mut ann, "..\u{202e}fdp.sh", b"#!/bin/sh");
    let line = listener.read_until("sent a file");
    assert!(line.contains("..<U+202E>fdp.sh (9 B), .save 2"), "{line}");
    let files = server.temporary_dir().join("downloads/files");
    assert_eq!(listener.read_until("saved"), format!("* saved {}", files.join("_fdp.sh").display()));
    assert_eq!(std::fs::read(files.join("_fdp.sh")).expect("kept"), b"#!/bin/sh");
    listener.write(".save 2");
    assert_eq!(listener.read_until("saved"), format!("* already saved as {}", files.join("_fdp.sh").display()));
    assert_eq!(names(&files), ["_fdp.sh"]);
    assert_eq!(names(server.temporary_dir()), ["data", "downloads"]);
    assert!(listener.end());
}

#[test]
fn files_arrive_as_they_were_sent() {
    let server = TestServer::start();
    let original = server.temporary_dir().join("a b.bin");
    let content: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    std::fs::write(&original, &content).expect("written");
    let copy = server.temporary_dir().join("copy.bin");
    let script = format!(".file '{}'\n.save 1 {}\n", original.display(), copy.display());
    let (is_good, out, error) = run(&server, &[], script.as_bytes());
    assert!(is_good, "{error}");
    assert!(out.contains("sent a file: a b.bin (11.44 MiB), .save 1"), "{out}");
    assert!(std::fs::read(&copy).expect("kept") == content);
    let (is_good, _, error) = run(&server, &[], format!(".save 1 {}\n", copy.display()).as_bytes());
    assert!(!is_good && error.contains("is there already"), "{error}");
}

#[test]
fn nothing_of_others_reaches_the_output_raw() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let mut listener = Listener::start(&server);
    ann.say("lobby", "a\u{202e}b\n12:00 bob: I quit\u{2028}c\td");
    assert!(listener.read_until("a<U+202E>b").ends_with("a<U+202E>b"));
    assert_eq!(listener.read_until("I quit"), "        12:00 bob: I quit<U+2028>c\td");
    assert!(listener.end());
}
