//! How fast the full screen is: `just screen-speed` measures what docs/client.md says. Times are from outside, from a key
//! that is written to the pseudo terminal until what it does is on its cells.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tertulia::model::Body;
use tertulia::wire::ServerFrame;

use crate::common::{Peer, TestServer};
use crate::person::Person;

const ROOMS: usize = 200;
const STORM: u64 = 5_000;
const LONG: u64 = 100_000;

fn told(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)].as_secs_f64() * 1_000.0;
    println!("{what}: median {:.1} ms, p99 {:.1} ms, {} times", at(50), at(99), times.len());
}

/// From the key until the screen is so.
fn timed(person: &mut Person, key: &str, is_so: impl Fn(&str) -> bool) -> Duration {
    let begun = Instant::now();
    person.presses(key);
    person.waits_for(key, is_so);
    begun.elapsed()
}

#[test]
#[ignore = "measures: just screen-speed"]
fn start_with_200_rooms_and_rest() {
    let server = TestServer::start();
    let state = server.temporary_dir().join("state");
    let mut ann = Person::sit_down(&server);
    for number in 1..ROOMS {
        ann.types(&format!(".join room-{number}"));
        ann.sees(&format!("room-{number}, "));
    }
    ann.types(".join lobby");
    ann.sees("lobby, ");
    ann.types(".quit");
    assert_eq!(ann.leaves_the_terminal_as_it_was(), 0);
    let mut times = Vec::new();
    for _ in 0..20 {
        let begun = Instant::now();
        let mut ann = Person::start(server.address().port(), state.clone());
        ann.waits_for("a screen", |screen| screen.contains("connected") && screen.contains("lobby, 1 here"));
        ann.presses("x");
        ann.sees("› x");
        times.push(begun.elapsed());
        ann.presses("\x7f");
        ann.types(".quit");
        ann.leaves_the_terminal_as_it_was();
    }
    told("from start to a key on the screen, 200 rooms", times);
    let ann = Person::start(server.address().port(), state);
    ann.sees("connected");
    std::thread::park_timeout(Duration::from_secs(3));
    let before = ann.cpu_ticks();
    std::thread::park_timeout(Duration::from_secs(10));
    println!(
        "idle for 10 s in 200 rooms: {} ms of CPU, {} KiB resident",
        (ann.cpu_ticks() - before) * 10,
        ann.resident_kib()
    );
    ann.dies();
}

#[test]
#[ignore = "measures: just screen-speed"]
fn keys_while_events_storm() {
    let server = TestServer::start();
    let mut ann = Person::sit_down(&server);
    let (is_over, said) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let talkers: Vec<_> = (0..4)
        .map(|_| {
            let (mut peer, is_over, said) = (server.guest_in("lobby"), Arc::clone(&is_over), Arc::clone(&said));
            std::thread::spawn(move || storm(&mut peer, STORM / 4, &is_over, &said))
        })
        .collect();
    std::thread::park_timeout(Duration::from_secs(2));
    let (begun, before) = (Instant::now(), said.load(Ordering::SeqCst));
    let mut times = Vec::new();
    for round in 0..200_u64 {
        let letter = if round % 2 == 0 { "a" } else { "b" };
        times.push(timed(&mut ann, letter, |screen| screen.contains(&format!("› {letter}"))));
        timed(&mut ann, "\x7f", |screen| !screen.contains(&format!("› {letter}")));
        std::thread::park_timeout(Duration::from_millis(7 + (round * 13) % 20));
    }
    let rate = u128::from(said.load(Ordering::SeqCst) - before) * 1_000 / begun.elapsed().as_millis().max(1);
    is_over.store(true, Ordering::SeqCst);
    talkers.into_iter().for_each(|talker| talker.join().expect("it talks"));
    told(&format!("from a key to the screen, while {rate} events a second come"), times);
    println!("{} KiB resident", ann.resident_kib());
    ann.dies();
}

/// Says so much a second, and reads what comes of it.
fn storm(peer: &mut Peer, rate: u64, is_over: &AtomicBool, said: &AtomicU64) {
    let (begun, mut sent) = (Instant::now(), 0);
    while !is_over.load(Ordering::SeqCst) {
        let due = u64::try_from(begun.elapsed().as_millis()).expect("not so long") * rate / 1_000;
        let count = due.saturating_sub(sent).min(64);
        say_many(peer, "lobby", sent, count);
        sent += count;
        said.fetch_add(count, Ordering::SeqCst);
        std::thread::park_timeout(Duration::from_millis(4));
    }
}

fn say_many(peer: &mut Peer, room: &str, from: u64, count: u64) {
    for number in from..from + count {
        let say = peer.next_say(room, Body::Text(format!("line {number}.")));
        peer.send(&say);
    }
    // what others say is nothing to wait for, nor to keep
    let mut answers = 0;
    while answers < count {
        match peer.frame().expect("the server is there") {
            ServerFrame::Answer(_) => answers += 1,
            ServerFrame::Error((_, refusal)) => panic!("not said: {refusal:?}"),
            _ => {}
        }
    }
}

#[test]
#[ignore = "measures: just screen-speed"]
fn scrolling_in_100_and_in_100_000_messages() {
    for count in [100, LONG] {
        let server = TestServer::start();
        let mut writer = server.guest();
        writer.join("lobby", Some(0));
        for from in (0..count).step_by(100) {
            say_many(&mut writer, "lobby", from, 100);
        }
        let mut ann = Person::sit_down(&server);
        ann.sees(&format!("line {}.", count - 1));
        let mut times = Vec::new();
        for _ in 0..if count == LONG { 400 } else { 4 } {
            let before = ann.screen();
            times.push(timed(&mut ann, "\x1b[5~", |screen| screen != before));
        }
        told(&format!("a page up, {count} messages in the room"), times);
        println!("{} KiB resident", ann.resident_kib());
        ann.dies();
    }
}
