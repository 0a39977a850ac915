//! Frames that are none, answers that do not fit, events out of order: the client hangs up, comes back, and says what is
//! not acknowledged again, until somebody decent takes it.

use std::time::Duration;

use tertulia::client::{Client, Error, From, Happening, Happenings, Options, Retry};
use tertulia::model::{Body, DeviceId, Nonce, Seq};
use tertulia::wire::{
    Answer, Bye, ByeCode, Code, DeviceKey, Limits, Refusal, Request, RoomEntry, Rooms, ServerFrame, Signal, Welcome,
};
use tokio::time::timeout;

use crate::evil::{ESCAPES, Evil, Victim, event, guest, joined, said, text, welcome};

/// Long enough for a slow machine; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

async fn client(evil: &Evil) -> (Client, Happenings) {
    let retry = Retry { first: Duration::from_millis(1), longest: Duration::from_millis(4), ..Retry::default() };
    let options = Options { retry, ..Options::default() };
    Client::connect(&evil.address.to_string(), options).await.expect("the first time it is decent")
}

/// What it does with an unanswered say, instead of answering it.
type Attack = fn(u32, &mut Victim);

const ATTACKS: [(&str, Attack); 20] = [
    ("four gigabytes announced", |_, victim| victim.flood(&[0xff])),
    ("an empty frame", |_, victim| victim.send_bytes_unheard(&[0; 4])),
    ("a byte too long", |_, victim| victim.send_bytes_unheard(&131_073_u32.to_be_bytes())),
    ("a bomb of arrays", |_, victim| victim.send_framed(&[0x91; 100_000])),
    ("a bomb of maps", |_, victim| victim.send_framed(&[0x81, 0xa0].repeat(50_000))),
    ("a list of four billion", |_, victim| victim.send_framed(&[0xdd, 0xff, 0xff, 0xff, 0xff])),
    ("no value at all", |_, victim| victim.send_framed(&[0xc1])),
    ("another protocol", |_, victim| victim.send_bytes_unheard(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
    ("half a frame", |_, victim| victim.send_bytes_unheard(&[0, 0, 1, 0, 0x81])),
    ("nothing but the end", |_, _| {}),
    ("another answer", |id, victim| victim.answer(id, Answer::Pong)),
    ("a welcome again", |id, victim| victim.answer(id, Answer::Welcome(welcome()))),
    ("a room that was not asked for", |id, victim| victim.answer(id, Answer::Joined(joined(9)))),
    ("answers to nobody", |id, victim| {
        (0..5_000).for_each(|other| victim.answer(id.wrapping_add(1_000 + other), said(1)));
    }),
    ("refusals for nobody", |id, victim| {
        let refusal = Refusal::new(Code::Denied, ESCAPES);
        (0..5_000).for_each(|other| victim.send(&ServerFrame::Error((id + 1_000 + other, refusal.clone()))));
    }),
    ("patience for ever", |id, victim| {
        let refusal = Refusal { retry_after_ms: Some(u64::MAX), ..Refusal::new(Code::SlowDown, ESCAPES) };
        victim.send(&ServerFrame::Error((id, refusal)));
    }),
    ("events out of order, twice, with gaps", |_, victim| {
        for seq in [3, 1, 1, 2, 2, u64::MAX, 9, 0, 3, 1] {
            victim.send(&text(seq));
        }
    }),
    ("signals without end", |_, victim| {
        let signal = Signal::Presence { room: ESCAPES.into(), user: guest(ESCAPES), here: true };
        (0..20_000).for_each(|_| victim.send(&ServerFrame::Signal(signal.clone())));
    }),
    ("events of rooms nobody is in", |_, victim| {
        (0..5_000).for_each(|seq| {
            let stray = tertulia::model::RoomName::from_store(&format!("{seq}{ESCAPES}"));
            let event = tertulia::wire::Event { room: stray, ..event(seq, Body::Text(ESCAPES.into())) };
            victim.send(&ServerFrame::Event(event));
        });
    }),
    ("a bye that is not the last word", |_, victim| {
        let bye = Bye { code: ByeCode::SlowDown, message: ESCAPES.into() };
        victim.send(&ServerFrame::Bye(bye));
        victim.send(&text(1));
    }),
];

#[tokio::test]
async fn no_nonsense_loses_a_word_or_tells_an_event_twice() {
    let evil = Evil::new(|number, victim| {
        let Some((id, request)) = victim.decent_until_asked(&welcome(), 0) else { return };
        let Request::Say(say) = request else { panic!("{request:?} instead of say") };
        assert_eq!(say.body, Body::Text("keep me".into()), "connection {number}");
        if let Some((_, attack)) = ATTACKS.get(number) {
            return attack(id, victim);
        }
        (1..=3).for_each(|seq| victim.send(&text(seq)));
        victim.answer(id, said(say.nonce.0 & 0xff));
        // until the client is gone
        while victim.request().is_some() {}
    });
    let (client, mut happenings) = client(&evil).await;
    client.join("lobby", From::Now).await.expect("joined");
    let saying = client.say("lobby", "keep me");
    let hearing = async {
        let (mut heard, mut lost) = (Vec::new(), 0);
        while heard.last() != Some(&3) || lost < ATTACKS.len() - 1 {
            match happenings.next().await.expect("it goes on") {
                Happening::Event(event) => heard.push(event.seq.0),
                Happening::Lost { .. } => lost += 1,
                _ => {}
            }
        }
        heard
    };
    let (said, heard) = timeout(PATIENCE, async { tokio::join!(saying, hearing) }).await.expect("it does not hang");
    assert!(said.is_ok(), "{said:?}");
    assert_eq!(heard, [1, 2, 3], "each once, and in order");
}

#[tokio::test]
async fn the_nonce_stays_the_same_whatever_happens() {
    let (nonces, seen) = std::sync::mpsc::sync_channel::<Nonce>(64);
    let evil = Evil::new(move |number, victim| {
        let Some((id, Request::Say(say))) = victim.decent_until_asked(&welcome(), 0) else { return };
        nonces.send(say.nonce).expect("the test is there");
        match ATTACKS.get(number) {
            Some((_, attack)) if number < 8 => attack(id, victim),
            _ => victim.answer(id, said(1)),
        }
    });
    let (client, _happenings) = client(&evil).await;
    client.join("lobby", From::Now).await.expect("joined");
    let said = timeout(PATIENCE, client.say("lobby", "keep me")).await.expect("it does not hang");
    assert_eq!(said.expect("acknowledged at last").seq, Seq(1));
    let nonces: Vec<Nonce> = seen.try_iter().collect();
    assert_eq!(nonces.len(), 9);
    assert!(nonces.iter().all(|nonce| *nonce == nonces[0]), "{nonces:?}");
}

#[tokio::test]
async fn absurd_limits_are_lived_with() {
    let none = Limits { frame: 0, text: 0, file: 0, chunk: 0, rate: 0, idle: 0 };
    let all =
        Limits { frame: u64::MAX, text: u64::MAX, file: u64::MAX, chunk: u64::MAX, rate: u64::MAX, idle: u64::MAX };
    for (limits, can_say) in [(none, false), (all, true)] {
        let evil = Evil::new(move |_, victim| {
            let welcome = Welcome { limits: limits.clone(), ..welcome() };
            while let Some((id, _)) = victim.decent_until_asked(&welcome, 0) {
                victim.answer(id, said(1));
            }
        });
        let (client, _happenings) = client(&evil).await;
        timeout(PATIENCE, client.join("lobby", From::Now)).await.expect("in time").expect("joined");
        let said = timeout(PATIENCE, client.say("lobby", "hello")).await.expect("in time");
        assert_eq!(said.is_ok(), can_say, "{said:?}");
        timeout(PATIENCE, client.quit()).await.expect("it can leave");
    }
}

#[tokio::test]
async fn a_list_that_never_ends_is_given_up() {
    let evil = Evil::new(|_, victim| {
        let mut number = 0;
        while let Some((id, _)) = victim.decent_until_asked(&welcome(), 0) {
            let entry = |index| RoomEntry {
                room: format!("room-{number}-{index}"),
                topic: ESCAPES.repeat(1_000),
                members: 1,
                head: Seq(1),
            };
            let rooms = Rooms { rooms: (0..2).map(entry).collect(), more: true };
            number += 1;
            victim.answer(id, Answer::Rooms(rooms));
        }
    });
    let (client, _happenings) = client(&evil).await;
    let rooms = timeout(PATIENCE, client.rooms(None)).await.expect("it ends");
    assert!(matches!(rooms, Err(Error::Unexpected(_))), "{} rooms", rooms.map_or(0, |rooms| rooms.len()));
}

#[tokio::test]
async fn a_welcome_that_trickles_is_not_waited_for() {
    let evil = Evil::new(|_, victim| {
        victim.request();
        for byte in [0, 0, 1, 0].into_iter().chain([0xa0; 256]) {
            victim.pause();
            if !victim.send_bytes(&[byte]) {
                break;
            }
        }
    });
    let address = evil.address.to_string();
    let connecting = Client::connect(&address, Options::default());
    let connected = timeout(PATIENCE, connecting).await.expect("it gives up");
    assert!(matches!(connected, Err(Error::Unreachable { .. })), "{:?}", connected.err());
}

#[tokio::test]
async fn another_device_or_version_is_not_talked_to() {
    let version = Welcome { protocol: 99, ..welcome() };
    let evil = Evil::new(move |_, victim| drop(victim.decent_until_asked(&version, 0)));
    let address = evil.address.to_string();
    let connecting = Client::connect(&address, Options::default());
    assert!(timeout(PATIENCE, connecting).await.expect("in time").is_err());

    let evil = Evil::new(|number, victim| {
        let device = DeviceKey { id: DeviceId(7 + number as u64), secret: vec![9; 100_000] };
        let asked = victim.decent_until_asked(&Welcome { device, ..welcome() }, 0);
        assert!(number == 0 || asked.is_none(), "said to the wrong one: {asked:?}");
    });
    let (client, mut happenings) = client(&evil).await;
    client.join("lobby", From::Now).await.expect("joined");
    let saying = tokio::spawn(async move { client.say("lobby", "keep me").await });
    let mut lost = 0;
    while lost < 5 {
        match timeout(PATIENCE, happenings.next()).await.expect("in time") {
            Some(Happening::Lost { .. }) => lost += 1,
            Some(_) => {}
            None => return,
        }
    }
    saying.abort();
}
