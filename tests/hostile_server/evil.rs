//! A server that says whatever a test wants, to whoever comes, and is gone with the test.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tertulia::model::{Body, DeviceId, LogId, RoomName, Seq, Timestamp, User, UserId};
use tertulia::wire::{
    Answer, DeviceKey, Event, Joined, Limits, Request, Said, ServerFrame, Welcome, decode_request, encode_frame,
};

/// A title, a link, a colour, pasted text, another line, letters that run backwards or cannot be seen: all that a
/// terminal would obey or that would mislead who looks at it.
pub(crate) const ESCAPES: &str = "\x1b]0;pwn\x07\x1b]8;;http://e\x1b\\x\x1b[31m\x1b[2J\x1b[200~\r\u{9b}2J\u{202e}\u{2066}\u{200b}\u{2028}\u{e0041}\0\x7f";

pub(crate) struct Evil {
    pub(crate) address: SocketAddr,
}

impl Evil {
    /// Plays the script with each connection, which it is told the number of.
    pub(crate) fn new(script: impl Fn(usize, &mut Victim) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        let script = Arc::new(script);
        // both kinds of threads end with the test's process, or with the client
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let (script, mut victim) = (Arc::clone(&script), Victim { stream: stream.expect("a connection") });
                thread::spawn(move || script(number, &mut victim));
            }
        });
        Self { address }
    }
}

/// A client that has come.
pub(crate) struct Victim {
    stream: TcpStream,
}

impl Victim {
    /// What it asks for next; none once it is gone.
    pub(crate) fn request(&mut self) -> Option<(u32, Request)> {
        let mut header = [0; 4];
        self.stream.read_exact(&mut header).ok()?;
        let mut frame = vec![0; u32::from_be_bytes(header) as usize];
        self.stream.read_exact(&mut frame).ok()?;
        let (id, request) = decode_request(&frame).expect("our client sends frames");
        Some((id, request.expect("our client sends requests")))
    }

    /// Whether these bytes could still be sent.
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// Sends bytes to whoever may have gone.
    pub(crate) fn send_bytes_unheard(&mut self, bytes: &[u8]) {
        let _ = self.send_bytes(bytes);
    }

    /// Waits for a tenth of a second, unless the client says something or goes.
    pub(crate) fn pause(&mut self) {
        self.stream.set_read_timeout(Some(Duration::from_millis(100))).expect("a timeout");
        let _ = self.stream.peek(&mut [0]);
    }

    /// The same as [`Self::send_bytes`], but for a client that has not read for two seconds.
    pub(crate) fn send_bytes_soon(&mut self, bytes: &[u8]) -> bool {
        self.stream.set_write_timeout(Some(Duration::from_secs(2))).expect("a timeout");
        self.send_bytes(bytes)
    }

    /// Sends a frame that the client may not want any more.
    pub(crate) fn send(&mut self, frame: &ServerFrame) {
        self.send_bytes_unheard(&encode_frame(frame));
    }

    pub(crate) fn answer(&mut self, id: u32, answer: Answer) {
        self.send(&ServerFrame::Answer((id, answer)));
    }

    /// Sends these bytes as a frame, whatever they are.
    pub(crate) fn send_framed(&mut self, content: &[u8]) {
        let length = u32::try_from(content.len()).expect("small");
        self.send_bytes_unheard(&[&length.to_be_bytes(), content].concat());
    }

    /// Answers a `hello`, a `ping` and a `join` as a server does; returns the first other request.
    pub(crate) fn decent_until_asked(&mut self, welcome: &Welcome, head: u64) -> Option<(u32, Request)> {
        loop {
            let (id, request) = self.request()?;
            match request {
                Request::Hello(_) => self.answer(id, Answer::Welcome(welcome.clone())),
                Request::Ping => self.answer(id, Answer::Pong),
                Request::Join(_) => self.answer(id, Answer::Joined(joined(head))),
                request => return Some((id, request)),
            }
        }
    }

    /// Sends the same for ever, until the client hangs up.
    pub(crate) fn flood(&mut self, bytes: &[u8]) {
        while self.send_bytes(bytes) {}
    }
}

pub(crate) fn guest(name: &str) -> User {
    User { id: UserId::ANONYMOUS, name: name.into(), guest: true }
}

pub(crate) fn welcome() -> Welcome {
    Welcome {
        protocol: 1,
        server: "evil".into(),
        device: DeviceKey { id: DeviceId(7), secret: vec![1; 16] },
        user: guest("guest-x3k9"),
        limits: Limits { frame: 131_072, text: 16_384, file: 1 << 30, chunk: 65_536, rate: 20, idle: 300 },
        at: Timestamp(0),
    }
}

pub(crate) fn joined(head: u64) -> Joined {
    Joined {
        room: "lobby".into(),
        log: LogId(5),
        topic: String::new(),
        first: Seq(1),
        head: Seq(head),
        members: 1,
        read: None,
    }
}

pub(crate) fn event(seq: u64, body: Body) -> Event {
    let (room, author) = (RoomName::from_store("lobby"), guest("guest-e4il"));
    Event { room, seq: Seq(seq), at: Timestamp(1_790_000_000_000 + seq), author, body, reply_to: None }
}

pub(crate) fn text(seq: u64) -> ServerFrame {
    ServerFrame::Event(event(seq, Body::Text(format!("number {seq}"))))
}

pub(crate) fn said(seq: u64) -> Answer {
    Answer::Said(Said { room: "lobby".into(), seq: Seq(seq), at: Timestamp(seq) })
}
