//! Files up and down, over connections that break in the middle.

use sha2::{Digest as _, Sha256};

use super::*;
use crate::client::Error;
use crate::model::Digest;
use crate::wire::{Data, Upload, UploadKind, Uploading};

fn content(bytes: u32) -> Vec<u8> {
    (0..bytes).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect()
}

fn digest(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// What a server keeps of an upload.
#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    uploads: Vec<Upload>,
}

impl Kept {
    /// Takes an upload until so many bytes are there; then the cable is cut, or the upload finished.
    async fn take(&mut self, peer: &mut Peer, bytes_max: usize) {
        while self.bytes.len() < bytes_max {
            let (id, request) = peer.request().await;
            let answer = match request {
                Request::Upload(upload) => {
                    self.uploads.push(upload);
                    Answer::Uploading(Uploading { upload: 3, offset: self.bytes.len() as u64 })
                }
                Request::Chunk(chunk) => {
                    assert_eq!((chunk.upload, chunk.offset), (3, self.bytes.len() as u64));
                    assert!(chunk.data.len() <= 1_000, "what the server said it takes");
                    self.bytes.extend(chunk.data);
                    Answer::Ok
                }
                other => panic!("{other:?}"),
            };
            peer.answer(id, answer).await;
        }
    }
}

#[tokio::test]
async fn an_upload_goes_on_where_the_server_stands() {
    let dir = tempfile::tempdir().unwrap();
    let (path, bytes) = (dir.path().join("a file.bin"), content(10_500));
    std::fs::write(&path, &bytes).unwrap();
    let script = Script::new().await;
    let (client, _happenings, mut peer) = script.client().await;
    let mut kept = Kept::default();
    let server = async {
        kept.take(&mut peer, 3_000).await;
        drop(peer);
        let (mut peer, _) = script.welcomed().await;
        kept.take(&mut peer, 10_500).await;
        let (id, request) = peer.request().await;
        assert!(matches!(request, Request::Finish(_)), "{request:?}");
        peer.answer(id, Answer::Said(said(9))).await;
    };
    let mut progress = Vec::new();
    let upload = client.upload("lobby", &path, UploadKind::File, |done, total| progress.push((done, total)));
    let (outcome, ()) = tokio::join!(upload, server);
    assert_eq!(outcome.unwrap(), said(9));
    assert_eq!(kept.bytes, bytes);
    let [first, second] = &kept.uploads[..] else { panic!("two attempts") };
    assert_eq!(first, second, "the nonce, too");
    assert_eq!((first.name.as_str(), first.size, first.sha256), ("a file.bin", 10_500, digest(&bytes)));
    assert_eq!(progress.last(), Some(&(10_500, 10_500)));
    assert!(progress.is_sorted());
}

#[tokio::test]
async fn what_cannot_be_uploaded_is_refused_before_a_byte_is_sent() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large");
    std::fs::File::create(&path).unwrap().set_len(1_000_001).unwrap();
    let script = Script::new().await;
    let (client, _happenings, _peer) = script.client().await;
    let large = client.upload("lobby", &path, UploadKind::File, |_, _| {}).await.unwrap_err();
    assert_eq!(large.to_string(), "the file has 1000001 bytes, and the server takes at most 1000000");
    for wrong in [dir.path(), &dir.path().join("missing")] {
        let outcome = client.upload("lobby", wrong, UploadKind::File, |_, _| {}).await;
        assert!(matches!(outcome, Err(Error::File { .. })), "{outcome:?}");
    }
}

/// Answers so many fetches, with at most `length_max` bytes each.
async fn serve(peer: &mut Peer, bytes: &[u8], count: usize, length_max: usize) {
    for _ in 0..count {
        let (id, request) = peer.request().await;
        let Request::Fetch(fetch) = request else { panic!("{request:?}") };
        let offset = usize::try_from(fetch.offset).unwrap();
        let length = usize::try_from(fetch.length).unwrap().min(length_max);
        let data = bytes[offset..bytes.len().min(offset + length)].to_vec();
        peer.answer(id, Answer::Data(Data { offset: fetch.offset, size: bytes.len() as u64, data })).await;
    }
}

#[tokio::test]
async fn a_download_goes_on_where_it_was_and_is_checked() {
    let bytes = content(10_500);
    let script = Script::new().await;
    let (client, _happenings, mut peer) = script.client().await;
    let server = async {
        serve(&mut peer, &bytes, 2, 1_000).await;
        drop(peer);
        let (mut peer, _) = script.welcomed().await;
        serve(&mut peer, &bytes, 1, 300).await;
        serve(&mut peer, &bytes, usize::MAX, 1_000).await;
    };
    let (mut to, mut last) = (Vec::new(), (0, 0));
    let sha256 = digest(&bytes);
    let download = client.download("lobby", Seq(4), 10_500, &sha256, &mut to, |done, total| last = (done, total));
    let outcome = tokio::select! {
        outcome = download => outcome,
        () = server => panic!("the server goes on for ever"),
    };
    outcome.unwrap();
    assert_eq!(to, bytes);
    assert_eq!(last, (10_500, 10_500));
}

#[tokio::test]
async fn bytes_that_are_not_the_files_are_found_out() {
    let bytes = content(1_500);
    let script = Script::new().await;
    let (client, _happenings, mut peer) = script.client().await;
    let mut to = Vec::new();
    let other = digest(b"another file");
    let download = client.download("lobby", Seq(4), 1_500, &other, &mut to, |_, _| {});
    let (outcome, ()) = tokio::join!(download, serve(&mut peer, &bytes, 2, 1_000));
    assert!(matches!(outcome, Err(Error::HashMismatch)));

    let (mut to, sha256) = (Vec::new(), digest(&bytes));
    let download = client.download("lobby", Seq(4), 1_400, &sha256, &mut to, |_, _| {});
    let (outcome, ()) = tokio::join!(download, serve(&mut peer, &bytes, 2, 1_000));
    assert!(matches!(outcome, Err(Error::Unexpected(_))), "not the size that was announced: {outcome:?}");
    assert!(to.is_empty());
}
