//! Passwords under attack: many guesses at once, and a server that is killed between a claim and its answer.

mod common;

use common::{Peer, ServerProcess, TestServer, code};
use tertulia::wire::{Answer, Code, Login, Register, Request};

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
