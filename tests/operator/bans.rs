//! Bans, revoked devices and removed users: who is out is told why, and nothing that they say gets in.

use std::net::SocketAddr;

use tertulia::model::Body;
use tertulia::wire::{Bye, ByeCode, Code, DeviceKey, Login, Register, Request, ServerFrame};

use super::common::peer;
use super::common::{Peer, ServerProcess, code, is_sound};
use super::{done, id, kept_out, refused, register};

/// Says one thing after the other, hundreds ahead of the answers, until it is told goodbye.
fn talk_until_bye(mut peer: Peer) -> Bye {
    let (mut nonce, mut answered) = (0, 0);
    loop {
        if nonce < answered + 500 {
            nonce += 1;
            let say = peer::say("lobby", u64::from(nonce), Body::Text("again".into()));
            peer.try_send_bytes(&peer::frame(nonce, &say));
            continue;
        }
        match peer.frame() {
            Some(ServerFrame::Bye(bye)) => return bye,
            Some(ServerFrame::Answer(_) | ServerFrame::Error(_)) => answered += 1,
            Some(_) => {}
            None => panic!("no goodbye"),
        }
    }
}

#[test]
fn nothing_of_who_was_banned_is_committed_after_the_command() {
    let home = tempfile::tempdir().expect("a directory");
    let server = ServerProcess::start_with(home.path(), "0", &["--rate", "0"]);
    let (mut ann, mut bea) = (Peer::guest(server.address), Peer::guest(server.address));
    register(&mut ann, "Ann");
    ann.join("lobby", None);
    bea.join("lobby", None);
    let key = ann.key();
    let talker = std::thread::spawn(move || talk_until_bye(ann));
    while bea.event().seq.0 < 1_000 {}
    let told = done(home.path(), &["user", "ban", "ann", "--for", "3d", "--reason", "too loud"]);
    let head = bea.history("lobby", None, None, 1).events[0].seq;
    assert!(told.starts_with("banned ann until "), "{told}");
    let bye = talker.join().expect("no panic");
    assert_eq!(bye.code, ByeCode::Denied);
    assert!(bye.message.starts_with("this handle is banned until 2"), "{}", bye.message);
    assert!(bye.message.ends_with("Z: too loud"), "{}", bye.message);
    assert_eq!(kept_out(Peer::connect(server.address), Some(key)), bye.message);
    assert_eq!(bea.history("lobby", None, None, 1).events[0].seq, head, "something slipped in");
}

/// Comes again and again, and says something each time that it is let in, until it is kept out for good.
fn come_again(server: SocketAddr, key: &DeviceKey) -> String {
    for nonce in 1.. {
        let mut peer = Peer::connect(server);
        let hello = peer.send(&peer::hello(Some(key.clone())));
        peer.try_send_bytes(&peer::frame(hello + 1, &peer::join("lobby", None)));
        peer.try_send_bytes(&peer::frame(hello + 2, &peer::say("lobby", nonce, Body::Text("again".into()))));
        while let Some(frame) = peer.frame() {
            match frame {
                ServerFrame::Error((id, refusal)) if id == hello => return refusal.message.to_string(),
                ServerFrame::Answer((id, _)) if id == hello + 2 => break,
                _ => {}
            }
        }
    }
    unreachable!("it comes again")
}

#[test]
fn who_comes_in_while_being_banned_is_not_forgotten() {
    let home = tempfile::tempdir().expect("a directory");
    let server = ServerProcess::start_with(home.path(), "0", &["--rate", "0"]);
    for _ in 0..5 {
        let mut bea = Peer::guest(server.address);
        bea.join("lobby", None);
        let comer = Peer::guest(server.address).key();
        let (address, key, device) = (server.address, comer.clone(), id(comer.id));
        let coming = std::thread::spawn(move || come_again(address, &key));
        bea.event();
        done(home.path(), &["device", "ban", &device]);
        let head = bea.history("lobby", None, None, 1).events[0].seq;
        assert_eq!(coming.join().expect("no panic"), "this device is banned for good");
        kept_out(Peer::connect(server.address), Some(comer));
        assert_eq!(bea.history("lobby", None, None, 1).events[0].seq, head, "something slipped in");
    }
}

#[test]
fn a_banned_handle_is_out_on_every_device_until_it_is_not() {
    let home = tempfile::tempdir().expect("a directory");
    let server = ServerProcess::start(home.path());
    let (mut ann, mut bea) = (Peer::guest(server.address), Peer::guest(server.address));
    register(&mut ann, "Corine");
    done(home.path(), &["user", "ban", "corine", "--reason", "too loud"]);
    let bye = ann.bye();
    let login = |password: &str| Request::Login(Login { handle: "Corine".into(), password: password.into() });
    let denied = bea.call(login("a long password")).expect_err("banned");
    assert_eq!((denied.code, &denied.message), (Code::Denied, &bye.message));
    let wrong = bea.call(login("another password")).expect_err("wrong");
    assert!(!wrong.message.contains("banned"), "only who knows the password hears of the ban: {wrong:?}");
    assert_eq!(done(home.path(), &["ban", "list"]), "handle  Corine  for good  too loud\n");
    assert!(done(home.path(), &["user", "list"]).contains("banned"));
    assert_eq!(done(home.path(), &["user", "unban", "CORINE"]), "CORINE is banned no more\n");
    assert_eq!(done(home.path(), &["ban", "list"]), "");
    assert_eq!(Peer::device(server.address, Some(ann.key())).user().name, "Corine");
}

#[test]
fn a_device_is_banned_or_revoked_whoever_it_belongs_to() {
    let home = tempfile::tempdir().expect("a directory");
    let server = ServerProcess::start(home.path());
    let (mut one, mut other) = (Peer::guest(server.address), Peer::guest(server.address));
    let device = id(one.key().id);
    done(home.path(), &["device", "ban", &device]);
    assert_eq!(one.bye().message, "this device is banned for good");
    assert_eq!(kept_out(Peer::connect(server.address), Some(one.key())), "this device is banned for good");
    done(home.path(), &["device", "unban", &device]);
    Peer::device(server.address, Some(one.key()));
    done(home.path(), &["device", "revoke", &id(other.key().id)]);
    assert_eq!(other.bye().code, ByeCode::Denied);
    kept_out(Peer::connect(server.address), Some(other.key()));
    for words in [["device", "ban", "999"], ["device", "revoke", "999"]] {
        assert_eq!(refused(home.path(), &words), "server: there is no device 999\n");
    }
    assert!(refused(home.path(), &["device", "unban", &device]).contains("is not banned"));
}

#[test]
fn a_network_is_banned_and_its_neighbour_is_not() {
    let home = tempfile::tempdir().expect("a directory");
    let server = ServerProcess::start(home.path());
    let mut near = Peer::guest(server.address);
    let mut far = Peer::connect_from([127, 0, 0, 2], server.address).welcomed(None);
    done(home.path(), &["network", "ban", "::ffff:127.0.0.2/128", "--reason", "a flood"]);
    assert_eq!(far.bye().message, "this address is banned for good: a flood");
    assert!(kept_out(Peer::connect_from([127, 0, 0, 2], server.address), None).contains("a flood"));
    assert!(kept_out(Peer::connect_from([127, 0, 0, 2], server.address), Some(near.key())).contains("a flood"));
    near.join("lobby", None);
    drop(Peer::guest(server.address));
    assert!(done(home.path(), &["ban", "list"]).contains("127.0.0.2/32"));
    done(home.path(), &["network", "unban", "127.0.0.2"]);
    Peer::connect_from([127, 0, 0, 2], server.address).welcomed(Some(far.key()));
    assert!(refused(home.path(), &["network", "ban", "127.0.0.0/33"]).contains("is no network"));
}

#[test]
fn who_hangs_up_at_once_is_kept_out_all_the_same() {
    let home = tempfile::tempdir().expect("a directory");
    let server = ServerProcess::start(home.path());
    done(home.path(), &["network", "ban", "127.0.0.2"]);
    for _ in 0..50 {
        let mut peer = Peer::connect_from([127, 0, 0, 2], server.address);
        peer.try_send_bytes(&peer::frame(1, &peer::hello(None)));
        // a socket that was reset does not know any more whose it was
        peer.reset();
    }
    // ids are given in order, and never twice
    let next = Peer::guest(server.address).key().id.0;
    assert_eq!(next, 1, "{} devices were made for who is banned", next - 1);
}

#[test]
fn nothing_of_a_banned_network_comes_later_also_if_it_has_hung_up() {
    let home = tempfile::tempdir().expect("a directory");
    let server = ServerProcess::start(home.path());
    let mut bea = Peer::guest(server.address);
    bea.join("lobby", None);
    let mut pack: Vec<Peer> =
        (0..20).map(|_| Peer::connect_from([127, 0, 0, 2], server.address).welcomed(None)).collect();
    pack.iter_mut().for_each(|peer| drop(peer.join("lobby", None)));
    let disk = rusqlite::Connection::open(home.path().join("tertulia.db")).expect("a database");
    disk.execute_batch("BEGIN IMMEDIATE").expect("the lock, for which the server waits");
    for peer in &mut pack {
        let says = (1..=100).flat_map(|n| peer::frame(9, &peer::say("lobby", n, Body::Text("again".into()))));
        peer.send_bytes(&says.collect::<Vec<u8>>());
    }
    bea.lives();
    pack.into_iter().for_each(Peer::reset);
    let path = home.path().to_owned();
    let ban = std::thread::spawn(move || done(&path, &["network", "ban", "127.0.0.2"]));
    bea.lives();
    disk.execute_batch("ROLLBACK").expect("it was held");
    ban.join().expect("no panic");
    let head = bea.history("lobby", None, None, 1).events.last().map_or(0, |event| event.seq.0);
    for later in 1..=5 {
        assert_eq!(bea.say("lobby", "quiet now").seq.0, head + later, "something slipped in");
    }
    assert!(head < 2_000, "all of it had come in before: nothing was tried");
}

#[test]
fn who_was_removed_is_gone_and_the_words_and_the_handle_stay() {
    let home = tempfile::tempdir().expect("a directory");
    let server = ServerProcess::start(home.path());
    let (mut ann, mut bea) = (Peer::guest(server.address), Peer::guest(server.address));
    register(&mut ann, "Ann");
    ann.join("lobby", None);
    let said = ann.say("lobby", "remember me");
    done(home.path(), &["user", "remove", "Ann"]);
    assert_eq!(ann.bye().message, "this user was removed");
    kept_out(Peer::connect(server.address), Some(ann.key()));
    assert!(bea.history("lobby", None, None, 9).events.iter().any(|event| event.seq == said.seq));
    let again = Request::Register(Register { handle: "Ann".into(), password: None });
    assert_eq!(code(bea.call(again)), Code::HandleTaken);
    let login = Request::Login(Login { handle: "Ann".into(), password: "a long password".into() });
    assert_eq!(code(bea.call(login)), Code::Denied);
    assert!(done(home.path(), &["user", "list"]).contains("removed 2"));
    assert_eq!(refused(home.path(), &["user", "ban", "Nobody"]), "server: nobody has the handle Nobody\n");
}

#[test]
fn a_stopped_server_is_operated_too() {
    let home = tempfile::tempdir().expect("a directory");
    let server = ServerProcess::start(home.path());
    let mut ann = Peer::guest(server.address);
    let (mut bea, guest, lost) =
        (Peer::guest(server.address), Peer::guest(server.address), Peer::guest(server.address));
    register(&mut ann, "Ann");
    register(&mut bea, "Bea");
    server.kill();
    assert!(home.path().join("control").exists(), "a killed server leaves its socket");
    done(home.path(), &["user", "ban", "Ann", "--until", "2999-12-31"]);
    done(home.path(), &["user", "remove", "Bea"]);
    done(home.path(), &["device", "ban", &id(guest.key().id)]);
    done(home.path(), &["device", "revoke", &id(lost.key().id)]);
    done(home.path(), &["network", "ban", "127.0.0.2"]);
    assert_eq!(done(home.path(), &["ban", "list"]).lines().count(), 3);
    is_sound(home.path());
    let server = ServerProcess::start(home.path());
    assert_eq!(
        kept_out(Peer::connect(server.address), Some(ann.key())),
        "this handle is banned until 2999-12-31T00:00:00Z"
    );
    for key in [bea.key(), guest.key(), lost.key()] {
        kept_out(Peer::connect(server.address), Some(key));
    }
    kept_out(Peer::connect_from([127, 0, 0, 2], server.address), None);
    server.terminate();
    assert!(server.wait().success());
    done(home.path(), &["user", "unban", "Ann"]);
    let server = ServerProcess::start(home.path());
    assert_eq!(Peer::device(server.address, Some(ann.key())).user().name, "Ann");
}
