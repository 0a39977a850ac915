//! Who claimed a handle has it, from each of their devices and from no other; a device that was lost is worth nothing.

mod common;

use std::fs;
use std::path::Path;
use std::time::Instant;

use common::{Peer, TestServer, code, peer};
use tertulia::model::{DeviceId, User};
use tertulia::wire::{
    Answer, ByeCode, Code, DeviceEntry, DevicesAfter, Login, Passwd, Refusal, Register, Request, Revoke,
};

const SECRET: &str = "correct horse battery";

fn register(handle: &str, password: Option<&str>) -> Request {
    Request::Register(Register { handle: handle.into(), password: password.map(Into::into) })
}

fn login(handle: &str, password: &str) -> Request {
    Request::Login(Login { handle: handle.into(), password: password.into() })
}

fn passwd(password: &str, old: Option<&str>) -> Request {
    Request::Passwd(Passwd { password: password.into(), old: old.map(Into::into) })
}

fn become_user(peer: &mut Peer, request: Request) -> User {
    match peer.call(request) {
        Ok(Answer::User(user)) => user,
        other => panic!("{other:?}"),
    }
}

fn devices(peer: &mut Peer) -> Vec<DeviceEntry> {
    match peer.call(Request::Devices(DevicesAfter { after: None })) {
        Ok(Answer::Devices(list)) => list.devices,
        other => panic!("{other:?}"),
    }
}

fn revoke(device: DeviceId) -> Request {
    Request::Revoke(Revoke { device })
}

#[test]
fn another_device_logs_in_and_stays_who_it_is() {
    let server = TestServer::start();
    let (mut ann, mut other) = (server.guest(), server.guest());
    let user = become_user(&mut ann, register("Ann", Some(SECRET)));
    assert_eq!(become_user(&mut ann, register("ann", Some("some other word"))), user, "the password stays");
    assert_eq!(become_user(&mut other, login("ANN", SECRET)), user);
    assert_eq!(become_user(&mut other, login("ann", "whatever it is")), user, "again, as it was answered before");
    let key = other.key();
    drop(other);
    let back = Peer::device(server.address(), Some(key));
    assert_eq!(back.welcome.as_ref().map(|welcome| &welcome.user), Some(&user));
}

#[test]
fn whatever_is_wrong_is_the_same_answer() {
    let server = TestServer::start();
    let (mut ann, mut bea, mut guest) = (server.guest(), server.guest(), server.guest());
    become_user(&mut ann, register("Ann", Some(SECRET)));
    become_user(&mut bea, register("Bea", None));
    let wrong: Vec<Refusal> = [login("Ann", "a wrong word"), login("Nobody", SECRET), login("Bea", SECRET)]
        .into_iter()
        .map(|request| guest.call(request).expect_err("it is refused"))
        .collect();
    let registered = bea.call(login("Ann", SECRET)).expect_err("it has another handle");
    assert!(wrong.iter().all(|refusal| *refusal == registered), "{wrong:?} {registered:?}");
    assert_eq!(registered.code, Code::Denied);
    assert_eq!(code(guest.call(login("Ann", "short"))), Code::BadRequest);
    assert_eq!(code(guest.call(register("Cleo", Some(&"x".repeat(1_025))))), Code::TooLarge);
}

/// Without a hash it would take a hundredth. The shortest of a few, in turn, since a busy machine makes any of them longer.
#[test]
fn an_unknown_handle_takes_as_long_as_a_wrong_password() {
    let server = TestServer::start();
    let (mut ann, mut guest) = (server.guest(), server.guest());
    become_user(&mut ann, register("Ann", Some(SECRET)));
    guest.call(login("Nobody", SECRET)).expect_err("nobody's hash is made at the first need");
    let mut time = |handle: &str| {
        let begun = Instant::now();
        assert_eq!(code(guest.call(login(handle, "a wrong word"))), Code::Denied);
        begun.elapsed()
    };
    let (known, unknown): (Vec<_>, Vec<_>) = (0..5).map(|n| (time("Ann"), time(&format!("Somebody{n}")))).unzip();
    let (known, unknown) = (known.iter().min().expect("a few"), unknown.iter().min().expect("a few"));
    assert!(*unknown * 5 > *known && *known * 5 > *unknown, "{known:?} {unknown:?}");
}

#[test]
fn who_guesses_has_to_wait_and_the_owners_devices_do_not() {
    let server = TestServer::start_predictable();
    let (mut ann, mut guest) = (server.guest(), server.guest());
    let user = become_user(&mut ann, register("Ann", Some(SECRET)));
    let answers: Vec<Refusal> =
        (0..1_000).map(|n| guest.call(login("Ann", &format!("a wrong word {n}"))).expect_err("wrong")).collect();
    let (looked_at, told_to_wait): (Vec<_>, Vec<_>) = answers.iter().partition(|refusal| refusal.code == Code::Denied);
    assert_eq!((looked_at.len(), told_to_wait.len()), (5, 995));
    assert!(told_to_wait.iter().all(|refusal| refusal.code == Code::SlowDown && refusal.retry_after_ms == Some(1_000)));
    assert_eq!(code(guest.call(login("Ann", SECRET))), Code::SlowDown, "the right one after all");
    assert_eq!(become_user(&mut ann, login("Ann", SECRET)), user);
    assert_eq!(ann.call(passwd("another horse", Some(SECRET))), Ok(Answer::Ok));
}

#[test]
fn a_password_is_set_and_changed() {
    let server = TestServer::start();
    let (mut ann, mut other) = (server.guest(), server.guest());
    assert_eq!(code(ann.call(passwd(SECRET, None))), Code::Denied, "a guest");
    let user = become_user(&mut ann, register("Ann", None));
    assert_eq!(code(other.call(login("Ann", SECRET))), Code::Denied);
    assert_eq!(ann.call(passwd(SECRET, None)), Ok(Answer::Ok));
    assert_eq!(code(ann.call(passwd("another horse", None))), Code::Denied);
    assert_eq!(code(ann.call(passwd("another horse", Some("a wrong word")))), Code::Denied);
    assert_eq!(ann.call(passwd("another horse", Some(SECRET))), Ok(Answer::Ok));
    assert_eq!(code(other.call(login("Ann", SECRET))), Code::Denied);
    assert_eq!(become_user(&mut other, login("Ann", "another horse")), user);
    let codes: Vec<Code> = (0..9).map(|_| code(ann.call(passwd("third horse", Some("a wrong word"))))).collect();
    assert!(codes.ends_with(&[Code::SlowDown]) && codes.starts_with(&[Code::Denied]), "{codes:?}");
}

#[test]
fn a_revoked_device_is_cut_off_and_does_not_come_back() {
    let server = TestServer::start();
    let (mut ann, mut lost, mut stranger) = (server.guest(), server.guest(), server.guest());
    become_user(&mut ann, register("Ann", Some(SECRET)));
    become_user(&mut lost, login("Ann", SECRET));
    let (own, key) = (ann.key().id, lost.key());
    let listed: Vec<_> = devices(&mut ann).iter().map(|device| (device.id, device.here, device.this)).collect();
    assert_eq!(listed, [(own, true, true), (key.id, true, false)]);
    assert_eq!(devices(&mut stranger).len(), 1);
    assert_eq!(code(stranger.call(revoke(key.id))), Code::Denied);
    assert_eq!(code(ann.call(revoke(stranger.key().id))), Code::Denied);
    assert_eq!(ann.call(revoke(key.id)), Ok(Answer::Ok));
    assert_eq!(lost.bye().code, ByeCode::Denied);
    assert_eq!(code(server.connect().call(peer::hello(Some(key)))), Code::Denied);
    assert_eq!(devices(&mut ann).len(), 1);
    assert_eq!(ann.call(revoke(own)), Ok(Answer::Ok), "itself");
    assert_eq!(ann.bye().code, ByeCode::Denied);
}

#[test]
fn no_password_is_kept_as_it_was_typed() {
    let mut server = TestServer::start();
    let (mut ann, mut other) = (server.guest(), server.guest());
    become_user(&mut ann, register("Ann", Some(SECRET)));
    assert_eq!(ann.call(passwd("another horse", Some(SECRET))), Ok(Answer::Ok));
    become_user(&mut other, login("Ann", "another horse"));
    assert_eq!(code(server.guest().call(login("Ann", "a wrong word"))), Code::Denied);
    let running = files_in(server.data_dir());
    server.stop();
    let (mut bytes, mut is_hash_there) = (0, false);
    for kept in running.into_iter().chain(files_in(server.data_dir())) {
        let holds = |word: &str| kept.windows(word.len()).any(|part| part == word.as_bytes());
        for word in [SECRET, "another horse", "a wrong word"] {
            assert!(!holds(word), "{word}");
        }
        (bytes, is_hash_there) = (bytes + kept.len(), is_hash_there || holds("$argon2id$"));
    }
    assert!(is_hash_there, "it was looked for where it would be, in {bytes} bytes");
}

/// What all the files in a directory hold.
fn files_in(dir: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|path| if path.is_dir() { files_in(&path) } else { fs::read(&path).into_iter().collect() })
        .collect()
}
