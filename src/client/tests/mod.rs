//! The client against a server that follows a script: it says what the test says, and hangs up where the test wants.

mod killed;
mod resume;
mod rules;
mod start;
mod transfers;

use std::time::Duration;

use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::codec::Framed;

use super::{Client, Happening, Happenings, Options, Retry};
use crate::model::{Body, Chance, DeviceId, LogId, Nonce, RoomName, Seq, Timestamp, User, UserId};
use crate::wire::{
    Answer, Bye, ByeCode, Code, DeviceKey, Event, FrameCodec, Hello, Join, Joined, Limits, Refusal, Request, Said, Say,
    ServerFrame, Welcome, decode_request, encode_frame,
};

/// A device that says `hello` without one gets this.
fn device() -> DeviceKey {
    DeviceKey { id: DeviceId(7), secret: vec![1; 16] }
}

fn guest() -> User {
    User { id: UserId::ANONYMOUS, name: "guest-x3k9".to_owned(), guest: true }
}

fn welcome() -> Welcome {
    Welcome {
        protocol: 1,
        server: "script".to_owned(),
        device: device(),
        user: guest(),
        limits: Limits { frame: 131_072, text: 16_384, file: 1_000_000, chunk: 1_000, rate: 20, idle: 300 },
        at: Timestamp(0),
    }
}

fn joined(head: u64) -> Joined {
    Joined {
        room: "lobby".to_owned(),
        log: LogId(5),
        topic: String::new(),
        first: Seq(1),
        head: Seq(head),
        members: 1,
        read: None,
    }
}

fn event(seq: u64) -> Event {
    Event {
        room: RoomName::from_store("lobby"),
        seq: Seq(seq),
        at: Timestamp(seq),
        author: guest(),
        body: Body::Text(format!("number {seq}")),
        reply_to: None,
    }
}

fn said(seq: u64) -> Said {
    Said { room: "lobby".to_owned(), seq: Seq(seq), at: Timestamp(seq) }
}

/// A server whose every word is in the test.
struct Script {
    listener: TcpListener,
}

impl Script {
    async fn new() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    fn address(&self) -> String {
        self.listener.local_addr().unwrap().to_string()
    }

    /// Connects a client, with pauses that a test does not notice.
    async fn client(&self) -> (Client, Happenings, Peer) {
        let retry = Retry { first: Duration::from_millis(1), longest: Duration::from_millis(4), ..Retry::default() };
        let options = Options { retry, chance: Some(Chance::seeded(1)), ..Options::default() };
        let address = self.address();
        let (client, (peer, _)) = tokio::join!(Client::connect(&address, options), self.welcomed());
        let (client, happenings) = client.unwrap();
        (client, happenings, peer)
    }

    async fn accept(&self) -> Peer {
        let (stream, _) = self.listener.accept().await.unwrap();
        Peer { frames: Framed::new(stream, FrameCodec::default()) }
    }

    async fn welcomed(&self) -> (Peer, Hello) {
        let mut peer = self.accept().await;
        let (id, Request::Hello(hello)) = peer.request().await else { panic!("hello comes first") };
        peer.answer(id, Answer::Welcome(welcome())).await;
        (peer, hello)
    }
}

/// One connection of the script. Dropping it cuts the cable.
struct Peer {
    frames: Framed<TcpStream, FrameCodec>,
}

impl Peer {
    async fn request(&mut self) -> (u32, Request) {
        let frame = self.frames.next().await.expect("the client is there").unwrap();
        let (id, request) = decode_request(&frame).unwrap();
        (id, request.unwrap())
    }

    async fn join(&mut self) -> (u32, Join) {
        let (id, request) = self.request().await;
        let Request::Join(join) = request else { panic!("{request:?} instead of join") };
        (id, join)
    }

    async fn say(&mut self) -> (u32, Say) {
        let (id, request) = self.request().await;
        let Request::Say(say) = request else { panic!("{request:?} instead of say") };
        (id, say)
    }

    async fn send(&mut self, frame: ServerFrame) {
        self.frames.get_mut().write_all(&encode_frame(&frame)).await.unwrap();
    }

    async fn answer(&mut self, id: u32, answer: Answer) {
        self.send(ServerFrame::Answer((id, answer))).await;
    }

    async fn refuse(&mut self, id: u32, code: Code) {
        let refusal = Refusal { retry_after_ms: Some(1), ..Refusal::new(code, "no") };
        self.send(ServerFrame::Error((id, refusal))).await;
    }

    async fn event(&mut self, seq: u64) {
        self.send(ServerFrame::Event(event(seq))).await;
    }

    async fn bye(&mut self, code: ByeCode) {
        self.send(ServerFrame::Bye(Bye { code, message: "enough".into() })).await;
    }

    /// Lets the client into the lobby, where the log goes up to `head`.
    async fn let_in(&mut self, head: u64) -> Join {
        let (id, join) = self.join().await;
        self.answer(id, Answer::Joined(joined(head))).await;
        join
    }
}

fn text(say: &Say) -> &str {
    let Body::Text(text) = &say.body else { panic!("a text") };
    text
}

/// The next events' seqs; anything else that happens is passed over.
async fn seqs(happenings: &mut Happenings, count: usize) -> Vec<u64> {
    let mut seqs = Vec::new();
    while seqs.len() < count {
        if let Happening::Event(event) = happenings.next().await.expect("more happens") {
            seqs.push(event.seq.0);
        }
    }
    seqs
}
