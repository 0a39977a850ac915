//! What somebody at a terminal says about messages: answers, changes, reactions, and what they see of those of others;
//! and where they stopped reading. What the server makes of it is left to `protocol_fold.rs`.
#![cfg(unix)]

mod common;

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{Peer, TestServer, text};
use expectrl::{Eof, Session};
use tertulia::model::{Body, Seq};

/// Long enough for a slow machine; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

fn client(server: &TestServer) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_client"));
    command.args(["127.0.0.1", &server.address().port().to_string()]);
    command.env("TERTULIA_STATE_DIR", server.temporary_dir().join("state"));
    command.env("TERTULIA_DOWNLOAD_DIR", server.temporary_dir().join("downloads"));
    command.env("TERM", "xterm").env("NO_COLOR", "1");
    command
}

/// What a script printed, without times, and what went wrong.
fn script(server: &TestServer, input: &str) -> (Vec<String>, String) {
    let mut command = client(server);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.success(), error.is_empty(), "{error}");
    let out = String::from_utf8(output.stdout).unwrap();
    (out.lines().map(|line| line.split_once(' ').expect("a time").1.to_owned()).collect(), error)
}

fn plain(mut command: Command) -> Command {
    command.arg("--plain");
    command
}

fn sit_down(server: &TestServer) -> Session {
    let mut session = Session::spawn(plain(client(server))).unwrap();
    session.set_expect_timeout(Some(PATIENCE));
    sees(&mut session, "* in lobby");
    session
}

#[track_caller]
fn sees(session: &mut Session, words: &str) {
    session.expect(words).unwrap_or_else(|error| panic!("{words:?} did not come: {error}"));
}

fn body(peer: &mut Peer) -> Body {
    peer.event().body
}

fn guest_name(peer: &Peer) -> String {
    peer.user().name
}

#[test]
fn a_script_changes_what_it_has_just_said() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let (out, error) = script(&server, "helo\n.edit hello\n.reply 1 and welcome\n.react #1 👍\n.delete 3\n.history\n");
    assert_eq!(error, "");
    assert_eq!(text(&ann.event()), "helo");
    assert_eq!(body(&mut ann), Body::Edit { of: Seq(1), text: "hello".into() });
    let reply = ann.event();
    assert_eq!((text(&reply), reply.reply_to), ("and welcome", Some(Seq(1))));
    let me = reply.author.name;
    let expected = [
        format!("#1 {me}: helo"),
        format!("#2 {me} changed #1: hello"),
        format!("#3 {me}, to {me}'s \"hello\": and welcome"),
        format!("#4 {me} reacted to {me}'s \"hello\": 👍"),
        format!("#5 {me} deleted #3"),
        format!("#1 {me} (edited): hello"),
        format!("#3 {me} (deleted)"),
        format!("#4 {me} reacted to {me}'s \"hello\": 👍"),
    ];
    assert_eq!(out, expected);
}

#[test]
fn what_cannot_be_changed_says_why() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    ann.say("lobby", "hello");
    let table = [
        (".edit 1 mine", "* #1 was not changed: only its author may do that: mine\n"),
        (".delete 1", "* #1 was not deleted: only its author may do that\n"),
        (".delete", "* which one? .delete N takes back your message number N\n"),
        (".edit mine", "* which text? .edit N TEXT changes number N\n"),
        (".unreact 9 👍", "* 👍 to #9 was not taken back: there is no message with that number yet\n"),
        (".reply 9 hi", "* not said as an answer to #9: there is no message with that number yet: hi\n"),
        (".reply hello", "* N is the number of a message, as in #12: .reply N TEXT\n"),
    ];
    for (line, why) in table {
        let (out, error) = script(&server, &format!("{line}\n"));
        assert!(error.starts_with(why), "{line}: {error}");
        assert_eq!(out, [""; 0], "{line}");
    }
    assert_eq!(ann.events_so_far().len(), 1);
}

#[test]
fn what_is_gone_is_not_called_unknown() {
    let server = TestServer::start();
    let said = "hello\n.delete 1\n.topic x\n.history\n.reply 1 yes\n.edit 1 no\n.react 3 👍\n.edit 3 y\n";
    let (_, error) = script(&server, said);
    let expected = "* not said as an answer to #1: it is deleted: yes\n* #1 was not changed: it is deleted: no\n\
                    * 👍 to #3 was not said: there is no text or file with that number\n\
                    * #3 was not changed: there is no text with that number: y\n";
    assert_eq!(error, expected);
}

#[test]
fn who_comes_back_sees_where_they_stopped_reading() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let name = guest_name(&ann);
    ann.say("lobby", "first");
    let mut ben = sit_down(&server);
    sees(&mut ben, &format!("#1 {name}: first\r\n"));
    sees(&mut ben, "lobby> ");
    ann.say("lobby", "second");
    sees(&mut ben, &format!("#2 {name}: second\r\n"));
    ben.send_line(".quit").unwrap();
    ben.expect(Eof).unwrap();
    let edit = ann.next_say("lobby", Body::Edit { of: Seq(2), text: "2nd".into() });
    ann.said(edit);
    ann.say("lobby", "third");
    let mut ben = sit_down(&server);
    sees(&mut ben, "* 2 messages are unread\r\n");
    sees(&mut ben, &format!("#2 {name}: second\r\n"));
    sees(&mut ben, "── new ──\r\n");
    sees(&mut ben, &format!("#3 {name} changed #2: 2nd\r\n"));
    sees(&mut ben, &format!("#4 {name}: third\r\n"));
}
