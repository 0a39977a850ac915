//! Runs that end in the middle, and the next ones with the same state: what was said is said once, what was heard is
//! not heard again. A run that is killed is one whose runtime is dropped: nothing of it gets to say good-bye.

use std::path::Path;
use std::sync::Arc;

use tokio::runtime;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use super::*;
use crate::client::command::{self, Command, Standing};
use crate::client::outgoing::Outgoing;
use crate::client::outlet::Outlet;
use crate::client::session::Session;
use crate::client::{Error, From, State};

fn body(text: &str) -> Body {
    Body::Text(text.to_owned())
}

impl Script {
    /// Connects a client with a state.
    async fn client_in(&self, dir: &Path) -> (Client, Happenings, Peer) {
        let retry = Retry { first: Duration::from_millis(1), longest: Duration::from_millis(4), ..Retry::default() };
        let state = Some(State::in_dir(dir).unwrap());
        let options = Options { state, retry, ..Options::default() };
        let address = self.address();
        let (client, (peer, _)) = tokio::join!(Client::connect(&address, options), self.welcomed());
        let (client, happenings) = client.unwrap();
        (client, happenings, peer)
    }
}

impl Peer {
    async fn leave(&mut self) -> u32 {
        let (id, request) = self.request().await;
        let Request::Leave(_) = request else { panic!("{request:?} instead of leave") };
        id
    }
}

/// A run of a program, up to the point where it is killed.
fn run<T>(life: impl Future<Output = T>) -> T {
    runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(life)
}

/// Says three lines in the lobby, of which the server has seen the first and answered none.
fn say_three_and_die(dir: &Path) -> Say {
    run(async {
        let script = Script::new().await;
        let (client, _happenings, mut peer) = script.client_in(dir).await;
        let _ = tokio::join!(client.join("lobby", From::Now), peer.let_in(0));
        let says = ["one", "two", "three"].map(|text| client.queue("lobby", body(text), None));
        let (_, first) = peer.say().await;
        drop(says);
        first
    })
}

#[test]
fn what_a_killed_run_left_is_said_by_the_next_in_order_with_its_nonces_and_once() {
    let dir = tempfile::tempdir().unwrap();
    let first = say_three_and_die(dir.path());
    let second = run(async {
        let script = Script::new().await;
        let (client, _happenings, mut peer) = script.client_in(dir.path()).await;
        let unsaid = client.unsaid();
        assert_eq!(unsaid.iter().map(|unsaid| text(unsaid.say())).collect::<Vec<_>>(), ["one", "two", "three"]);
        assert!(client.unsaid().is_empty(), "told once");
        let join = peer.let_in(1).await;
        assert_eq!((join.room.as_str(), join.after), ("lobby", None));
        let (id, again) = peer.say().await;
        assert_eq!(again, first);
        peer.answer(id, Answer::Said(said(1))).await;
        assert_eq!(unsaid.into_iter().next().unwrap().said().await.unwrap(), said(1));
        let (_, second) = peer.say().await;
        assert_eq!(text(&second), "two");
        second
    });
    run(async {
        let script = Script::new().await;
        let (client, _happenings, mut peer) = script.client_in(dir.path()).await;
        let new = client.queue("Lobby", body("four"), None);
        peer.let_in(2).await;
        for (seq, word) in [(2, "two"), (3, "three"), (4, "four")] {
            let (id, say) = peer.say().await;
            assert_eq!(text(&say), word);
            assert!(word != "two" || say == second);
            peer.answer(id, Answer::Said(said(seq))).await;
        }
        assert_eq!(new.await.unwrap(), said(4));
        peer.leave().await;
    });
    run(async {
        let script = Script::new().await;
        let (client, _happenings, mut peer) = script.client_in(dir.path()).await;
        assert!(client.unsaid().is_empty());
        let ((), (_, request)) = tokio::join!(client.quit(), peer.request());
        assert_eq!(request, Request::Quit, "nothing is left to say");
    });
}

#[test]
fn a_room_that_is_entered_only_to_say_something_is_not_heard_and_left_again() {
    let dir = tempfile::tempdir().unwrap();
    say_three_and_die(dir.path());
    run(async {
        let script = Script::new().await;
        let (client, mut happenings, mut peer) = script.client_in(dir.path()).await;
        peer.let_in(5).await;
        peer.event(6).await;
        for seq in 7..=9 {
            let (id, _) = peer.say().await;
            peer.answer(id, Answer::Said(said(seq))).await;
            peer.event(seq).await;
        }
        let leave = peer.leave().await;
        peer.answer(leave, Answer::Ok).await;
        let (_, join) = tokio::join!(client.join("lobby", From::Last(2)), async {
            peer.let_in(9).await;
            peer.let_in(9).await
        });
        assert_eq!(join.after, Some(Seq(7)));
        peer.event(8).await;
        peer.event(9).await;
        assert_eq!(seqs(&mut happenings, 2).await, [8, 9], "nothing of what came before");
    });
}

#[test]
fn what_cannot_be_said_is_told_and_not_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    say_three_and_die(dir.path());
    run(async {
        let script = Script::new().await;
        let (client, _happenings, mut peer) = script.client_in(dir.path()).await;
        let mut unsaid = client.unsaid().into_iter();
        peer.let_in(5).await;
        let (id, _) = peer.say().await;
        peer.refuse(id, Code::NoSuchMessage).await;
        peer.say().await;
        let refused = unsaid.next().unwrap().said().await;
        assert!(matches!(refused, Err(Error::Refused(refusal)) if refusal.code == Code::NoSuchMessage));
    });
    run(async {
        let script = Script::new().await;
        let (client, _happenings, mut peer) = script.client_in(dir.path()).await;
        let unsaid = client.unsaid();
        assert_eq!(unsaid.len(), 2);
        let (id, _) = peer.join().await;
        peer.refuse(id, Code::Quota).await;
        for unsaid in unsaid {
            let refused = unsaid.said().await;
            assert!(matches!(refused, Err(Error::Refused(refusal)) if refusal.code == Code::Quota));
        }
    });
    run(async {
        let script = Script::new().await;
        let (client, ..) = script.client_in(dir.path()).await;
        assert!(client.unsaid().is_empty());
    });
}

#[test]
fn what_the_server_did_not_answer_before_it_hung_up_is_said_by_the_next_run() {
    let dir = tempfile::tempdir().unwrap();
    run(async {
        let script = Script::new().await;
        let (client, _happenings, mut peer) = script.client_in(dir.path()).await;
        let say = client.queue("lobby", body("wait for me"), None);
        peer.say().await;
        peer.bye(ByeCode::Replaced).await;
        assert!(matches!(say.await, Err(Error::Ended(_))));
        let late = client.queue("lobby", body("too late"), None).await;
        assert!(matches!(late, Err(Error::Ended(_))));
        State::in_dir(dir.path()).expect("the directory is free before the end is told");
    });
    run(async {
        let script = Script::new().await;
        let (client, ..) = script.client_in(dir.path()).await;
        let unsaid = client.unsaid();
        assert_eq!(unsaid.iter().map(|unsaid| text(unsaid.say())).collect::<Vec<_>>(), ["wait for me"]);
    });
}

#[test]
fn a_room_goes_on_in_the_next_run_after_the_last_event_that_was_done_with() {
    let dir = tempfile::tempdir().unwrap();
    let stopped = From::Stopped { or_last: 2 };
    run(async {
        let script = Script::new().await;
        let (client, mut happenings, mut peer) = script.client_in(dir.path()).await;
        let (_, join) = tokio::join!(client.join("lobby", stopped), async {
            peer.let_in(10).await;
            peer.let_in(10).await
        });
        assert_eq!(join.after, Some(Seq(8)), "never been there: the last two");
        for seq in 9..=12 {
            peer.event(seq).await;
        }
        // Asking for 11 says that 10 is done with; 12 waits unseen when it ends.
        assert_eq!(seqs(&mut happenings, 3).await, [9, 10, 11]);
        let bye = async {
            peer.request().await;
            peer.bye(ByeCode::Quit).await;
        };
        tokio::join!(client.quit(), bye);
    });
    run(async {
        let script = Script::new().await;
        let (client, mut happenings, mut peer) = script.client_in(dir.path()).await;
        let (_, join) = tokio::join!(client.join("LOBBY", stopped), peer.let_in(12));
        assert_eq!((join.after, join.log), (Some(Seq(10)), Some(LogId(5))));
        peer.event(11).await;
        peer.event(12).await;
        assert_eq!(seqs(&mut happenings, 2).await, [11, 12]);
        let (left, ()) = tokio::join!(client.leave("lobby"), async {
            let leave = peer.leave().await;
            peer.answer(leave, Answer::Ok).await;
        });
        left.unwrap();
        let (_, join) = tokio::join!(client.join("lobby", stopped), peer.let_in(20));
        assert_eq!(join.after, Some(Seq(11)), "in the same run, too");
    });
}

#[test]
fn a_cursor_of_another_log_is_started_over() {
    let dir = tempfile::tempdir().unwrap();
    let stopped = From::Stopped { or_last: 0 };
    run(async {
        let script = Script::new().await;
        let (client, _happenings, mut peer) = script.client_in(dir.path()).await;
        let _ = tokio::join!(client.join("lobby", stopped), peer.let_in(40));
        let bye = async {
            peer.request().await;
            peer.bye(ByeCode::Quit).await;
        };
        tokio::join!(client.quit(), bye);
    });
    run(async {
        let script = Script::new().await;
        let (client, mut happenings, mut peer) = script.client_in(dir.path()).await;
        let (entered, ()) = tokio::join!(client.join("lobby", stopped), async {
            let (id, join) = peer.join().await;
            assert_eq!(join.after, Some(Seq(40)));
            peer.refuse(id, Code::LogChanged).await;
            peer.let_in(3).await;
        });
        assert_eq!(entered.unwrap().head, Seq(3));
        assert_eq!(happenings.next().await, Some(Happening::StartedOver { room: "lobby".to_owned() }));
    });
}

#[test]
fn nothing_is_sent_before_it_is_synced() {
    let dir = tempfile::tempdir().unwrap();
    let mut state = State::in_dir(dir.path()).unwrap();
    let outgoing = Arc::new(Outgoing::new(Some(state.open_outbox(&device()).unwrap().0)));
    let standing = Standing { welcome: welcome(), online: true, connection: 0, ended: None };
    let (told, standing) = watch::channel(standing);
    let mut session = Session::new(Outlet::new().0, told, Arc::clone(&outgoing), Arc::default());
    let mut say_and_advance = |nonce| {
        let say = Say { room: format!("room-{nonce}"), nonce: Nonce(nonce), body: body("hi"), reply_to: None };
        let permit = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let (reply, _) = command::reply(permit, standing.clone());
        let number = outgoing.keep(&say, Ok).unwrap();
        session.command(Command::Say { say, number, reply });
        session.advance(Instant::now());
        session.next_request().map(|(_, request)| request)
    };
    assert_eq!(say_and_advance(1), None);
    outgoing.sync();
    let Some(Request::Say(say)) = say_and_advance(2) else { panic!("the first is synced") };
    assert_eq!(say.nonce, Nonce(1));
    assert_eq!(say_and_advance(3), None, "the second is not");
}
