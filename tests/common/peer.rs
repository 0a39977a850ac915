//! A client that does what the script says and nothing else.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::line::Line;
use socket2::{Domain, Socket, Type};
use tertulia::model::{Body, Nonce, Seq, User, limits};
use tertulia::wire::{
    self, Answer, Bye, ByeCode, Code, DeviceKey, Event, Hello, History, InRoom, Join, Joined, Page, Refusal, Request,
    Said, Say, ServerFrame, Signal, Welcome,
};

/// Long enough for a slow machine; a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// What a request is answered with.
pub type Answered = Result<Answer, Refusal>;

pub struct Peer {
    stream: Line,
    /// Frames that came while another one was waited for.
    aside: VecDeque<ServerFrame>,
    last_id: u32,
    last_nonce: u64,
    pub welcome: Option<Welcome>,
}

impl Peer {
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_nodelay(true).expect("a socket");
        Self::over(Line::Plain(stream))
    }

    /// From another address of this machine.
    pub fn connect_from(source: [u8; 4], address: SocketAddr) -> Self {
        let socket = socket_from(source, address);
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        Self::over(Line::Plain(socket))
    }

    /// A peer that says what it says over this.
    pub fn over(stream: Line) -> Self {
        Self { stream, aside: VecDeque::new(), last_id: 0, last_nonce: 0, welcome: None }
    }

    pub fn guest(address: SocketAddr) -> Self {
        Self::device(address, None)
    }

    pub fn device(address: SocketAddr, device: Option<DeviceKey>) -> Self {
        Self::connect(address).welcomed(device)
    }

    /// Says hello, and is welcomed.
    pub fn welcomed(mut self, device: Option<DeviceKey>) -> Self {
        match self.call(hello(device)) {
            Ok(Answer::Welcome(welcome)) => self.welcome = Some(welcome),
            other => panic!("no welcome: {other:?}"),
        }
        self
    }

    /// What it speaks over.
    pub fn line(&self) -> &Line {
        &self.stream
    }

    pub fn key(&self) -> DeviceKey {
        self.welcome.as_ref().expect("welcomed").device.clone()
    }

    pub fn user(&self) -> User {
        self.welcome.as_ref().expect("welcomed").user.clone()
    }

    /// The operating system holds little for this peer while it does not read; less would make reading slow, too.
    pub fn hold_little(&self) {
        socket2::SockRef::from(self.stream.socket()).set_recv_buffer_size(128 * 1024).expect("a socket");
    }

    pub fn send_bytes(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("the server reads");
    }

    /// Sends bytes that the server may not want any more.
    pub fn try_send_bytes(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).ok();
    }

    /// Hangs up at once and drops what is on its way.
    pub fn reset(self) {
        socket2::SockRef::from(self.stream.socket()).set_linger(Some(Duration::ZERO)).expect("it was open");
    }

    /// Sends nothing more, and still listens.
    pub fn send_no_more(&mut self) {
        self.stream.send_no_more().expect("it was open");
    }

    /// The server says `bye` with this code and hangs up.
    pub fn ends_with(&mut self, code: ByeCode) {
        assert_eq!(self.bye().code, code);
        assert_eq!(self.frame_from_socket(), None, "bye is the last frame");
    }

    /// The connection lives: a `ping` is answered.
    pub fn lives(&mut self) {
        assert_eq!(self.call(Request::Ping), Ok(Answer::Pong));
    }

    /// Sends a request and returns its id.
    pub fn send(&mut self, request: &Request) -> u32 {
        self.last_id += 1;
        self.send_bytes(&frame(self.last_id, request));
        self.last_id
    }

    /// The next frame, whatever it is; none once the server has closed the connection.
    pub fn frame(&mut self) -> Option<ServerFrame> {
        self.aside.pop_front().or_else(|| self.frame_from_socket())
    }

    /// The next frame; none at the end, also if that comes in the middle of a frame: the server was killed.
    pub fn whole_frame(&mut self) -> Option<ServerFrame> {
        if let Some(frame) = self.aside.pop_front() {
            return Some(frame);
        }
        let mut header = [0; 4];
        self.stream.read_exact(&mut header).ok()?;
        let mut frame = vec![0; u32::from_be_bytes(header) as usize];
        self.stream.read_exact(&mut frame).ok()?;
        Some(wire::decode_server_frame(&frame).expect("a frame of the protocol"))
    }

    fn frame_from_socket(&mut self) -> Option<ServerFrame> {
        let mut header = [0; 4];
        match self.stream.read_exact(&mut header) {
            Err(error) if is_over(&error) => return None,
            other => other.expect("a frame in time"),
        }
        let length = u32::from_be_bytes(header) as usize;
        assert!((1..=limits::FRAME_BYTES_MAX).contains(&length), "a frame of {length} bytes");
        let mut frame = vec![0; length];
        match self.stream.read_exact(&mut frame) {
            Err(error) if is_over(&error) => return None,
            other => other.expect("the whole frame in time"),
        }
        Some(wire::decode_server_frame(&frame).expect("a frame of the protocol"))
    }

    /// What came and was not waited for.
    pub fn frames_aside(&self) -> &VecDeque<ServerFrame> {
        &self.aside
    }

    /// The next frame that `pick` wants; the others are kept for later.
    pub fn wait_for<T>(&mut self, mut pick: impl FnMut(&ServerFrame) -> Option<T>) -> T {
        if let Some((index, found)) = self.aside.iter().enumerate().find_map(|(i, frame)| Some((i, pick(frame)?))) {
            self.aside.remove(index);
            return found;
        }
        loop {
            let frame = self.frame_from_socket().expect("the frame comes before the end");
            if let Some(found) = pick(&frame) {
                return found;
            }
            self.aside.push_back(frame);
        }
    }

    /// What a request that was sent is answered with.
    pub fn answer_to(&mut self, id: u32) -> Answered {
        self.wait_for(|frame| match frame {
            ServerFrame::Answer((to, answer)) if *to == id => Some(Ok(answer.clone())),
            ServerFrame::Error((to, refusal)) if *to == id => Some(Err(refusal.clone())),
            _ => None,
        })
    }

    pub fn call(&mut self, request: Request) -> Answered {
        let id = self.send(&request);
        self.answer_to(id)
    }

    pub fn event(&mut self) -> Event {
        self.wait_for(|frame| if let ServerFrame::Event(event) = frame { Some(event.clone()) } else { None })
    }

    pub fn signal(&mut self) -> Signal {
        self.wait_for(|frame| if let ServerFrame::Signal(signal) = frame { Some(signal.clone()) } else { None })
    }

    pub fn bye(&mut self) -> Bye {
        self.wait_for(|frame| if let ServerFrame::Bye(bye) = frame { Some(bye.clone()) } else { None })
    }

    /// The next so many events, whoever caused them.
    pub fn events(&mut self, count: usize) -> Vec<Event> {
        (0..count).map(|_| self.event()).collect()
    }

    /// A `ping` and its `pong`: what this connection itself has caused is here by then; returns the events among it.
    /// What others caused may still be on its way from another thread: wait for [`Self::events`].
    pub fn events_so_far(&mut self) -> Vec<Event> {
        self.lives();
        let (events, others) = self.aside.drain(..).partition(|frame| matches!(frame, ServerFrame::Event(_)));
        self.aside = others;
        let events: VecDeque<ServerFrame> = events;
        events
            .into_iter()
            .map(|frame| if let ServerFrame::Event(event) = frame { event } else { unreachable!() })
            .collect()
    }

    pub fn join(&mut self, room: &str, after: Option<u64>) -> Joined {
        match self.call(join(room, after)) {
            Ok(Answer::Joined(joined)) => joined,
            other => panic!("not joined: {other:?}"),
        }
    }

    pub fn leave(&mut self, room: &str) {
        assert_eq!(self.call(Request::Leave(InRoom { room: room.into() })), Ok(Answer::Ok));
    }

    pub fn history(&mut self, room: &str, before: Option<u64>, after: Option<u64>, limit: u16) -> Page {
        match self.call(history(room, before, after, limit)) {
            Ok(Answer::Page(page)) => page,
            other => panic!("no page: {other:?}"),
        }
    }

    /// Says a text under a fresh nonce and waits until it is committed.
    pub fn say(&mut self, room: &str, text: &str) -> Said {
        let say = self.next_say(room, Body::Text(text.into()));
        self.said(say)
    }

    pub fn said(&mut self, say: Request) -> Said {
        match self.call(say) {
            Ok(Answer::Said(said)) => said,
            other => panic!("not said: {other:?}"),
        }
    }

    /// A say under a nonce that this peer has not used.
    pub fn next_say(&mut self, room: &str, body: Body) -> Request {
        self.last_nonce += 1;
        say(room, self.last_nonce, body)
    }
}

/// The server hung up, or was killed in the middle of a word.
fn is_over(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset)
}

/// A connection from another address of this machine, which has all of 127/8.
pub fn socket_from(source: [u8; 4], address: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.bind(&SocketAddr::from((source, 0)).into()).expect("an address of this machine");
    socket.connect(&address.into()).expect("the server listens");
    socket.into()
}

pub fn frame(id: u32, request: &Request) -> Vec<u8> {
    wire::encode_frame(&(id, request)).to_vec()
}

pub fn hello(device: Option<DeviceKey>) -> Request {
    Request::Hello(Hello { protocol: wire::PROTOCOL, agent: "test".into(), device })
}

pub fn join(room: &str, after: Option<u64>) -> Request {
    Request::Join(Join { room: room.into(), after: after.map(Seq), log: None })
}

pub fn say(room: &str, nonce: u64, body: Body) -> Request {
    Request::Say(Say { room: room.into(), nonce: Nonce(nonce), body, reply_to: None })
}

pub fn history(room: &str, before: Option<u64>, after: Option<u64>, limit: u16) -> Request {
    Request::History(History { room: room.into(), before: before.map(Seq), after: after.map(Seq), limit })
}

/// The code with which a request was refused.
pub fn code(answer: Answered) -> Code {
    answer.expect_err("the request is refused").code
}

/// The text of an event.
pub fn text(event: &Event) -> &str {
    if let Body::Text(text) = &event.body { text } else { panic!("no text: {event:?}") }
}
