//! What is said and what is secret never comes into the log, however much of it is asked for; and whatever strangers
//! put into names, agents and frames, its lines obey nobody's terminal.

mod common;

use std::fs::{self, File};
use std::path::Path;

use common::files::upload;
use common::raw::{self, Raw};
use common::{Peer, ServerProcess, peer};
use tertulia::model::{Body, Seq};
use tertulia::wire::{DeviceKey, Hello, Login, PROTOCOL, Passwd, Register, Request, UploadKind};

/// Stands in all that is said and in all that is secret, and nowhere else.
const HUSH: &str = "hush-7f3a";
/// What a terminal would obey: a title, a link, a colour, pasted text, a second line, letters that run backwards.
const ESCAPES: &str = "\x1b]0;t\x07\x1b]8;;http://e\x1b\\\x1b[31m\x1b[200~\r\n\u{9b}2J\u{202e}\u{2028}";

fn words() -> String {
    format!("{HUSH} {ESCAPES}")
}

/// All the ways to say something, each with the word that must not be logged.
fn talk(peer: &mut Peer) {
    peer.join("lobby", None);
    peer.say("lobby", &format!("{HUSH}\ttext"));
    for body in [
        Body::Edit { of: Seq(1), text: HUSH.into() },
        Body::React { of: Seq(1), emoji: HUSH.into(), on: true },
        Body::Topic(HUSH.into()),
        Body::Text(words()),
        Body::Topic(words()),
        Body::Edit { of: Seq(999), text: HUSH.into() },
        Body::Text(format!("{HUSH}{}", "x".repeat(20_000))),
    ] {
        let say = peer.next_say("lobby", body);
        drop(peer.call(say));
    }
    drop(peer.call(Request::Register(Register { handle: "Ann".into(), password: Some(HUSH.into()) })));
    drop(peer.call(Request::Login(Login { handle: "Ann".into(), password: HUSH.into() })));
    drop(peer.call(Request::Passwd(Passwd { password: format!("new {HUSH}").into(), old: Some(HUSH.into()) })));
    drop(peer.call(Request::Register(Register { handle: ESCAPES.into(), password: None })));
    let content = format!("{HUSH} in a file");
    peer.send_file(&upload(90, "notes.txt", content.as_bytes()), content.as_bytes());
    let picture = upload(91, "cat.png", content.as_bytes());
    let uploading = peer.uploading(&tertulia::wire::Upload { kind: UploadKind::Image, ..picture });
    peer.send_rest(&uploading, content.as_bytes());
    assert!(peer.finish(uploading.upload).is_err(), "a text is no picture");
    drop(peer.call(Request::Upload(upload(92, ESCAPES, b"x"))));
}

/// Frames that are none, or no requests, with the word in every place of them.
fn babble(peer: &mut Peer) {
    let say = |text: Raw| Raw::map([("say", Raw::map([("room", Raw::Str(HUSH)), ("body", text), (HUSH, Raw::Nil)]))]);
    for value in [
        Raw::Str(HUSH),
        Raw::map([(HUSH, Raw::Str(HUSH))]),
        say(Raw::Str(HUSH)),
        say(Raw::map([("text", Raw::Bin(HUSH.into()))])),
        Raw::map([("join", Raw::map([("room", Raw::Str(ESCAPES))]))]),
        Raw::Str(ESCAPES),
    ] {
        assert!(peer.call_raw(7, value).is_err());
    }
    peer.try_send_bytes(&raw::framed(HUSH.as_bytes()));
}

fn log_of(home: &Path) -> String {
    let bytes = fs::read(home.join("log")).expect("a log");
    String::from_utf8(bytes).expect("a log is text")
}

#[test]
fn the_log_holds_no_words_no_secrets_and_no_escapes() {
    let home = tempfile::tempdir().expect("a directory");
    let server =
        ServerProcess::start_logging(&home.path().join("data"), File::create(home.path().join("log")).unwrap());
    let mut peer = Peer::connect(server.address);
    let hello = Hello { protocol: PROTOCOL, agent: format!("agent {ESCAPES}"), device: None };
    let Ok(tertulia::wire::Answer::Welcome(welcome)) = peer.call(Request::Hello(hello)) else { panic!("no welcome") };
    talk(&mut peer);
    babble(&mut peer);
    let mut thief = Peer::connect(server.address);
    let stolen = DeviceKey { id: welcome.device.id, secret: HUSH.into() };
    assert!(thief.call(peer::hello(Some(stolen))).is_err());
    let mut other = Peer::guest(server.address);
    for password in [format!("wrong {HUSH}"), format!("new {HUSH}")] {
        drop(other.call(Request::Login(Login { handle: "Ann".into(), password: password.into() })));
    }
    let mut again = Peer::device(server.address, Some(welcome.device.clone()));
    again.lives();
    server.terminate();
    assert!(server.wait().success());

    let log = log_of(home.path());
    assert!(log.lines().count() > 10 && log.contains("TRACE"), "all of it: {log}");
    assert!(log.contains("says hello, agent"), "who came is there: {log}");
    let secret = &welcome.device.secret;
    let hex = secret.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let list = format!("{secret:?}");
    for (what, hidden) in [("a word", HUSH), ("a secret", hex.as_str()), ("a secret", list.trim_matches(['[', ']']))] {
        assert!(!log.to_lowercase().contains(hidden), "{what} is in the log: {log}");
    }
    let obeyed = |c: &char| (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2028}');
    assert_eq!(log.chars().find(obeyed), None, "{log:?}");
    assert!(log.lines().all(|line| line.starts_with('[')), "a record is a line: {log}");
}
