//! Whoever is in by TLS finds all as it is without: words, files, slow readers, what comes after a broken connection.

use std::io::Read;
use std::net::SocketAddr;
use std::thread;

use tertulia::app::CertificateFrom;
use tertulia::model::Body;
use tertulia::wire::{Answer, ByeCode, Request, ServerFrame};

use crate::common::files::upload;
use crate::common::peer::{self, frame};
use crate::common::{Line, Peer, ServerProcess, TestServer, is_sound, text};

pub(crate) fn server() -> TestServer {
    TestServer::start_with(|config| config.tls = Some(CertificateFrom::SelfSigned))
}

pub(crate) fn guest_in_lobby(address: SocketAddr) -> Peer {
    let mut peer = Peer::encrypted_guest(address);
    peer.join("lobby", None);
    peer
}

#[test]
fn people_talk_as_they_do_without() {
    let server = server();
    let (mut ann, mut ben) = (guest_in_lobby(server.address()), guest_in_lobby(server.address()));
    for n in 1..=50 {
        ann.say("lobby", &format!("word {n}"));
    }
    for (event, n) in ben.events(50).iter().zip(1..) {
        assert_eq!((event.seq.0, text(event)), (n, format!("word {n}").as_str()));
    }
    let long = "x".repeat(16_000);
    ben.say("lobby", &long);
    assert_eq!(text(&ann.events(51)[50]), long, "it is about as long as a record of TLS");
}

#[test]
fn an_older_tls_will_do() {
    let server = server();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let line = Line::encrypted_by(server.address(), &[version]).unwrap();
        Peer::over(line).welcomed(None).lives();
    }
}

#[test]
fn files_come_through_whole() {
    let server = server();
    let mut ann = guest_in_lobby(server.address());
    let content: Vec<u8> = (0..1_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let upload = upload(1_000, "numbers", &content);
    let said = ann.send_file(&upload, &content);
    let mut ben = guest_in_lobby(server.address());
    assert!(ben.fetch_all(said.seq) == content, "every byte");
}

#[test]
fn the_end_is_told_in_words_and_in_tls() {
    let server = server();
    let mut line = Line::encrypted(server.address()).unwrap();
    let (hello, quit) = (frame(1, &peer::hello(None)), frame(2, &Request::Quit));
    std::io::Write::write_all(&mut line, &[hello, quit].concat()).unwrap();
    let mut heard = Vec::new();
    // without a close_notify this would be an error
    line.read_to_end(&mut heard).expect("an end in order");
    let bye = ServerFrame::Bye(tertulia::wire::Bye { code: ByeCode::Quit, message: "good-bye".into() });
    assert!(heard.ends_with(&tertulia::wire::encode_frame(&bye)), "bye is the last word");

    let mut silent = Peer::encrypted_guest(server.address());
    silent.send_no_more();
    silent.ends_with(ByeCode::Quit);
}

#[test]
fn a_slow_reader_holds_nobody_up_and_loses_nothing() {
    const SAYS: u64 = 6_000;
    let server = server();
    let mut slow = Peer::encrypted_guest(server.address());
    slow.hold_little();
    slow.join("lobby", Some(0));
    let mut ann = guest_in_lobby(server.address());
    let address = server.address();
    let quick = thread::spawn(move || {
        let mut quick = Peer::encrypted_guest(address);
        quick.join("lobby", Some(0));
        quick.events(usize::try_from(SAYS).unwrap()).len()
    });
    for n in 1..=SAYS {
        let body = Body::Text(format!("{n} {}", "x".repeat(1_000)));
        ann.send_bytes(&frame(u32::try_from(n).unwrap(), &peer::say("lobby", n, body)));
        if n > 64 {
            assert!(ann.answer_to(u32::try_from(n - 64).unwrap()).is_ok());
        }
    }
    assert_eq!(quick.join().unwrap() as u64, SAYS);
    for n in 1..=SAYS {
        let event = slow.event();
        assert!(event.seq.0 == n && text(&event).starts_with(&format!("{n} ")), "{n} comes in its order");
    }
}

#[test]
fn one_who_comes_back_goes_on_where_it_was() {
    let server = server();
    let mut ann = guest_in_lobby(server.address());
    let mut ben = guest_in_lobby(server.address());
    ann.say("lobby", "first");
    assert_eq!(ben.event().seq.0, 1);
    let key = ben.key();
    ben.reset();
    ann.say("lobby", "second");
    let mut ben = Peer::over(Line::encrypted(server.address()).unwrap()).welcomed(Some(key));
    ben.join("lobby", Some(1));
    assert_eq!(text(&ben.event()), "second");
}

#[test]
fn what_was_acknowledged_outlives_a_kill_and_is_not_said_twice() {
    let dir = tempfile::tempdir().unwrap();
    let start = |port: &str| ServerProcess::start_with(dir.path(), port, &["--tls-self-signed"]);
    let mut server = start("0");
    let address = server.address;
    let mut fingerprint = None;
    let mut acknowledged = Vec::new();
    for round in 0..3_u64 {
        let mut ann = guest_in_lobby(address);
        let shown = ann.line().fingerprint();
        assert_eq!(fingerprint.replace(shown).unwrap_or(shown), shown, "it is kept over restarts");
        let says: Vec<Request> = (0..500).map(|n| peer::say("lobby", n, Body::Text(format!("{round} {n}")))).collect();
        for say in &says {
            ann.send(say);
        }
        let mut said = Vec::new();
        while said.len() < 20 {
            if let Some(ServerFrame::Answer((_, Answer::Said(answer)))) = ann.frame() {
                said.push(answer);
            }
        }
        server.kill();
        while let Some(frame) = ann.whole_frame() {
            if let ServerFrame::Answer((_, Answer::Said(answer))) = frame {
                said.push(answer);
            }
        }
        server = start(&address.port().to_string());
        let mut again = Peer::over(Line::encrypted(address).unwrap()).welcomed(Some(ann.key()));
        again.join("lobby", None);
        for (say, answer) in says.into_iter().zip(&said) {
            assert_eq!(&again.said(say), answer, "it is where it was");
        }
        acknowledged.extend(said);
    }
    assert!(acknowledged.windows(2).all(|two| two[0].seq < two[1].seq), "each has a place of its own");
    server.terminate();
    assert!(server.wait().success());
    is_sound(dir.path());
}
