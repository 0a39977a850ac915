//! What is typed, what arrives meanwhile, and what is on the screen then.

use std::time::{Duration, Instant};

use tertulia::model::{Body, Seq};
use tertulia::wire::{Answer, History, Request};

use crate::common::{TestServer, text};
use crate::person::{Person, waits_until};

fn all_of(server: &TestServer, room: &str) -> Vec<String> {
    let mut reader = server.guest_in("reading");
    let all = History { room: room.into(), before: None, after: Some(Seq(0)), limit: 100 };
    let Ok(Answer::Page(page)) = reader.call(Request::History(all)) else { panic!("no page") };
    page.events.iter().filter(|event| matches!(event.body, Body::Text(_))).map(|event| text(event).to_owned()).collect()
}

/// The number of the first line that can be seen.
fn top(screen: &str) -> u32 {
    let number = |row: &str| row.split_once("line ")?.1.split_once('.')?.0.parse().ok();
    screen.lines().find_map(number).unwrap_or(u32::MAX)
}

#[test]
fn two_people_talk() {
    let server = TestServer::start();
    let (mut ann, mut ben) = (Person::sit_down(&server), Person::sit_down(&server));
    ann.sees("lobby, 2 here");
    ann.types(".register Ann");
    ann.sees("a password for other devices (8 characters or more), or nothing");
    ann.types("");
    ann.sees("you are Ann now");
    ann.types("hello, is anybody here?");
    ben.sees("Ann");
    ben.sees("hello, is anybody here?");
    ben.types("/reply 1 I am");
    ann.sees("↱ Ann: hello, is anybody here?");
    ann.sees("I am");
    ben.types(".react 1 :tada:");
    ann.sees("🎉 1");
    ann.types(".edit 1 hello, all");
    ben.sees("hello, all (edited)");
    ann.types(".delete 1");
    ben.sees("(deleted)");
    ben.types("/quit");
    ann.sees("lobby, 1 here");
    assert_eq!(ben.leaves_the_terminal_as_it_was(), 0);
    ann.presses("\x04");
    assert_eq!(ann.leaves_the_terminal_as_it_was(), 0);
}

#[test]
fn a_line_that_arrives_leaves_the_one_being_typed_whole() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let mut ben = Person::sit_down(&server);
    ben.presses("half a line");
    ben.sees("› half a line");
    ann.say("lobby", "meanwhile");
    ben.sees("meanwhile");
    ben.types(" and the rest");
    ben.sees_no_more("› half");
    // until then the server does not have it
    ben.sees("#2");
    assert_eq!(all_of(&server, "lobby"), ["meanwhile", "half a line and the rest"]);
}

#[test]
fn a_long_past_is_scrolled_through_and_comes_back_at_once() {
    let server = TestServer::start();
    let mut writer = server.guest_in("lobby");
    for number in 1..=700 {
        writer.say("lobby", &format!("line {number}."));
    }
    let mut ann = Person::sit_down(&server);
    ann.sees("line 700.");
    for _ in 0..60 {
        let before = top(&ann.screen());
        if before == 1 {
            break;
        }
        ann.presses("\x1b[5~");
        ann.waits_for("something older", |screen| top(screen) < before);
    }
    ann.sees("line 1.");
    writer.say("lobby", "something new");
    ann.sees("↓ 1 new");
    ann.presses("\x1b[1;3F");
    ann.sees("something new");
    ann.sees_no_more("↓ 1 new");
}

#[test]
fn a_server_that_comes_back_hears_once_what_was_typed_meanwhile() {
    let mut server = TestServer::start();
    let mut ann = Person::sit_down(&server);
    server.stop();
    ann.sees("offline");
    ann.types("one");
    ann.types("two");
    ann.sees("sending 2");
    server.restart();
    ann.sees("connected");
    ann.sees_no_more("sending");
    assert_eq!(all_of(&server, "lobby"), ["one", "two"]);
}

#[test]
fn any_size_is_one() {
    let server = TestServer::start();
    let mut ann = Person::sit_down(&server);
    ann.types("hello");
    ann.sees("#1");
    for (columns, rows) in [(40, 10), (200, 60), (20, 5), (1, 1), (80, 24)] {
        ann.resizes(columns, rows);
    }
    ann.sees("hello");
    ann.sees("› ");
    ann.types("still here");
    ann.sees("#2");
}

#[test]
fn a_picture_that_is_dropped_is_sent_and_shown() {
    let server = TestServer::start();
    let path = server.temporary_dir().join("a red one.png");
    image::RgbImage::from_pixel(64, 32, image::Rgb([255, 0, 0])).save(&path).expect("a picture");
    let (mut ann, ben) = (Person::sit_down(&server), Person::sit_down(&server));
    ben.sees("(second client) · connected");
    ann.presses(&format!("\x1b[200~'{}'\x1b[201~", path.display()));
    ann.sees("send a red one.png");
    let asked = Instant::now();
    waits_until("somebody can have read that", || asked.elapsed() > Duration::from_millis(600));
    ann.presses("\r");
    for person in [&ann, &ben] {
        person.sees("[image] a red one.png (64×32");
        person.sees("▀▀▀▀");
    }
    ann.sees_no_more("a red one.png'");
}

/// Terminals count such letters otherwise than we do; a row that has them is written anew, each part at its place.
#[test]
fn a_letter_that_terminals_count_otherwise_shifts_nothing() {
    let server = TestServer::start();
    let mut ann = Person::sit_down(&server);
    ann.types("नमस्ते 🇩🇪 end");
    ann.sees("#1");
    ann.presses("नमस्ते");
    ann.sees("› नम");
    let before = ann.raw().len();
    ann.presses("\x15");
    ann.sees_no_more("› नम");
    let raw = ann.raw();
    let mended = String::from_utf8_lossy(&raw[before..]).into_owned();
    assert!(mended.contains("\x1b[24;1H\x1b[2K"), "the line is cleared: {mended:?}");
    assert!(!mended.contains("end"), "other rows are left alone: {mended:?}");
}
