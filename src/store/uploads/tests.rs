//! Uploads that begin, break off, go on and end.

use super::*;
use crate::store::testing::{Fixture, NOW, appended, entry, file, image, repeated, text};
use crate::store::{Entry, Outcome};

fn upload(device: DeviceId, nonce: u64, room: RoomId) -> NewUpload {
    let (name, sha256) = ("notes".to_owned(), Digest([1; 32]));
    NewUpload { device, nonce: Nonce(nonce), room, image: false, name, size: 9, sha256, reply_to: None }
}

fn opened(fixture: &mut Fixture, new: &NewUpload) -> UploadId {
    match fixture.store.open_upload(new, true, NOW).unwrap() {
        Opened::Open { upload } => upload,
        other => panic!("{other:?}"),
    }
}

fn scene() -> (Fixture, DeviceId, RoomId) {
    let mut fixture = Fixture::new();
    let (device, room) = (fixture.device(), fixture.room("lobby"));
    (fixture, device, room)
}

/// One wrong field each.
fn others(new: &NewUpload, hall: RoomId) -> [NewUpload; 6] {
    [
        NewUpload { room: hall, ..new.clone() },
        NewUpload { image: true, ..new.clone() },
        NewUpload { name: "other".to_owned(), ..new.clone() },
        NewUpload { size: 10, ..new.clone() },
        NewUpload { sha256: Digest([2; 32]), ..new.clone() },
        NewUpload { reply_to: Some(Seq(1)), ..new.clone() },
    ]
}

#[test]
fn the_same_upload_goes_on_also_after_a_restart() {
    let (mut fixture, device, room) = scene();
    let (bea, hall) = (fixture.device(), fixture.room("hall"));
    let new = upload(device, u64::MAX, room);
    let id = opened(&mut fixture, &new);
    fixture.reopen();
    assert_eq!(opened(&mut fixture, &new), id);
    for other in others(&new, hall) {
        assert_eq!(fixture.store.open_upload(&other, true, NOW), Ok(Opened::NonceReused), "{other:?}");
    }
    assert_ne!(opened(&mut fixture, &upload(bea, u64::MAX, room)), id);
    assert_eq!(fixture.store.open_uploads().unwrap().len(), 2);
}

#[test]
fn what_was_said_is_said() {
    let (mut fixture, device, room) = scene();
    let hall = fixture.room("hall");
    let new = upload(device, 1, room);
    opened(&mut fixture, &new);
    assert_eq!(fixture.commit(&[entry(device, 1, room, file("notes", 1))]), [appended(1)]);
    assert_eq!(fixture.store.open_uploads(), Ok(vec![]), "the message has taken its place");
    let said = Ok(Opened::Said { seq: Seq(1), at: NOW });
    assert_eq!(fixture.store.open_upload(&new, true, NOW), said);
    for other in others(&new, hall) {
        assert_eq!(fixture.store.open_upload(&other, true, NOW), Ok(Opened::NonceReused), "{other:?}");
    }
    fixture.commit(&[entry(device, 2, room, Body::Delete { of: Seq(1) })]);
    assert_eq!(fixture.store.open_upload(&new, true, NOW), said, "also when it is gone");
    fixture.say(device, 3, room, "words");
    assert_eq!(fixture.store.open_upload(&upload(device, 3, room), true, NOW), Ok(Opened::NonceReused));
}

#[test]
fn an_image_is_no_file() {
    let (mut fixture, device, room) = scene();
    fixture.commit(&[entry(device, 1, room, image("notes", 1))]);
    let new = upload(device, 1, room);
    assert_eq!(fixture.store.open_upload(&new, true, NOW), Ok(Opened::NonceReused));
    let new = NewUpload { image: true, ..new };
    assert_eq!(fixture.store.open_upload(&new, true, NOW), Ok(Opened::Said { seq: Seq(1), at: NOW }));
}

#[test]
fn a_device_has_only_so_many_under_way() {
    let (mut fixture, device, room) = scene();
    let last = limits::UPLOADS_PER_DEVICE_MAX as u64;
    let ids: Vec<UploadId> = (0..last).map(|nonce| opened(&mut fixture, &upload(device, nonce, room))).collect();
    let one_more = upload(device, last, room);
    assert_eq!(fixture.store.open_upload(&one_more, true, NOW), Ok(Opened::Quota));
    assert_eq!(opened(&mut fixture, &upload(device, 0, room)), ids[0], "those that are there go on");
    fixture.store.close_upload(ids[3]).unwrap();
    let new = opened(&mut fixture, &one_more);
    assert!(ids.iter().all(|id| *id < new), "no number is given twice");
}

#[test]
fn a_day_counts_from_the_last_opening() {
    let (mut fixture, device, room) = scene();
    let (old, kept) = (upload(device, 1, room), upload(device, 2, room));
    let (old, _) = (opened(&mut fixture, &old), opened(&mut fixture, &kept));
    let later = Timestamp(NOW.0 + 10);
    fixture.store.open_upload(&kept, true, later).unwrap();
    assert_eq!(fixture.store.stale_uploads(NOW), Ok(vec![]));
    assert_eq!(fixture.store.stale_uploads(later), Ok(vec![old]));
}

#[test]
fn content_is_needed_as_long_as_an_upload_or_a_message_refers_to_it() {
    let (mut fixture, device, room) = scene();
    let digest = Digest([1; 32]);
    let (one, two) = (upload(device, 1, room), upload(device, 2, room));
    let (first, second) = (opened(&mut fixture, &one), opened(&mut fixture, &two));
    assert_eq!(fixture.store.is_file_kept(&digest), Ok(true));
    assert_eq!(fixture.store.close_upload(first), Ok(None), "the other one is under way");
    assert_eq!(fixture.store.close_upload(first), Ok(None), "closing may be repeated");
    assert_eq!(fixture.store.close_upload(second), Ok(Some(digest)));
    assert_eq!(fixture.store.is_file_kept(&digest), Ok(false));

    opened(&mut fixture, &one);
    fixture.commit(&[entry(device, 9, room, file("notes", 1))]);
    let gone = fixture.commit_all(&[entry(device, 10, room, Body::Delete { of: Seq(1) })]);
    assert_eq!((gone.outcomes, gone.orphans), (vec![appended(2)], vec![]), "an upload still claims it");
    assert_eq!(fixture.commit(&[entry(device, 1, room, text("no file after all"))]), [appended(3)]);
    assert_eq!(fixture.store.open_upload(&one, true, NOW), Ok(Opened::NonceReused));
    assert_eq!(fixture.commit(&[entry(device, 1, room, file("notes", 1))]), [Outcome::NonceReused]);
}

#[test]
fn a_message_whose_upload_is_over_is_refused_since_its_bytes_may_be_gone() {
    let (mut fixture, device, room) = scene();
    let new = upload(device, 1, room);
    let over = opened(&mut fixture, &new);
    fixture.store.close_upload(over).unwrap();
    let again = opened(&mut fixture, &new);
    let of = |upload| Entry { upload: Some(upload), ..entry(device, 1, room, file("notes", 1)) };
    assert_eq!(fixture.commit(&[of(over)]), [Outcome::NoSuchUpload]);
    assert_eq!(fixture.log(room), []);
    assert_eq!(fixture.commit(&[of(again), of(again)]), [appended(1), repeated(1)]);
}

#[test]
fn where_there_is_no_room_nothing_new_begins_and_what_has_begun_goes_on() {
    let (mut fixture, device, room) = scene();
    let upload = |nonce| upload(device, nonce, room);
    assert_eq!(fixture.store.open_upload(&upload(1), false, NOW), Ok(Opened::Full));
    let begun = opened(&mut fixture, &upload(1));
    assert_eq!(fixture.store.open_upload(&upload(1), false, NOW), Ok(Opened::Open { upload: begun }));
    assert_eq!(fixture.store.open_upload(&upload(2), false, NOW), Ok(Opened::Full));
}
