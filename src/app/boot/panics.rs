//! What follows from a panic in each actor: the process ends with a failure, or, where it is a session's, everything
//! else goes on. Nothing in between.

#![cfg(test)]

use std::future::pending;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::*;
use crate::actors::executor::Query;
use crate::actors::journal::Origin;
use crate::actors::lobby::{Maker, Open};
use crate::actors::session::{Link, Session};
use crate::actors::testing::Panic;
use crate::actors::{OpenRoom, Shares, SharesMax};
use crate::model::{Body, Network, Nonce, RoomName};
use crate::store::StoreError;
use crate::wire::{self, Answer, Hello, Join, Request, Say, ServerFrame, Signal};

/// The exit code of a server that goes on as if nothing had been.
const LIMPING: i32 = 77;
const PATIENCE: Duration = Duration::from_secs(20);

/// Starts a server, does `work` to it, and returns the exit code of the process that it would have been.
pub(super) fn exit_code_after<F: Future<Output = ()> + 'static>(
    work: impl FnOnce(Server, SocketAddr) -> F + 'static,
) -> i32 {
    let dir = tempfile::tempdir().unwrap();
    let address = "127.0.0.1:0".parse().unwrap();
    // nobody pulls the plug here
    let sync = crate::store::Sync::Normal;
    let config = Config { address, data_dir: dir.path().join("data"), sync, arbiters: 2, rate: 0, ..Config::default() };
    let sockets = crate::app::bind(&config).unwrap();
    let system = System::new();
    system.block_on(async {
        let (server, listening) = boot(&config, sockets).unwrap();
        actix_rt::spawn(work(server, listening.address));
        actix_rt::spawn(async {
            timeout(PATIENCE, pending::<()>()).await.ok();
            System::current().stop_with_code(LIMPING);
        });
    });
    system.run_with_code().unwrap()
}

/// The same for one actor of it, that panics.
macro_rules! ends_the_process {
    ($($name:ident: $server:ident => $sent:expr;)*) => {$(
        #[test]
        fn $name() {
            let code = exit_code_after(|$server, _| async move {
                assert!($sent.await.is_err(), "it did not panic");
                pending::<()>().await;
            });
            assert_eq!(code, 1);
        }
    )*};
}

ends_the_process! {
    a_panic_of_the_listener_ends_the_process: server => server.listeners[0].send(Panic);
    a_panic_of_a_fan_out_ends_the_process: server => server.fanouts[1].send(Panic);
    a_panic_of_the_lobby_ends_the_process: server => server.hub.lobby.send(Panic);
    a_panic_of_the_journal_ends_the_process: server => server.hub.journal.send(Panic);
    a_panic_of_a_room_ends_the_process: server => open_room(&server).await.room.send(Panic);
    a_panic_of_the_sweeper_ends_the_process: server => {
        Sweeper::new(Arc::clone(&server.hub), Arc::new(BlobStore::at("nowhere".as_ref()))).start().send(Panic)
    };
    a_panic_of_the_thread_that_writes_ends_the_process: server => server.hub.writer.send(Query::new(broken_query));
    a_panic_of_one_thread_that_reads_ends_the_process: server => server.hub.readers.send(Query::new(broken_query));
    a_panic_of_one_thread_for_files_ends_the_process: server => {
        server.hub.files.send(Query::new(|_: &BlobStore| -> () { panic!("as the test asked") }))
    };
    a_panic_while_the_server_stops_is_a_failure_too: server => {
        server.hub.ending.begin();
        server.hub.journal.send(Panic)
    };
}

fn broken_query(_: &mut Store) -> Result<(), StoreError> {
    panic!("as the test asked")
}

async fn open_room(server: &Server) -> Arc<OpenRoom> {
    let maker =
        Maker { rates: Arc::clone(&server.hub.rates), network: Network::of(std::net::Ipv4Addr::LOCALHOST.into()) };
    let open = Open { name: RoomName::parse("lobby").unwrap(), create: Some(maker) };
    server.hub.lobby.send(open).await.unwrap().unwrap().unwrap()
}

#[test]
fn after_a_write_of_unknown_outcome_nothing_is_written_any_more() {
    let code = exit_code_after(|server, _| async move {
        let unknown = |_: &mut Store| Err::<(), _>(StoreError::Fatal("as the test asked".into()));
        assert!(server.hub.writer.send(Query::new(unknown)).await.unwrap().is_err());
        let name = RoomName::parse("lobby").unwrap();
        let next = Query::new(move |store: &mut Store| store.create_room(&name, crate::model::Timestamp(1)));
        assert!(matches!(server.hub.writer.send(next).await, Ok(Err(StoreError::Fatal(_)))));
        pending::<()>().await;
    });
    assert_eq!(code, 1);
}

/// Somebody at the other end of a socket.
pub(super) struct Somebody(TcpStream);

impl Somebody {
    pub(super) async fn in_lobby(stream: TcpStream) -> Self {
        let mut somebody = Self(stream);
        somebody.send(1, Request::Hello(Hello { protocol: 1, agent: "test".into(), device: None })).await;
        somebody.send(2, Request::Join(Join { room: "lobby".into(), after: None, log: None })).await;
        somebody.wait_for(|frame| matches!(frame, ServerFrame::Answer((2, Answer::Joined(_))))).await;
        somebody
    }

    pub(super) async fn send(&mut self, id: u32, request: Request) {
        self.0.write_all(&wire::encode_frame(&(id, request))).await.unwrap();
    }

    async fn frame(&mut self) -> Option<ServerFrame> {
        let length = self.0.read_u32().await.ok()?;
        let mut frame = vec![0; length as usize];
        self.0.read_exact(&mut frame).await.unwrap();
        Some(wire::decode_server_frame(&Bytes::from(frame)).unwrap())
    }

    pub(super) async fn wait_for(&mut self, wanted: impl Fn(&ServerFrame) -> bool) {
        while !wanted(&self.frame().await.expect("the connection lives")) {}
    }
}

/// A session with its other end, made here and not by a fan-out, so that it can be sent something.
async fn start_session(server: &Server, places: &Arc<Shares>) -> (Addr<Session>, Somebody) {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let other_end = TcpStream::connect(socket.local_addr().unwrap()).await.unwrap();
    let link = std::rc::Rc::new(Link::new(crate::actors::session::Stream::Plain(socket.accept().await.unwrap().0)));
    let (session, fanout, hub) = (link.id, Arc::new(server.fanouts[0].clone()), Arc::clone(&server.hub));
    let address = other_end.local_addr().unwrap().ip();
    let place = places.take(Network::of(address)).unwrap();
    let origin = Arc::new(Origin { session, thread: 0, fanout, address, place, revoked: false.into() });
    let session = Session::new(hub, link, std::rc::Rc::default(), origin).start();
    (session, Somebody::in_lobby(other_end).await)
}

#[test]
fn a_panic_of_a_session_is_only_its_own_end() {
    let places = Shares::new(SharesMax { all: 1, per_network: 0 });
    let counted = Arc::clone(&places);
    let code = exit_code_after(|server, address| async move {
        let mut neighbour = Somebody::in_lobby(TcpStream::connect(address).await.unwrap()).await;
        let (session, mut broken) = start_session(&server, &counted).await;
        let presence = |came: bool| move |frame: &ServerFrame| matches!(frame, ServerFrame::Signal(Signal::Presence { here, .. }) if *here == came);
        neighbour.wait_for(presence(true)).await;
        assert!(session.send(Panic).await.is_err());
        neighbour.wait_for(presence(false)).await;
        while broken.frame().await.is_some() {}
        let say = Say { room: "lobby".into(), nonce: Nonce(1), body: Body::Text("on".into()), reply_to: None };
        neighbour.send(3, Request::Say(say)).await;
        neighbour.wait_for(|frame| matches!(frame, ServerFrame::Answer((3, Answer::Said(_))))).await;
        shutdown::shut_down(server).await;
        System::current().stop();
    });
    assert_eq!(code, 0);
    assert!(places.take(Network::of(std::net::Ipv4Addr::LOCALHOST.into())).is_ok(), "it is counted no more");
}
