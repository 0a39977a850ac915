//! Those who do not come in by TLS, or come in by the other door: none of them holds up or harms the others.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use tertulia::app::CertificateFrom;
use tertulia::model::limits;
use tertulia::wire::ByeCode;

use crate::common::peer::{self, frame};
use crate::common::{Line, Peer, ServerProcess, TestServer};
use crate::conversation::{guest_in_lobby, server};

/// The first record of a handshake as a client sends it.
fn first_record(address: SocketAddr) -> Vec<u8> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let there = listener.local_addr().unwrap();
    let client = std::thread::spawn(move || Line::encrypted(there).err());
    let (mut stream, _) = listener.accept().unwrap();
    let mut record = vec![0; 5];
    stream.read_exact(&mut record).unwrap();
    let length = usize::from(u16::from_be_bytes([record[3], record[4]]));
    record.resize(5 + length, 0);
    stream.read_exact(&mut record[5..]).unwrap();
    drop(stream);
    assert!(client.join().unwrap().is_some(), "nothing but {address} answers");
    record
}

fn socket(address: SocketAddr) -> TcpStream {
    socket_from([127, 0, 0, 1], address)
}

fn socket_from(source: [u8; 4], address: SocketAddr) -> TcpStream {
    let stream = peer::socket_from(source, address);
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// What comes until the server hangs up.
fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "it hangs up in time"),
    }
    bytes
}

#[test]
fn one_who_speaks_without_tls_is_told_so_in_its_own_words() {
    let server = server();
    let mut stranger = server.connect();
    stranger.send(&peer::hello(None));
    let bye = stranger.bye();
    assert_eq!(bye.code, ByeCode::BadRequest);
    assert!(bye.message.contains("TLS"), "{}", bye.message);
    assert_eq!(stranger.frame(), None);
}

#[test]
fn one_who_speaks_tls_where_none_is_spoken_is_hung_up_on() {
    let server = TestServer::start();
    let error = Line::encrypted(server.address()).err().expect("no handshake");
    assert_eq!(error.kind(), ErrorKind::InvalidData, "{error}");
    server.guest().lives();
}

#[test]
fn nonsense_in_a_handshake_ends_it_and_nothing_else() {
    let server = server();
    let mut ann = guest_in_lobby(server.address());
    let hello = first_record(server.address());
    let mut flipped = hello.clone();
    flipped[60] ^= 0xff;
    let mut long = b"\x16\x03\x01\x40\x00\x01\x00\xff\xff".to_vec();
    long.resize(5 + 0x4000, 0x41);
    let table: [Vec<u8>; 9] = [
        b"GET / HTTP/1.1\r\nHost: chat\r\n\r\n".to_vec(),
        vec![0xff; 4_096],
        b"\x15\x03\x03\x00\x02\x02\x28".to_vec(),
        b"\x16\x03\x01\xff\xff".to_vec(),
        b"\x16\x03\x01\x00\x00".repeat(1_000),
        b"\x17\x03\x03\x00\x05hello".to_vec(),
        [&hello[..], &hello].concat(),
        [&flipped[..], &frame(1, &peer::hello(None))].concat(),
        long,
    ];
    for (number, bytes) in table.iter().enumerate() {
        let mut stranger = socket(server.address());
        drop(stranger.write_all(bytes));
        drop(stranger.shutdown(std::net::Shutdown::Write));
        let heard = rest(stranger);
        // it may answer and say in TLS what was wrong, and says nothing else
        assert!(heard.is_empty() || matches!(heard[0], 0x15 | 0x16), "{number}: {heard:?}");
        ann.lives();
    }
}

#[test]
fn nonsense_after_the_handshake_ends_the_connection_and_nothing_else() {
    let server = server();
    let mut ann = guest_in_lobby(server.address());
    let forged: [&[u8]; 4] = [
        b"\x17\x03\x03\x00\x20forged: not one byte is encrypted!",
        b"\x17\x03\x03\xff\xff",
        b"\x00\x00\x00\x04bare",
        b"\x15\x03\x03\x00\x02\x01\x00",
    ];
    for (number, bytes) in forged.iter().enumerate() {
        let mut ben = guest_in_lobby(server.address());
        let say = ben.next_say("lobby", tertulia::model::Body::Text(format!("before {number}")));
        ben.said(say);
        ben.line().socket().write_all(bytes).unwrap();
        let begun = Instant::now();
        while ben.whole_frame().is_some() {}
        assert!(begun.elapsed() < Duration::from_secs(10), "{number}: it was the server that ended it");
        ann.lives();
    }
    let said: Vec<String> = ann.events(4).iter().map(|event| crate::common::text(event).to_owned()).collect();
    assert_eq!(said, ["before 0", "before 1", "before 2", "before 3"]);
}

#[test]
fn half_a_handshake_costs_nobody_else_anything_and_ends_in_time() {
    let server = server();
    let hello = first_record(server.address());
    let begun = Instant::now();
    let half: Vec<TcpStream> = (0..200)
        .map(|number| {
            let mut stream = socket_from([127, 0, 0, 2 + u8::try_from(number % 4).unwrap()], server.address());
            // none, one byte, half of the record, all but one byte
            let sent = [0, 1, hello.len() / 2, hello.len() - 1][number / 4 % 4];
            stream.write_all(&hello[..sent]).unwrap();
            stream
        })
        .collect();
    let mut trickling = socket(server.address());
    let (mut ann, mut ben) = (guest_in_lobby(server.address()), guest_in_lobby(server.address()));
    for (n, byte) in hello.iter().enumerate() {
        if begun.elapsed() > limits::HANDSHAKE_TIMEOUT + Duration::from_secs(1) || n + 1 == hello.len() {
            break;
        }
        // each word takes its time, and so does the next byte
        drop(trickling.write_all(&[*byte]));
        ann.say("lobby", "still here");
        ben.event();
        if n % 50 == 0 {
            Peer::encrypted_guest(server.address()).lives();
        }
    }
    for stream in half.into_iter().chain([trickling]) {
        rest(stream);
    }
    let took = begun.elapsed();
    assert!(took >= limits::HANDSHAKE_TIMEOUT, "not before its time: {took:?}");
    assert!(took < limits::HANDSHAKE_TIMEOUT + Duration::from_secs(5), "{took:?}");
    ann.lives();
}

#[test]
fn one_address_cannot_take_all_handshakes() {
    let server = server();
    let stranger = [127, 0, 0, 2];
    let half: Vec<TcpStream> =
        (0..limits::HANDSHAKES_PER_NETWORK_MAX).map(|_| socket_from(stranger, server.address())).collect();
    assert_eq!(rest(socket_from(stranger, server.address())), b"", "one more is hung up on");
    Peer::encrypted_guest(server.address()).lives();
    drop(half);
    // whoever goes makes room
    let first_byte = |mut stream: TcpStream| {
        drop(stream.write_all(&first_record(server.address())));
        matches!(stream.read(&mut [0]), Ok(1))
    };
    while !first_byte(socket_from(stranger, server.address())) {}
}

#[test]
fn whoever_is_turned_away_from_a_full_server_hears_nothing_but_the_end() {
    let server = TestServer::start_with(|config| {
        config.tls = Some(CertificateFrom::SelfSigned);
        config.connections_max = 2;
    });
    let mut ann = guest_in_lobby(server.address());
    let half = socket(server.address());
    assert_eq!(rest(socket(server.address())), b"", "a handshake that is under way counts, too");
    drop(half);
    ann.lives();
}

#[test]
fn the_second_door_has_no_tls_and_leads_to_the_same_room() {
    let dir = tempfile::tempdir().unwrap();
    let plain = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let options = ["--tls-self-signed", "--plain", &plain.to_string()];
    let mut server = ServerProcess::start_with(dir.path(), "0", &options);
    assert_eq!(server.line(), format!("listening without TLS on {plain}"));
    let mut ann = guest_in_lobby(server.address);
    let fingerprint = ann.line().fingerprint().unwrap();
    assert_eq!(server.line(), format!("the fingerprint of the certificate is {fingerprint}"));
    let mut ben = Peer::guest(plain);
    ben.join("lobby", None);
    ann.say("lobby", "through the wall");
    assert_eq!(crate::common::text(&ben.event()), "through the wall");
}
