//! Whatever a server puts into names, topics, texts, file names, refusals and its last word: the client's screen shows
//! it as marks, and its files stay where they belong.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tertulia::model::{Body, Digest, FileBody, ImageBody, RoomName, Seq};
use tertulia::wire::{
    Answer, Bye, ByeCode, Code, Data, Event, Joined, Members, Page, Refusal, Request, RoomEntry, Rooms, ServerFrame,
    Signal, Welcome,
};

use crate::evil::{ESCAPES, Evil, Victim, event, guest, joined, said, welcome};

/// Long enough for a slow machine; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn client(evil: &Evil, home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_client"));
    command.args(["127.0.0.1", &evil.address.port().to_string()]);
    command.env("TERTULIA_STATE_DIR", home.join("state")).env("TERTULIA_DOWNLOAD_DIR", home.join("downloads"));
    command.env("RUST_LOG", "trace").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn spelled(word: &str) -> String {
    format!("{word}{ESCAPES}\nanother line: {word}")
}

fn bodies() -> Vec<Body> {
    let (mime, sha256) = (spelled("mime"), Digest([7; 32]));
    vec![
        Body::Text(spelled("text")),
        Body::File(FileBody { name: spelled("../../file"), size: 1, mime: mime.clone(), sha256 }),
        Body::Image(ImageBody { name: spelled("/image"), size: 1, mime, sha256, width: u32::MAX, height: 0 }),
        Body::Edit { of: Seq(1), text: spelled("edit") },
        Body::React { of: Seq(1), emoji: spelled("emoji"), on: true },
        Body::Topic(spelled("topic")),
        Body::Delete { of: Seq(2) },
        Body::Gone {},
    ]
}

/// A whole conversation in which every word is poisoned.
pub(crate) fn poison(victim: &mut Victim) {
    let mut pages = 0;
    while let Some((id, request)) = victim.request() {
        match request {
            Request::Join(_) => poisoned_room(victim, id),
            Request::Say(_) => victim.send(&refused(id, "refused")),
            Request::Quit => return victim.send(&bye(ByeCode::Quit)),
            Request::History(_) => {
                pages += 1;
                victim.answer(id, Answer::Page(poisoned_page(pages)));
            }
            request => match poisoned_answer(&request) {
                Some(answer) => victim.answer(id, answer),
                None => victim.send(&refused(id, "error")),
            },
        }
    }
}

fn refused(id: u32, word: &str) -> ServerFrame {
    ServerFrame::Error((id, Refusal::new(Code::BadRequest, spelled(word))))
}

fn bye(code: ByeCode) -> ServerFrame {
    ServerFrame::Bye(Bye { code, message: spelled("bye").into() })
}

fn poisoned_answer(request: &Request) -> Option<Answer> {
    let (room, topic) = (spelled("lobby"), spelled("topic"));
    Some(match request {
        Request::Hello(_) => {
            let (server, user) = (spelled("server"), guest(&spelled("oneself")));
            Answer::Welcome(Welcome { server, user, ..welcome() })
        }
        Request::Rooms(_) => {
            let rooms = vec![RoomEntry { room, topic, members: 1, head: Seq(1) }];
            Answer::Rooms(Rooms { rooms, more: false })
        }
        Request::Members(_) => Answer::Members(Members { members: vec![guest(&spelled("member"))], more: false }),
        Request::Register(_) => Answer::User(guest(&spelled("handle"))),
        Request::Ping => Answer::Pong,
        _ => return None,
    })
}

/// The first is a whole one, the next the beginning of the log.
fn poisoned_page(number: usize) -> Page {
    let events = bodies().into_iter().zip(1..).map(|(body, seq)| event(seq, body));
    let events = if number == 1 { events.collect() } else { Vec::new() };
    Page { room: spelled("lobby"), first: Seq(1), head: Seq(9), events }
}

fn poisoned_room(victim: &mut Victim, id: u32) {
    victim.answer(id, Answer::Joined(Joined { topic: spelled("topic"), ..joined(0) }));
    for (body, seq) in bodies().into_iter().zip(1..) {
        let author = guest(&spelled("author"));
        victim.send(&ServerFrame::Event(Event { author, reply_to: Some(Seq(1)), ..event(seq, body) }));
    }
    let (room, user) = ("lobby".to_owned(), guest(&spelled("who")));
    for signal in [
        Signal::Typing { room: spelled("lobby"), user: user.clone() },
        Signal::Presence { room: room.clone(), user: user.clone(), here: true },
        Signal::Renamed { room, from: user.clone(), to: user },
    ] {
        victim.send(&ServerFrame::Signal(signal));
    }
}

fn assert_harmless(shown: &str) {
    let obeyed = |c: &char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{200b}' | '\u{2028}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0041}')
    };
    assert_eq!(shown.chars().find(obeyed), None, "{shown:?}");
    // a second line of a text is indented, so that it passes for nobody's
    assert!(!shown.lines().any(|line| line.starts_with("another line")), "{shown}");
}

#[test]
fn nothing_raw_reaches_a_scripts_output() {
    let home = tempfile::tempdir().expect("a directory");
    let evil = Evil::new(|_, victim| poison(victim));
    let mut child = client(&evil, home.path()).spawn().expect("it starts");
    let commands = b"hello\n.rooms\n.who\n.history 9\n.register ann\n.save 2\n.save 3\n.topic x\n.quit\n";
    child.stdin.take().expect("piped").write_all(commands).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let (shown, faults) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
    let (shown, faults) = (shown.expect("UTF-8"), faults.expect("UTF-8"));
    assert_harmless(&shown);
    assert_harmless(&faults);
    for word in ["text", "author", "member", "handle"] {
        assert!(shown.contains(&format!("{word}␛]0;pwn␇")), "{word} is marked: {shown}\n{faults}");
    }
    assert!(faults.contains("refused␛]0;pwn␇"), "{faults}");
}

#[test]
fn no_last_word_reaches_the_screen_raw() {
    for code in [ByeCode::Denied, ByeCode::Replaced, ByeCode::UnsupportedProtocol, ByeCode::Quit] {
        let home = tempfile::tempdir().expect("a directory");
        let evil = Evil::new(move |_, victim| {
            victim.request();
            victim.send(&bye(code));
        });
        let output = client(&evil, home.path()).output().expect("it ends");
        let shown = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
        assert!(!output.status.success() && shown.contains("bye␛]0;pwn␇"), "{shown:?}");
        assert_harmless(&shown);
    }
}

/// Sends a picture of that name, and then these bytes instead of, or as, its content.
fn serve_file(victim: &mut Victim, name: &str, content: &'static [u8], sent: &'static [u8]) {
    let sha256 = Digest(Sha256::digest(content).into());
    let file = FileBody { name: name.into(), size: content.len() as u64, mime: "text/plain".into(), sha256 };
    while let Some((id, request)) = victim.request() {
        match request {
            Request::Hello(_) => victim.answer(id, Answer::Welcome(welcome())),
            Request::Join(_) => {
                victim.answer(id, Answer::Joined(joined(0)));
                victim.send(&ServerFrame::Event(event(1, Body::File(file.clone()))));
            }
            Request::Fetch(fetch) => {
                let data = sent.get(usize::try_from(fetch.offset).unwrap()..).unwrap_or_default().to_vec();
                victim.answer(id, Answer::Data(Data { offset: fetch.offset, size: content.len() as u64, data }));
            }
            Request::Ping => victim.answer(id, Answer::Pong),
            Request::Say(_) => victim.answer(id, said(2)),
            _ => return,
        }
    }
}

/// What the client tells of a file, and all files below the folder for downloads.
fn save(name: &'static str, content: &'static [u8], sent: &'static [u8]) -> (String, Vec<String>) {
    let home = tempfile::tempdir().expect("a directory");
    let evil = Evil::new(move |_, victim| serve_file(victim, name, content, sent));
    let mut child = client(&evil, home.path()).spawn().expect("it starts");
    let lines = lines_of(&mut child);
    let mut shown = String::new();
    // the file is told of, and then what became of it
    while !shown.lines().any(|line| line.contains("saved ") || line.starts_with("* ") && line.contains("not ")) {
        shown += &lines.recv_timeout(PATIENCE).unwrap_or_else(|error| panic!("{name:?}: {error} after {shown}"));
        shown += "\n";
    }
    child.kill().expect("ours");
    child.wait().expect("it ends");
    assert_harmless(&shown);
    (shown, files_below(home.path(), "downloads"))
}

/// The lines of both outputs, as they come.
fn lines_of(child: &mut Child) -> mpsc::Receiver<String> {
    let (to, lines) = mpsc::sync_channel(16);
    let outputs: [Box<dyn Read + Send>; 2] =
        [Box::new(child.stdout.take().expect("piped")), Box::new(child.stderr.take().expect("piped"))];
    for output in outputs {
        let to = to.clone();
        thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            lines.for_each(|line| drop(to.send(line)));
        });
    }
    lines
}

/// Paths below a folder of the test's directory.
fn files_below(home: &Path, folder: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(home.join(folder)) else { return Vec::new() };
    let below = entries.flat_map(|entry| {
        let entry = entry.expect("an entry");
        let path = format!("{folder}/{}", entry.file_name().into_string().expect("UTF-8"));
        if entry.path().is_dir() { files_below(home, &path) } else { vec![path] }
    });
    below.collect()
}

#[test]
fn a_file_is_kept_below_the_folder_for_downloads_or_not_at_all() {
    for name in ["../../../x", "/etc/cron.d/x", "C:\\x", "..", ".", ".bashrc", "a\0b", ESCAPES, "-rf", "CON"] {
        let (shown, files) = save(name, b"good", b"good");
        assert_eq!(files.len(), 1, "{name:?}: {files:?} {shown}");
        assert!(files[0].starts_with("downloads/files/") && !files[0].contains("/."), "{name:?}: {files:?}");
    }
}

#[test]
fn a_file_that_is_not_as_announced_leaves_nothing_behind() {
    let table: [(&[u8], &[u8]); 4] =
        [(b"good", b"evil"), (b"good", b"good and more"), (b"good", b""), (b"good", b"go")];
    for (content, sent) in table {
        let (shown, files) = save("x.txt", content, sent);
        assert!(files.is_empty() && shown.contains("was not saved"), "{sent:?}: {files:?} {shown}");
    }
}

#[test]
fn a_room_that_the_server_renames_is_shown_with_marks() {
    let home = tempfile::tempdir().expect("a directory");
    let evil = Evil::new(|_, victim| {
        while let Some((id, request)) = victim.request() {
            let room = spelled("lobby");
            match request {
                Request::Hello(_) => victim.answer(id, Answer::Welcome(welcome())),
                Request::Join(_) => {
                    victim.answer(id, Answer::Joined(Joined { room: room.clone(), ..joined(0) }));
                    let event = Event { room: RoomName::from_store(&room), ..event(1, Body::Text("hi".into())) };
                    victim.send(&ServerFrame::Event(event));
                }
                Request::Quit => return,
                _ => victim.answer(id, Answer::Ok),
            }
        }
    });
    let mut child = client(&evil, home.path()).spawn().expect("it starts");
    child.stdin.take().expect("piped").write_all(b".rooms\n.quit\n").expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert_harmless(&String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8"));
}
