//! Connections that break at chosen places: nothing is lost, nothing comes twice.

use super::*;
use crate::client::{Error, From};

fn body(text: &str) -> Body {
    Body::Text(text.to_owned())
}

#[tokio::test]
async fn what_was_not_acknowledged_is_said_again_with_its_nonce_and_in_order() {
    let script = Script::new().await;
    let (client, _happenings, mut peer) = script.client().await;
    let (entered, _) = tokio::join!(client.join("lobby", From::Now), peer.let_in(0));
    assert_eq!(entered.unwrap().room, "lobby");
    let says = ["one", "two", "three"].map(|text| client.queue("lobby", body(text), None));

    let mut nonces = Vec::new();
    let (_, first) = peer.say().await;
    nonces.push(first.nonce);
    drop(peer);

    let (mut peer, hello) = script.welcomed().await;
    assert_eq!(hello.device, Some(device()));
    peer.let_in(1).await;
    let (id, again) = peer.say().await;
    assert_eq!(again, first);
    peer.answer(id, Answer::Said(said(1))).await;
    let (_, second) = peer.say().await;
    nonces.push(second.nonce);
    drop(peer);

    let (mut peer, _) = script.welcomed().await;
    peer.let_in(1).await;
    for (seq, word) in [(2, "two"), (3, "three")] {
        let (id, say) = peer.say().await;
        assert_eq!(text(&say), word);
        nonces.push(say.nonce);
        peer.answer(id, Answer::Said(said(seq))).await;
    }
    for (say, seq) in says.into_iter().zip(1..) {
        assert_eq!(say.await.unwrap(), said(seq));
    }
    assert_eq!(nonces[1], nonces[2]);
    nonces.dedup();
    assert_eq!(nonces.len(), 3, "different messages have different nonces");
}

#[tokio::test]
async fn a_room_goes_on_where_it_was_without_doubles_or_gaps() {
    let script = Script::new().await;
    let (client, mut happenings, mut peer) = script.client().await;
    let (_, join) = tokio::join!(client.join("Lobby", From::Now), peer.let_in(4));
    assert_eq!((join.room.as_str(), join.after), ("Lobby", None));
    peer.event(5).await;
    peer.event(6).await;
    assert_eq!(seqs(&mut happenings, 2).await, [5, 6]);
    peer.bye(ByeCode::Shutdown).await;
    drop(peer);
    let Some(Happening::Lost { why, .. }) = happenings.next().await else { panic!("lost") };
    assert_eq!(why, "enough");

    let (mut peer, _) = script.welcomed().await;
    let join = peer.let_in(7).await;
    assert_eq!(join, Join { room: "lobby".to_owned(), after: Some(Seq(6)), log: Some(LogId(5)) });
    assert_eq!(happenings.next().await, Some(Happening::Back(welcome())));
    let resumed = Happening::Resumed { room: "lobby".to_owned(), missed: 1 };
    assert_eq!(happenings.next().await, Some(resumed));
    for double in [5, 6, 7] {
        peer.event(double).await;
    }
    assert_eq!(seqs(&mut happenings, 1).await, [7]);

    peer.event(9).await;
    let join = peer.let_in(9).await;
    assert_eq!(join.after, Some(Seq(7)), "a gap is read from the log");
    peer.event(8).await;
    peer.event(9).await;
    assert_eq!(seqs(&mut happenings, 2).await, [8, 9]);
}

#[tokio::test]
async fn a_log_that_changed_is_started_over_and_nothing_said_is_lost() {
    let script = Script::new().await;
    let (client, mut happenings, mut peer) = script.client().await;
    let _ = tokio::join!(client.join("lobby", From::Now), peer.let_in(40));
    drop(peer);
    let say = client.queue("lobby", body("still here"), None);
    for code in [Code::LogChanged, Code::CursorAhead] {
        let (mut peer, _) = script.welcomed().await;
        let (id, join) = peer.join().await;
        assert!(join.after.is_some() && join.log.is_some());
        peer.refuse(id, code).await;
        let join = peer.let_in(2).await;
        assert_eq!((join.after, join.log), (None, None));
    }
    let (mut peer, _) = script.welcomed().await;
    peer.let_in(2).await;
    let (id, _) = peer.say().await;
    peer.answer(id, Answer::Said(said(3))).await;
    assert_eq!(say.await.unwrap(), said(3));
    peer.event(3).await;
    let mut started_over = 0;
    loop {
        match happenings.next().await.unwrap() {
            Happening::StartedOver { room } if room == "lobby" => started_over += 1,
            Happening::Event(event) => break assert_eq!(event.seq, Seq(3)),
            _ => {}
        }
    }
    assert_eq!(started_over, 2);
}

#[tokio::test]
async fn a_server_that_asks_for_patience_gets_the_same_message_again_before_the_next() {
    let script = Script::new().await;
    let (client, _happenings, mut peer) = script.client().await;
    let _ = tokio::join!(client.join("lobby", From::Now), peer.let_in(0));
    let says = ["one", "two"].map(|text| client.queue("lobby", body(text), None));
    let (id, first) = peer.say().await;
    peer.refuse(id, Code::SlowDown).await;
    let (id, again) = peer.say().await;
    assert_eq!(first, again);
    peer.refuse(id, Code::Unavailable).await;
    let (id, again) = peer.say().await;
    assert_eq!(first, again);
    peer.refuse(id, Code::NoSuchMessage).await;
    let (id, next) = peer.say().await;
    assert_eq!(text(&next), "two");
    peer.answer(id, Answer::Said(said(1))).await;
    let [one, two] = says;
    assert!(matches!(one.await, Err(Error::Refused(refusal)) if refusal.code == Code::NoSuchMessage));
    assert_eq!(two.await.unwrap(), said(1));
}

#[tokio::test]
async fn the_last_few_come_first_and_then_what_is_said_without_a_seam() {
    let script = Script::new().await;
    let (client, mut happenings, mut peer) = script.client().await;
    let server = async {
        assert_eq!(peer.let_in(100).await.after, None);
        peer.event(101).await;
        let (id, join) = peer.join().await;
        assert_eq!((join.after, join.log), (Some(Seq(97)), Some(LogId(5))));
        peer.answer(id, Answer::Joined(joined(101))).await;
        for seq in 98..=102 {
            peer.event(seq).await;
        }
    };
    let (entered, ()) = tokio::join!(client.join("lobby", From::Last(3)), server);
    assert_eq!(entered.unwrap().head, Seq(101));
    assert_eq!(seqs(&mut happenings, 5).await, [98, 99, 100, 101, 102]);
}

#[tokio::test]
async fn who_takes_no_happenings_still_gets_answers_and_later_every_event_once() {
    const HEAD: u64 = 2_000;
    let script = Script::new().await;
    let (client, mut happenings, mut peer) = script.client().await;
    let server = tokio::spawn(async move {
        let mut joins = 0;
        while let Some(Ok(frame)) = peer.frames.next().await {
            let (id, request) = decode_request(&frame).unwrap();
            match request.unwrap() {
                Request::Join(join) => {
                    joins += 1;
                    peer.answer(id, Answer::Joined(joined(HEAD))).await;
                    for seq in join.after.unwrap().0 + 1..=HEAD {
                        peer.event(seq).await;
                    }
                }
                Request::Ping => peer.answer(id, Answer::Pong).await,
                Request::Quit => break,
                other => panic!("{other:?}"),
            }
        }
        joins
    });
    client.join("lobby", From::After { seq: Seq(0), log: None }).await.unwrap();
    assert_eq!(client.call(Request::Ping).await.unwrap(), Answer::Pong);
    let all = seqs(&mut happenings, usize::try_from(HEAD).unwrap()).await;
    assert!(all.into_iter().eq(1..=HEAD));
    drop(client);
    assert!(server.await.unwrap() > 1, "some were read again from the log");
}

#[tokio::test]
async fn a_final_word_ends_it_and_a_call_does_not_outlive_its_connection() {
    let script = Script::new().await;
    let (client, mut happenings, mut peer) = script.client().await;
    let cut = async {
        peer.request().await;
        drop(peer);
    };
    let (outcome, ()) = tokio::join!(client.call(Request::Ping), cut);
    assert!(matches!(outcome, Err(Error::Disconnected)));

    let (mut peer, _) = script.welcomed().await;
    let say = client.queue("lobby", body("to nobody"), None);
    peer.say().await;
    peer.bye(ByeCode::Replaced).await;
    assert!(matches!(say.await, Err(Error::Ended(bye)) if bye.code == ByeCode::Replaced));
    assert!(matches!(client.join("lobby", From::Now).await, Err(Error::Ended(_))));
    let mut last = None;
    while let Some(happening) = happenings.next().await {
        last = Some(happening);
    }
    assert!(matches!(last, Some(Happening::Ended(bye)) if bye.code == ByeCode::Replaced));
}

#[tokio::test]
async fn quitting_says_so_and_hears_nothing_more() {
    let script = Script::new().await;
    let (client, mut happenings, mut peer) = script.client().await;
    let other = client.clone();
    let server = async {
        let (_, request) = peer.request().await;
        assert_eq!(request, Request::Quit);
        peer.bye(ByeCode::Quit).await;
    };
    tokio::join!(client.quit(), server);
    assert_eq!(happenings.next().await, None);
    assert!(matches!(other.say("lobby", "hello?").await, Err(Error::Closed)));
}

#[tokio::test]
async fn leaving_waits_for_what_was_said_before() {
    let script = Script::new().await;
    let (client, mut happenings, mut peer) = script.client().await;
    let _ = tokio::join!(client.join("lobby", From::Now), peer.let_in(0));
    let say = client.queue("lobby", body("good night"), None);
    let server = async {
        let (say, _) = peer.say().await;
        peer.answer(say, Answer::Said(said(1))).await;
        let (leave, request) = peer.request().await;
        assert!(matches!(request, Request::Leave(_)), "{request:?}");
        peer.event(1).await;
        peer.answer(leave, Answer::Ok).await;
        drop(peer);
    };
    let (left, said, ()) = tokio::join!(client.leave("lobby"), say, server);
    left.unwrap();
    said.unwrap();
    let lost = happenings.next().await;
    assert!(matches!(lost, Some(Happening::Lost { .. })), "no event of a room that was left, but {lost:?}");
    let (mut peer, _) = script.welcomed().await;
    assert_eq!(happenings.next().await, Some(Happening::Back(welcome())));
    let (again, request) = tokio::join!(client.call(Request::Ping), async {
        let (id, request) = peer.request().await;
        peer.answer(id, Answer::Pong).await;
        request
    });
    assert_eq!(request, Request::Ping, "the room is not joined again");
    again.unwrap();
}

#[tokio::test]
async fn who_does_not_want_to_wait_is_connected_at_once() {
    let script = Script::new().await;
    let hour = Duration::from_secs(3_600);
    let options = Options { retry: Retry { first: hour, longest: hour, ..Retry::default() }, ..Options::default() };
    let address = script.address();
    let (client, (peer, _)) = tokio::join!(Client::connect(&address, options), script.welcomed());
    let (client, mut happenings) = client.unwrap();
    client.hurry();
    drop(peer);
    let Some(Happening::Lost { retry_in, .. }) = happenings.next().await else { panic!("lost") };
    assert!(retry_in >= hour / 2, "what is said while all is well shortens nothing");
    let back = tokio::time::timeout(Duration::from_secs(20), async {
        let (peer, hello) = script.welcomed().await;
        (peer, hello, happenings.next().await)
    });
    let asking = async {
        // the pause begins after it is told of
        loop {
            client.hurry();
            tokio::task::yield_now().await;
        }
    };
    let (_peer, hello, happened) = tokio::select! {
        back = back => back.expect("it comes back"),
        () = asking => unreachable!("it asks for ever"),
    };
    assert_eq!((hello.device, happened), (Some(device()), Some(Happening::Back(welcome()))));
}
