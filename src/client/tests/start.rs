//! The first connection: who one is there, and what is said when there is none.

use std::collections::BTreeMap;

use super::*;
use crate::client::{Error, State};

#[tokio::test]
async fn a_device_is_known_again_in_the_next_run() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::new().await;
    let address = script.address();
    for known in [None, Some(device())] {
        let state = Some(State::in_dir(dir.path()).unwrap());
        let options = Options { state, ..Options::default() };
        let (client, (mut peer, hello)) = tokio::join!(Client::connect(&address, options), script.welcomed());
        assert_eq!(hello.device, known);
        let (client, mut happenings) = client.unwrap();
        let end = async {
            peer.request().await;
            peer.bye(ByeCode::Quit).await;
        };
        tokio::join!(client.quit(), end);
        assert_eq!(happenings.next().await, None, "the task has let go of the state");
    }
}

#[tokio::test]
async fn the_first_attempt_tells_what_is_wrong() {
    let script = Script::new().await;
    let address = script.address();
    let denied = async {
        let mut peer = script.accept().await;
        let (id, _) = peer.request().await;
        peer.refuse(id, Code::Denied).await;
        peer.bye(ByeCode::Denied).await;
    };
    let (outcome, ()) = tokio::join!(Client::connect(&address, Options::default()), denied);
    assert!(matches!(outcome, Err(Error::Ended(bye)) if bye.code == ByeCode::Denied));

    let stranger = async {
        let mut stream = script.accept().await.frames.into_inner();
        AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n").await.unwrap();
    };
    let (outcome, ()) = tokio::join!(Client::connect(&address, Options::default()), stranger);
    assert!(matches!(outcome, Err(Error::Unexpected(_))));

    drop(script);
    let outcome = Client::connect(&address, Options::default()).await;
    assert!(matches!(outcome, Err(Error::Unreachable { .. })));
}

#[tokio::test]
async fn codes_of_a_later_server_are_taken_for_what_they_say_in_words() {
    #[derive(serde::Serialize)]
    struct Later {
        code: &'static str,
        message: &'static str,
    }
    let later = |message| Later { code: "of_a_later_server", message };
    let script = Script::new().await;
    let (client, mut happenings, mut peer) = script.client().await;
    let (outcome, ()) = tokio::join!(client.call(Request::Ping), async {
        let (id, _) = peer.request().await;
        let refusal = encode_frame(&BTreeMap::from([("error", (id, later("not on a Sunday")))]));
        peer.frames.get_mut().write_all(&refusal).await.unwrap();
    });
    let Err(Error::Refused(refusal)) = outcome else { panic!("{outcome:?}") };
    assert_eq!((refusal.code, refusal.message.as_ref()), (Code::Unknown, "not on a Sunday"));

    let bye = encode_frame(&BTreeMap::from([("bye", later("come back on Monday"))]));
    peer.frames.get_mut().write_all(&bye).await.unwrap();
    let lost = happenings.next().await;
    assert!(matches!(lost, Some(Happening::Lost { why, .. }) if why == "come back on Monday"));
    script.welcomed().await;
}

#[tokio::test]
async fn a_server_that_takes_one_for_another_device_is_not_talked_to() {
    let script = Script::new().await;
    let (client, mut happenings, peer) = script.client().await;
    drop(peer);
    let mut peer = script.accept().await;
    let (id, _) = peer.request().await;
    let device = DeviceKey { id: DeviceId(8), ..device() };
    peer.answer(id, Answer::Welcome(Welcome { device, ..welcome() })).await;
    let (_, hello) = script.welcomed().await;
    assert_eq!(hello.device.unwrap().id, DeviceId(7));
    while !matches!(happenings.next().await.unwrap(), Happening::Back(_)) {}
    assert_eq!(client.welcome().device.id, DeviceId(7));
}

#[tokio::test]
async fn what_the_server_would_not_take_is_not_sent() {
    let script = Script::new().await;
    let (client, _happenings, mut peer) = script.client().await;
    let outcome = client.say("lobby", "x".repeat(16_385)).await;
    assert!(matches!(outcome, Err(Error::TooLarge { what: "text", bytes: 16_385, bytes_max: 16_384 })));
    let ((), (_, request)) = tokio::join!(client.quit(), peer.request());
    assert_eq!(request, Request::Quit, "nothing came before it");
}
