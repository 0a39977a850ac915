//! A closed room is read and not written.

use tertulia::model::Body;
use tertulia::wire::{Answer, Code, InRoom, Request};

use super::common::files::upload;
use super::common::{Peer, ServerProcess, code, peer};
use super::{done, refused};

#[test]
fn a_closed_room_is_read_and_takes_nothing_new() {
    let home = tempfile::tempdir().expect("a directory");
    let server = ServerProcess::start(home.path());
    let mut ann = Peer::guest(server.address);
    ann.join("lobby", None);
    let first = ann.said(peer::say("lobby", 500, Body::Text("first".into())));
    assert_eq!(refused(home.path(), &["room", "close", "hall"]), "server: there is no room hall\n");
    assert_eq!(done(home.path(), &["room", "list"]), "lobby  1\n");
    done(home.path(), &["room", "close", "Lobby"]);
    assert!(done(home.path(), &["room", "list"]).starts_with("lobby  1  closed 20"));
    for (nonce, body) in [
        (501, Body::Text("more".into())),
        (502, Body::Topic("x".into())),
        (503, Body::React { of: first.seq, emoji: "+".into(), on: true }),
        (504, Body::Edit { of: first.seq, text: "x".into() }),
        (505, Body::Delete { of: first.seq }),
    ] {
        let refusal = ann.call(peer::say("lobby", nonce, body)).expect_err("closed");
        assert_eq!((refusal.code, &*refusal.message), (Code::Denied, "this room is closed"));
    }
    assert_eq!(code(ann.call(Request::Upload(upload(506, "x.bin", b"x")))), Code::Denied);
    assert_eq!(ann.said(peer::say("lobby", 500, Body::Text("first".into()))), first, "said before");
    assert_eq!(ann.history("lobby", None, None, 9).events.len(), 1);
    assert_eq!(ann.call(Request::Typing(InRoom { room: "lobby".into() })), Ok(Answer::Ok));
    let mut bea = Peer::guest(server.address);
    assert_eq!(bea.join("lobby", Some(0)).head, first.seq, "whoever comes reads");
    server.terminate();
    assert!(server.wait().success());
    let server = ServerProcess::start(home.path());
    let mut ann = Peer::device(server.address, Some(ann.key()));
    ann.join("lobby", None);
    assert_eq!(code(ann.call(peer::say("lobby", 501, Body::Text("more".into())))), Code::Denied, "still closed");
    done(home.path(), &["room", "open", "lobby"]);
    assert_eq!(ann.said(peer::say("lobby", 501, Body::Text("more".into()))).seq.0, 2);
}

#[test]
fn a_stopped_servers_room_is_closed_too() {
    let home = tempfile::tempdir().expect("a directory");
    let server = ServerProcess::start(home.path());
    Peer::guest(server.address).join("lobby", None);
    server.kill();
    done(home.path(), &["room", "close", "lobby"]);
    let server = ServerProcess::start(home.path());
    let mut ann = Peer::guest(server.address);
    ann.join("lobby", None);
    assert_eq!(code(ann.call(peer::say("lobby", 1, Body::Text("x".into())))), Code::Denied);
}
