//! Passwords and devices under attack: guesses from elsewhere and many at once, a stranger who has their own passwords
//! hashed, a lost device that talks on, and a server that is killed between a claim and its answer.

mod common;

use std::thread;

use common::{Peer, ServerProcess, TestServer, code, peer, text};
use tertulia::model::Body;
use tertulia::wire::{Answer, ByeCode, Code, Login, Register, Request, Revoke, ServerFrame};

const SECRET: &str = "correct horse battery";

fn register(password: &str) -> Request {
    Request::Register(Register { handle: "Ann".into(), password: Some(password.into()) })
}

fn login(password: &str) -> Request {
    Request::Login(Login { handle: "Ann".into(), password: password.into() })
}

#[test]
fn guesses_at_once_are_counted_each() {
    let server = TestServer::start_predictable();
    let mut ann = server.guest();
    assert!(ann.call(register(SECRET)).is_ok());
    let mut peers: Vec<Peer> = (0..40).map(|_| server.guest()).collect();
    let ids: Vec<u32> = peers.iter_mut().map(|peer| peer.send(&login("a wrong word"))).collect();
    let codes: Vec<Code> = peers.iter_mut().zip(ids).map(|(peer, id)| code(peer.answer_to(id))).collect();
    assert_eq!(codes.iter().filter(|code| **code == Code::Denied).count(), 5, "{codes:?}");
    assert!(codes.iter().all(|code| matches!(code, Code::Denied | Code::SlowDown)));
}

#[test]
fn a_claim_that_was_not_answered_is_made_again_and_has_one_password() {
    for pings in [0, 30, 300, 3_000] {
        let dir = tempfile::tempdir().expect("a directory");
        let server = ServerProcess::start(dir.path());
        let (mut ann, mut other) = (Peer::guest(server.address), Peer::guest(server.address));
        ann.send(&register(SECRET));
        (0..pings).for_each(|_| other.lives());
        server.kill();
        let server = ServerProcess::start(dir.path());
        let mut ann = Peer::device(server.address, Some(ann.key()));
        let Ok(Answer::User(user)) = ann.call(register("another horse")) else { panic!("after {pings} pings") };
        let right = [SECRET, "another horse"]
            .into_iter()
            .filter(|word| Peer::guest(server.address).call(login(word)) == Ok(Answer::User(user.clone())));
        assert_eq!(right.count(), 1, "after {pings} pings");
    }
}

#[test]
fn a_stranger_who_guesses_does_not_lock_the_owner_out() {
    let server = TestServer::start_predictable();
    let mut ann = server.guest();
    assert!(ann.call(register(SECRET)).is_ok());
    let mut stranger = server.guest();
    let codes: Vec<Code> = (0..50).map(|_| code(stranger.call(login("a wrong word")))).collect();
    assert_eq!(codes.last(), Some(&Code::SlowDown));
    assert_eq!(code(server.guest().call(login(SECRET))), Code::SlowDown, "another device at the same address");
    let mut owner = Peer::connect_from([127, 0, 0, 2], server.address()).welcomed(None);
    assert!(matches!(owner.call(login(SECRET)), Ok(Answer::User(user)) if user.name == "Ann"));
}

#[test]
fn a_stranger_who_has_passwords_hashed_does_not_lock_the_owner_out() {
    let server = TestServer::start();
    let mut ann = server.guest();
    assert!(ann.call(register(SECRET)).is_ok());
    let mut strangers: Vec<Peer> = (0..150).map(|_| server.guest()).collect();
    let claim = |n| Request::Register(Register { handle: format!("Bea{n}x"), password: Some(SECRET.into()) });
    let ids: Vec<u32> = strangers.iter_mut().enumerate().map(|(n, peer)| peer.send(&claim(n))).collect();
    let mut owner = Peer::connect_from([127, 0, 0, 2], server.address()).welcomed(None);
    assert!(owner.call(login(SECRET)).is_ok());
    let is_slowed = strangers.iter_mut().zip(ids).any(|(peer, id)| {
        peer.answer_to(id).is_err_and(|refusal| refusal.code == Code::SlowDown && refusal.retry_after_ms.is_some())
    });
    assert!(is_slowed, "there were too many from there");
}

/// Says things, as many at once as fit, until the connection ends or has gone on for far too long; returns whether `bye denied` was the last word.
fn talk_on(mut peer: Peer) -> bool {
    for batch in 0_u64..1_000 {
        let say = |n: u64| peer::frame(0, &peer::say("lobby", batch * 50 + n, Body::Text("lost".into())));
        peer.try_send_bytes(&(1..=50).flat_map(say).collect::<Vec<u8>>());
        let mut unanswered = 50;
        while unanswered > 0 {
            match peer.frame() {
                Some(ServerFrame::Answer(_) | ServerFrame::Error(_)) => unanswered -= 1,
                Some(ServerFrame::Bye(bye)) => return bye.code == ByeCode::Denied,
                Some(_) => {}
                None => return false,
            }
        }
    }
    false
}

#[test]
fn nothing_of_a_device_that_was_revoked_comes_later() {
    let server = TestServer::start();
    for round in 0..3 {
        let (mut ann, mut lost) = (server.guest(), server.guest());
        let handle = ["Ann", "Bea", "Cleo"][round];
        let claim = Register { handle: handle.into(), password: Some(SECRET.into()) };
        assert!(ann.call(Request::Register(claim)).is_ok());
        let login = Login { handle: handle.into(), password: SECRET.into() };
        assert!(lost.call(Request::Login(login)).is_ok());
        ann.join("lobby", None);
        lost.join("lobby", None);
        let device = lost.key().id;
        let talking = thread::spawn(move || talk_on(lost));
        for _ in 0..100 {
            ann.event();
        }
        assert_eq!(ann.call(Request::Revoke(Revoke { device })), Ok(Answer::Ok));
        let border = ann.say("lobby", "after").seq;
        assert!(talking.join().expect("no panic"), "it is told");
        let page = ann.history("lobby", Some(border.0), None, 100);
        assert!(page.events.iter().any(|event| text(event) == "lost"));
        ann.say("lobby", "and after");
        let later = ann.history("lobby", None, Some(border.0), 100);
        assert!(later.events.iter().all(|event| text(event) != "lost"), "{later:?}");
    }
}

#[test]
fn a_lost_device_is_turned_out_also_if_who_revoked_it_hangs_up() {
    let server = TestServer::start();
    let (mut ann, mut lost) = (server.guest(), server.guest());
    assert!(ann.call(register(SECRET)).is_ok());
    assert!(lost.call(login(SECRET)).is_ok());
    let key = ann.key();
    let disk = rusqlite::Connection::open(server.data_dir().join("tertulia.db")).expect("a database");
    disk.execute_batch("BEGIN IMMEDIATE").expect("the lock, for which the server waits");
    ann.send(&Request::Revoke(Revoke { device: lost.key().id }));
    let mut again = Peer::connect(server.address());
    again.send(&peer::hello(Some(key)));
    while ann.frame().is_some() {}
    drop(ann);
    // long enough for the session of the old connection to end before the lock is let go
    (0..200).for_each(|_| lost.lives());
    disk.execute_batch("ROLLBACK").expect("it was held");
    lost.ends_with(ByeCode::Denied);
}
