//! Files and pictures, there and back: whole, in parts, over broken connections, and kept once.

mod common;

use std::fs;
use std::io::Cursor;
use std::path::Path;

use common::files::{digest_of, upload};
use common::{Peer, TestServer, code, peer};
use image::{DynamicImage, ImageFormat, RgbImage};
use tertulia::model::{Body, FileBody, ImageBody, Seq};
use tertulia::wire::{Answer, Code, Request, Upload, UploadKind, Uploading};

/// Bytes that repeat nowhere soon.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let step = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    std::iter::repeat_with(step).take(bytes).collect()
}

fn picture(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(RgbImage::new(40, 30)).write_to(&mut bytes, format).expect("it encodes");
    bytes.into_inner()
}

fn image(nonce: u64, name: &str, content: &[u8]) -> Upload {
    Upload { kind: UploadKind::Image, ..upload(nonce, name, content) }
}

/// Names of the files below a folder.
fn files_below(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let mut names = Vec::new();
    for entry in entries {
        if entry.path().is_dir() {
            names.extend(files_below(&entry.path()));
        } else {
            names.push(entry.file_name().into_string().expect("UTF-8"));
        }
    }
    names.sort();
    names
}

#[test]
fn a_large_file_comes_back_as_it_was() {
    let mut server = TestServer::start();
    let (mut ann, mut ben) = (server.guest_in("lobby"), server.guest_in("lobby"));
    let content = noise(20 * 1024 * 1024 + 1);
    let said = ann.send_file(&upload(1, "noise.bin", &content), &content);
    let event = ben.event();
    assert_eq!((event.seq, event.at, &event.author), (said.seq, said.at, &ann.user()));
    let expected = FileBody {
        name: "noise.bin".into(),
        size: content.len() as u64,
        mime: "application/octet-stream".into(),
        sha256: digest_of(&content),
    };
    assert_eq!(event.body, Body::File(expected));
    assert!(ben.fetch_all(said.seq) == content, "every byte");
    server.restart();
    assert!(server.guest().fetch_all(said.seq) == content, "without being in the room, after a restart");
}

#[test]
fn a_picture_is_shown_with_its_dimensions() {
    let server = TestServer::start();
    let (mut ann, mut ben) = (server.guest_in("lobby"), server.guest_in("lobby"));
    let formats = [
        (ImageFormat::Png, "image/png"),
        (ImageFormat::Jpeg, "image/jpeg"),
        (ImageFormat::Gif, "image/gif"),
        (ImageFormat::WebP, "image/webp"),
    ];
    for (nonce, (format, mime)) in (1..).zip(formats) {
        let content = picture(format);
        let said = ann.send_file(&image(nonce, "picture.txt", &content), &content);
        let (size, sha256) = (content.len() as u64, digest_of(&content));
        let (name, mime) = ("picture.txt".into(), mime.into());
        assert_eq!(ben.event().body, Body::Image(ImageBody { name, size, mime, sha256, width: 40, height: 30 }));
        assert_eq!(ben.fetch_all(said.seq), content);
    }
}

#[test]
fn what_is_not_what_was_announced_is_thrown_away() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let files = server.data_dir().join("files");
    let torn = picture(ImageFormat::Png);
    for (asked, content, expected) in [
        (Upload { sha256: digest_of(b"other"), ..upload(1, "a.txt", b"hello") }, &b"hello"[..], Code::HashMismatch),
        (image(2, "a.png", b"I am a picture"), b"I am a picture", Code::NotAnImage),
        (
            image(3, "a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            Code::NotAnImage,
        ),
        (image(4, "a.png", &torn[..60]), &torn[..60], Code::NotAnImage),
        (image(5, "a.png", b""), b"", Code::NotAnImage),
    ] {
        let uploading = ann.uploading(&asked);
        ann.send_rest(&uploading, content);
        assert_eq!(code(ann.finish(uploading.upload)), expected);
        assert_eq!(code(ann.finish(uploading.upload)), Code::NoSuchUpload);
        assert_eq!(files_below(&files), [""; 0], "nothing is left of it");
        assert_eq!(ann.uploading(&asked).offset, 0, "its nonce is unused, and it begins anew");
    }
    assert_eq!(ann.events_so_far(), []);
}

#[test]
fn a_name_loses_its_path() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    for (nonce, (sent, kept)) in (1..).zip([
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\cat.gif", "cat.gif"),
        ("/", ""),
        ("a/..", ""),
        (".", ""),
        ("..\\", ""),
        ("", ""),
        ("bell\u{7}.txt", ""),
        ("escape\u{1b}[2J", ""),
        ("...", "..."),
        ("naïve ☃.txt", "naïve ☃.txt"),
    ]) {
        let asked = upload(nonce, sent, b"hello");
        if kept.is_empty() {
            assert_eq!(code(ann.call(Request::Upload(asked))), Code::BadRequest, "{sent:?}");
            continue;
        }
        ann.send_file(&asked, b"hello");
        let Body::File(file) = ann.event().body else { panic!("no file") };
        assert_eq!((file.name.as_str(), file.mime.as_str()), (kept, "text/plain"));
    }
    assert_eq!(code(ann.call(Request::Upload(upload(99, &"x".repeat(256), b"hello")))), Code::TooLarge);
    assert!(!server.temporary_dir().join("etc").exists());
    assert_eq!(files_below(&server.data_dir().join("files")), [digest_of(b"hello").to_string()], "kept once");
}

#[test]
fn an_upload_goes_on_where_it_broke_off() {
    let mut server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let content = noise(200_000);
    let asked = upload(5, "noise.bin", &content);
    let Uploading { upload, offset } = ann.uploading(&asked);
    assert_eq!(offset, 0);
    assert_eq!(ann.chunk(upload, 0, &content[..65_536]), Ok(Answer::Ok));
    let mut again = Peer::device(server.address(), Some(ann.key()));
    assert_eq!(code(again.call(Request::Upload(asked.clone()))), Code::NotJoined);
    again.join("lobby", None);
    assert_eq!(code(again.chunk(upload, 65_536, &content[65_536..100_000])), Code::NoSuchUpload, "another's number");
    let uploading = again.uploading(&asked);
    assert_eq!(uploading.offset, 65_536);
    assert_eq!(again.chunk(uploading.upload, 65_536, &content[65_536..100_000]), Ok(Answer::Ok));
    server.restart();

    let mut again = Peer::device(server.address(), Some(ann.key()));
    again.join("lobby", None);
    for other in [
        Upload { name: "other.bin".into(), ..asked.clone() },
        Upload { size: 200_001, ..asked.clone() },
        Upload { sha256: digest_of(b"other"), ..asked.clone() },
        Upload { kind: UploadKind::Image, ..asked.clone() },
        Upload { reply_to: Some(Seq(1)), ..asked.clone() },
    ] {
        assert_eq!(code(again.call(Request::Upload(other))), Code::NonceReused);
    }
    assert_eq!(again.uploading(&asked).offset, 100_000);
    let said = again.send_file(&asked, &content);
    assert!(again.fetch_all(said.seq) == content);
}

#[test]
fn chunks_come_in_order_and_no_more_of_them_than_announced() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let content = noise(70_000);
    let Uploading { upload: number, .. } = ann.uploading(&upload(1, "noise.bin", &content));
    assert_eq!(code(ann.chunk(number, 1, &content[1..10])), Code::BadRequest, "a hole");
    assert_eq!(code(ann.finish(number)), Code::BadRequest, "before the end");
    assert_eq!(code(ann.chunk(number, 0, &content[..65_537])), Code::BadRequest, "a chunk is smaller");
    assert_eq!(ann.chunk(number, 0, &content[..65_536]), Ok(Answer::Ok));
    assert_eq!(code(ann.chunk(number, 0, &content[..65_536])), Code::BadRequest, "once more");
    assert_eq!(code(ann.chunk(number, u64::MAX, &[1])), Code::BadRequest);
    assert_eq!(code(ann.chunk(number, 65_536, &noise(4_465))), Code::TooLarge, "a byte more than announced");
    assert_eq!(ann.chunk(number, 65_536, &[]), Ok(Answer::Ok));
    assert_eq!(code(ann.finish(number)), Code::BadRequest);
    assert_eq!(ann.chunk(number, 65_536, &content[65_536..]), Ok(Answer::Ok));
    assert!(matches!(ann.finish(number), Ok(Answer::Said(_))));
}

#[test]
fn what_is_no_upload_is_refused() {
    let server = TestServer::start_with(|config| config.file_bytes_max = 100_000);
    let mut ann = server.guest_in("lobby");
    assert_eq!(code(ann.call(Request::Upload(upload(1, "large.bin", &noise(100_001))))), Code::TooLarge);
    let allowed = ann.uploading(&upload(1, "large.bin", &noise(100_000)));
    assert_eq!(allowed.offset, 0);
    for nobodys in [0, allowed.upload + 1, u32::MAX] {
        assert_eq!(code(ann.chunk(nobodys, 0, b"x")), Code::NoSuchUpload);
        assert_eq!(code(ann.finish(nobodys)), Code::NoSuchUpload);
    }
    let elsewhere = Upload { room: "elsewhere".into(), ..upload(2, "a.txt", b"hello") };
    assert_eq!(code(ann.call(Request::Upload(elsewhere.clone()))), Code::NotJoined);
    server.guest_in("elsewhere");
    assert_eq!(code(ann.call(Request::Upload(elsewhere))), Code::NotJoined);
    let invalid = Upload { room: "else where".into(), ..upload(2, "a.txt", b"hello") };
    assert_eq!(code(ann.call(Request::Upload(invalid))), Code::RoomInvalid);
}

#[test]
fn what_was_said_by_an_upload_may_be_asked_again() {
    let mut server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let asked = upload(1, "a.txt", b"hello");
    let uploading = ann.uploading(&asked);
    ann.send_rest(&uploading, b"hello");
    let Ok(Answer::Said(said)) = ann.finish(uploading.upload) else { panic!("not said") };
    assert_eq!(ann.finish(uploading.upload), Ok(Answer::Said(said.clone())));
    server.restart();
    let mut ann = Peer::device(server.address(), Some(ann.key()));
    let uploading = ann.uploading(&asked);
    assert_eq!(uploading.offset, 5, "it is whole, and answered before membership");
    assert_eq!(ann.finish(uploading.upload), Ok(Answer::Said(said.clone())));
    let other = Upload { name: "b.txt".into(), ..asked };
    assert_eq!(code(ann.call(Request::Upload(other))), Code::NonceReused);
    assert_eq!(code(ann.call(peer::say("lobby", 1, Body::Text("hello".into())))), Code::NonceReused);
    assert_eq!(ann.history("lobby", None, None, 10).events.len(), 1);
}

/// What an older number knows of an upload may no longer be true: its bytes may have been thrown away meanwhile.
#[test]
fn an_upload_has_one_number_and_is_said_only_while_it_is_open() {
    let server = TestServer::start();
    let mut ann = server.guest_in("lobby");
    let upload = upload(1, "notes.txt", b"twelve bytes");
    let first = ann.uploading(&upload);
    assert_eq!(ann.chunk(first.upload, 0, b"twelve bytes"), Ok(Answer::Ok));
    ann.leave("lobby");
    assert_eq!(code(ann.finish(first.upload)), Code::NotJoined);
    ann.join("lobby", None);
    let second = ann.uploading(&upload);
    assert_eq!(code(ann.finish(first.upload)), Code::NoSuchUpload);
    assert_eq!(second.offset, 0, "the bytes stand elsewhere, and are checked before they are believed");
    assert_eq!(ann.chunk(second.upload, 0, b"other bytes!"), Ok(Answer::Ok));
    assert_eq!(code(ann.finish(second.upload)), Code::HashMismatch);
    ann.send_file(&upload, b"twelve bytes");
    assert_eq!(ann.fetch_all(Seq(1)), b"twelve bytes");
}

#[test]
fn files_have_only_so_much_room_and_what_is_only_announced_takes_none() {
    let mut server = TestServer::start_with(|config| config.all_files_bytes_max = 100_000);
    let (mut stranger, mut ann) = (server.guest_in("lobby"), server.guest_in("lobby"));
    let content = noise(60_000);
    let announced: Vec<Uploading> =
        (1..=10).map(|nonce| stranger.uploading(&upload(nonce, "never", &noise(50_000)))).collect();
    ann.send_file(&upload(1, "first", &content), &content);
    assert_eq!(code(ann.call(Request::Upload(upload(2, "second", &content)))), Code::Quota);
    // what has begun gets as far as there is room
    assert_eq!(stranger.chunk(announced[0].upload, 0, &noise(30_000)), Ok(Answer::Ok));
    assert_eq!(code(stranger.chunk(announced[1].upload, 0, &noise(30_000))), Code::Quota);
    assert_eq!(stranger.chunk(announced[1].upload, 0, &noise(10_000)), Ok(Answer::Ok));
    assert_eq!(code(stranger.chunk(announced[1].upload, 10_000, b"x")), Code::Quota);
    assert_eq!(code(ann.call(Request::Upload(upload(3, "third", b"x")))), Code::Quota);

    server.stop();
    server.restart();
    // the files are counted in the first moments
    let one_more = |_| server.guest_in("lobby").call(Request::Upload(upload(1, "fourth", b"x"))).err();
    let refused = (0..100).find_map(one_more).expect("those of before are counted");
    assert_eq!(refused.code, Code::Quota);
}
