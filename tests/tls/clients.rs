//! The client library over TLS: whom it takes for the server, and whom not.

use std::sync::Arc;
use std::time::Duration;

use tertulia::client::{Client, Distrust, Error, From, Happening, Options, Pin, Retry, Trust};
use tertulia::model::Fingerprint;
use tertulia::wire::Event;

use crate::certificates::Files;
use crate::common::{ServerProcess, TestServer};
use crate::conversation::server;

fn by(pin: &Arc<Pin>) -> Options {
    let retry = Retry { first: Duration::from_millis(1), longest: Duration::from_millis(20), ..Retry::default() };
    Options { tls: Some(Trust::Pin(Arc::clone(pin))), retry, ..Options::default() }
}

fn pinned(fingerprint: Option<Fingerprint>) -> Options {
    by(&Arc::new(Pin::for_this_run(fingerprint)))
}

#[tokio::test]
async fn much_is_said_and_heard_by_the_library() {
    let server = server();
    let address = server.address().to_string();
    let pin = Arc::new(Pin::for_this_run(None));
    let (ann, _) = Client::connect(&address, by(&pin)).await.unwrap();
    let (ben, mut heard) = Client::connect(&address, pinned(pin.first_seen())).await.unwrap();
    ann.join("lobby", From::Now).await.unwrap();
    ben.join("lobby", From::Now).await.unwrap();
    let talk = async {
        for n in 0..200 {
            ann.say("lobby", format!("{n} {}", "x".repeat(10_000))).await.unwrap();
        }
    };
    let listen = async {
        let mut events: Vec<Event> = Vec::new();
        while events.len() < 200 {
            if let Some(Happening::Event(event)) = heard.next().await {
                events.push(event);
            }
        }
        assert!(events.iter().map(|event| event.seq.0).eq(1..=200));
    };
    tokio::join!(talk, listen);
    ann.quit().await;
    ben.quit().await;
}

#[tokio::test]
async fn another_certificate_ends_a_client_and_is_told_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files::new(dir.path());
    let known = files.write(2090);
    let data = dir.path().join("data");
    let server = ServerProcess::start_with(&data, "0", &files.options());
    let (address, port) = (server.address.to_string(), server.address.port().to_string());
    let (client, mut happenings) = Client::connect(&address, pinned(None)).await.unwrap();
    client.join("lobby", From::Now).await.unwrap();

    // the same again is no reason to go
    server.kill();
    let server = ServerProcess::start_with(&data, &port, &files.options());
    client.say("lobby", "back again").await.unwrap();

    server.kill();
    let shown = files.write(2091);
    let _server = ServerProcess::start_with(&data, &port, &files.options());
    let changed = Distrust::Changed { address: address.clone(), known, shown };
    let unsaid = client.say("lobby", "for whom?").await;
    assert!(matches!(&unsaid, Err(Error::Distrusted(why)) if *why == changed), "{unsaid:?}");
    let mut last = None;
    while let Some(happening) = happenings.next().await {
        last = Some(happening);
    }
    assert_eq!(last, Some(Happening::Distrusted(changed.clone())), "it has stopped trying");

    let at_once = Client::connect(&address, pinned(Some(known))).await.err();
    let other = Distrust::NotNamed { address: address.clone(), named: known, shown };
    assert!(matches!(&at_once, Some(Error::Distrusted(why)) if *why == other), "{at_once:?}");
}

/// Stays while the server comes back with other options, and says what the client's last happening is.
async fn after_a_change(before: &[&str], trust: Option<Trust>, after: &[&str]) -> (String, Option<Happening>) {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let server = ServerProcess::start_with(&data, "0", before);
    let (address, port) = (server.address.to_string(), server.address.port().to_string());
    let options = Options { tls: trust, ..pinned(None) };
    let (client, mut happenings) = Client::connect(&address, options).await.unwrap();
    client.join("lobby", From::Now).await.unwrap();
    server.kill();
    let _server = ServerProcess::start_with(&data, &port, after);
    let unsaid = client.say("lobby", "for whom?").await;
    assert!(matches!(&unsaid, Err(Error::Distrusted(_))), "{unsaid:?}");
    let mut last = None;
    while let Some(happening) = happenings.next().await {
        last = Some(happening);
    }
    (address, last)
}

#[tokio::test]
async fn a_server_that_comes_back_without_tls_ends_a_client_and_is_told_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files::new(dir.path());
    files.write(2090);
    for trust in [Trust::Pin(Arc::default()), Trust::Roots(files.certificate.clone())] {
        let (address, last) = after_a_change(&files.options(), Some(trust), &[]).await;
        assert_eq!(last, Some(Happening::Distrusted(Distrust::NoTls { address, pin: None })));
    }
}

#[tokio::test]
async fn a_server_that_comes_back_with_nothing_but_tls_ends_a_client_without() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files::new(dir.path());
    files.write(2090);
    let (address, last) = after_a_change(&[], None, &files.options()).await;
    assert_eq!(last, Some(Happening::Distrusted(Distrust::NeedsTls { address })));
}

#[tokio::test]
async fn one_who_has_to_be_vouched_for_is_taken_by_no_other_name() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files::new(dir.path());
    files.write(2090);
    let server = ServerProcess::start_with(&dir.path().join("data"), "0", &files.options());
    let address = server.address.to_string();
    let trusting = |trust| Options { tls: Some(trust), ..Options::default() };
    let roots = || trusting(Trust::Roots(files.certificate.clone()));
    let (client, _) = Client::connect(&address, roots()).await.unwrap();
    client.quit().await;

    let other_name = Client::connect(&address.replace("127.0.0.1", "localhost"), roots()).await.err();
    let Some(Error::Distrusted(Distrust::Rejected { why, .. })) = other_name else { panic!("{other_name:?}") };
    assert_eq!(why, "it is for a server of another name");

    files.write(2091);
    let other_root = Client::connect(&address, roots()).await.err();
    assert!(matches!(other_root, Some(Error::Distrusted(Distrust::Rejected { .. }))), "{other_root:?}");

    let missing = Client::connect(&address, trusting(Trust::Roots(dir.path().join("none")))).await.err();
    assert!(matches!(missing, Some(Error::File { .. })), "{missing:?}");
    let no_roots = Client::connect(&address, trusting(Trust::Roots(files.key.clone()))).await.err();
    assert!(matches!(no_roots, Some(Error::Roots(_))), "{no_roots:?}");
}

#[tokio::test]
async fn with_tls_and_without_do_not_meet() {
    let (encrypted, plain) = (server(), TestServer::start());
    let needs = Client::connect(&encrypted.address().to_string(), Options::default()).await.err();
    assert!(matches!(needs, Some(Error::NeedsTls(_))), "{needs:?}");
    let has_none = Client::connect(&plain.address().to_string(), pinned(None)).await.err();
    assert!(matches!(has_none, Some(Error::NoTls(_))), "{has_none:?}");
}
