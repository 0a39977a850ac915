//! SIGTERM in the middle of a flood: whatever was committed is answered, to everybody who listens to the end.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use tertulia::model::{Body, Seq};
use tertulia::wire::{self, Answer, ByeCode, ServerFrame};

use super::common::peer::{frame, hello, join, say};
use super::common::{Peer, ServerProcess, is_sound};

const CLIENTS: u64 = 6;
const ROOMS: u64 = 2;
/// Answers that the flood gets before the signal.
const ANSWERS_BEFORE: usize = 2_000;

/// What became of one client's says: by nonce, where each stands that was answered so.
type Answered = HashMap<u32, Seq>;

fn room_of(client: u64) -> String {
    format!("room-{}", client % ROOMS)
}

/// Says as much as the socket takes until it takes nothing more. Each request's id is its nonce.
fn flood(client: u64, mut stream: TcpStream) {
    for nonce in 3.. {
        let body = Body::Text(format!("{client} {nonce}"));
        if stream.write_all(&frame(nonce, &say(&room_of(client), nonce.into(), body))).is_err() {
            return;
        }
    }
}

/// Listens to the very end.
fn listen(mut stream: TcpStream, progress: &SyncSender<()>) -> Answered {
    let (mut answered, mut last) = (Answered::new(), None);
    while let Some(frame) = next_frame(&mut stream) {
        if let ServerFrame::Answer((id, Answer::Said(said))) = &frame {
            assert_eq!(answered.insert(*id, said.seq), None, "answered twice");
            progress.try_send(()).ok();
        }
        last = Some(frame);
    }
    let Some(ServerFrame::Bye(bye)) = last else { panic!("the last frame is no bye: {last:?}") };
    assert_eq!(bye.code, ByeCode::Shutdown);
    answered
}

fn next_frame(stream: &mut TcpStream) -> Option<ServerFrame> {
    let mut header = [0; 4];
    stream.read_exact(&mut header).ok()?;
    let mut frame = vec![0; u32::from_be_bytes(header) as usize];
    stream.read_exact(&mut frame).expect("a frame is sent whole");
    Some(wire::decode_server_frame(&frame).expect("a frame of the protocol"))
}

fn start_client(server: &ServerProcess, client: u64, progress: SyncSender<()>) -> thread::JoinHandle<Answered> {
    let mut stream = TcpStream::connect(server.address).expect("the server listens");
    let greeting = [frame(1, &hello(None)), frame(2, &join(&room_of(client), None))].concat();
    stream.write_all(&greeting).expect("the server reads");
    let writer = stream.try_clone().expect("a second handle");
    thread::spawn(move || flood(client, writer));
    thread::spawn(move || listen(stream, &progress))
}

fn wait_for(answers: usize, progress: &Receiver<()>) {
    for _ in 0..answers {
        progress.recv().expect("the flood goes on");
    }
}

#[test]
fn whatever_was_committed_before_the_end_is_answered() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let server = ServerProcess::start(home.path());
    let (sender, progress) = sync_channel(ANSWERS_BEFORE);
    let clients: Vec<_> = (0..CLIENTS).map(|client| start_client(&server, client, sender.clone())).collect();
    wait_for(ANSWERS_BEFORE, &progress);
    server.terminate();
    let answered: Vec<Answered> = clients.into_iter().map(|client| client.join().expect("it hears bye")).collect();
    assert!(server.wait().success());
    is_sound(home.path());

    let server = ServerProcess::start(home.path());
    let mut reader = Peer::guest(server.address);
    let mut committed = 0;
    for room in 0..ROOMS {
        let head = reader.join(&room_of(room), Some(0)).head.0;
        for _ in 0..head {
            let event = reader.event();
            let Body::Text(text) = &event.body else { panic!("{event:?}") };
            let (client, nonce) = text.split_once(' ').expect("two numbers");
            let client: usize = client.parse().expect("a number");
            let told = answered[client].get(&nonce.parse().expect("a number"));
            assert_eq!(told, Some(&event.seq), "client {client} was not told of {nonce}");
            committed += 1;
        }
    }
    assert_eq!(committed, answered.iter().map(HashMap::len).sum::<usize>(), "answered, and not there");
}
