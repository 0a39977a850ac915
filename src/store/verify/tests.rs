//! Every fault that can be planted is found, and a sound store is called sound.

use diesel::connection::SimpleConnection;

use super::*;
use crate::model::{Body, UserId};
use crate::store::testing::{Fixture, entry, file, image, text};

/// A store with something of everything in it, in `lobby`: 1 text, 2 text, 3 its edit, 4 its deletion, 5 reaction to 1,
/// 6 answer to 1, 7 file, 8 image, 9 topic; an empty room; a read mark.
fn sound() -> Fixture {
    let mut fixture = Fixture::new();
    let (device, room) = (fixture.device(), fixture.room("lobby"));
    fixture.room("empty");
    let one = crate::model::Seq(1);
    let two = crate::model::Seq(2);
    let bodies = [
        text("first"),
        text("second"),
        Body::Edit { of: two, text: "zweite".into() },
        Body::Delete { of: two },
        Body::React { of: one, emoji: "+".into(), on: true },
        text("an answer"),
        file("a.bin", 7),
        image("b.png", 8),
        Body::Topic("things".into()),
    ];
    let mut entries: Vec<_> = (1..).zip(bodies).map(|(nonce, body)| entry(device, nonce, room, body)).collect();
    entries[5].reply_to = Some(one);
    fixture.commit(&entries);
    fixture.store.mark_read(UserId::ANONYMOUS, device, room, two).unwrap();
    fixture
}

/// What is found after `sql` was run on a sound store.
fn faults_after(sql: &str) -> Vec<String> {
    let mut fixture = sound();
    let connection = &mut fixture.store.connection;
    connection.batch_execute("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON").unwrap();
    connection.batch_execute(sql).unwrap();
    let mut found = Vec::new();
    Checkup::open(&fixture.path()).unwrap().rows(|_| {}, |fault| found.push(fault.to_owned())).unwrap();
    found
}

#[test]
fn a_sound_store_is_called_sound() {
    assert_eq!(faults_after(""), [""; 0]);
    let mut fixture = sound();
    fixture.reopen();
    let mut checkup = Checkup::open(&fixture.path()).unwrap();
    assert_eq!(checkup.counts(), Ok(Counts { rooms: 2, messages: 9, files: 2 }));
    let mut files = Vec::new();
    checkup.files(|digest, size| files.push((digest, size))).unwrap();
    assert_eq!(files, [(Digest([7; 32]), 9), (Digest([8; 32]), 9)]);
}

/// Faults, and what is said of each.
const PLANTED: [(&str, &str); 31] = [
    ("DELETE FROM messages WHERE seq IN (5, 6)", "room lobby: nothing stands between 4 and 7"),
    ("DELETE FROM messages WHERE seq = 9", "room lobby: it should hold 1 to 9, and holds 1 to 8"),
    ("UPDATE rooms SET last_seq = 3 WHERE name = 'empty'", "room empty: it should hold 1 to 3, and holds nothing"),
    ("DELETE FROM messages", "room lobby: it should hold 1 to 9, and holds nothing"),
    ("UPDATE rooms SET first_seq = 2 WHERE name = 'lobby'", "it should hold 2 to 9, and holds 1 to 9"),
    ("UPDATE messages SET at = at - 1 WHERE seq = 5", "room lobby: 5 is older than the event before it"),
    ("UPDATE messages SET target = 12 WHERE seq = 5", "5 (react) is about 12, which is not there"),
    ("UPDATE messages SET target = 9 WHERE seq = 5", "5 (react) is about 9, which is not there"),
    ("UPDATE messages SET target = 4 WHERE seq = 5", "5 (react) is about 4, which is delete"),
    ("UPDATE messages SET target = NULL WHERE seq = 5", "5 (react) is about nothing"),
    ("UPDATE messages SET target = 1 WHERE seq = 4", "4 (delete) is about 1, which is text"),
    ("UPDATE messages SET target = 1 WHERE seq = 6", "6 (text) is about 1"),
    ("UPDATE messages SET kind = 'edit', target = 2, text = '' WHERE seq = 6", "6 (edit) is about 2, which is gone"),
    ("UPDATE messages SET reply_to = 8 WHERE seq = 6", "6 answers 8, which is not there"),
    ("UPDATE messages SET reply_to = 5 WHERE seq = 6", "6 answers 5, which is react"),
    ("UPDATE messages SET text = 'left over' WHERE seq = 2", "2 is gone, and still holds something"),
    ("UPDATE messages SET text = NULL WHERE seq = 1", "1 (text) is not whole"),
    ("UPDATE messages SET file_name = NULL WHERE seq = 7", "7 (file) is not whole"),
    ("UPDATE messages SET file_id = NULL WHERE seq = 7", "7 (file) is not whole"),
    ("UPDATE files SET width = NULL", "8 (image) is not whole"),
    ("UPDATE messages SET user_id = 99 WHERE seq = 1", "of messages names a row that is not in users"),
    ("UPDATE messages SET device_id = 99 WHERE seq = 1", "of messages names a row that is not in devices"),
    ("DELETE FROM files WHERE width IS NULL", "of messages names a row that is not in files"),
    ("INSERT INTO files (sha256, size, mime, created_at) VALUES (zeroblob(32), 1, '', 0)", "is shown by no message"),
    ("UPDATE files SET sha256 = x'07' WHERE width IS NULL", "has no SHA-256 or no size"),
    ("UPDATE reads SET seq = 10", "room lobby: somebody has read up to 10, but it ends at 9"),
    ("UPDATE messages SET kind = 'shout' WHERE seq = 9", "room lobby: 9 (shout) is not whole"),
    ("UPDATE reads SET user_id = 1", "the read mark in row 1 belongs to nobody, or to two"),
    (
        "INSERT INTO bans (kind, value, reason, created_at) VALUES ('handle', 'nobody', '', 0)",
        "the ban in row 1 is on nobody: handle nobody",
    ),
    ("DELETE FROM store", "the store should have one identity and the anonymous user"),
    ("DELETE FROM users", "the store should have one identity and the anonymous user"),
];

#[test]
fn every_planted_fault_is_found_and_named() {
    for (sql, expected) in PLANTED {
        let found = faults_after(sql);
        assert!(found.iter().any(|fault| fault.contains(expected)), "{sql}: {found:#?}");
    }
}

#[test]
fn a_nonce_that_stands_twice_is_found() {
    let found = faults_after(
        "CREATE TABLE copied AS SELECT * FROM messages; DROP TABLE messages; ALTER TABLE copied RENAME TO messages; \
         UPDATE messages SET nonce = 1 WHERE seq IN (5, 6)",
    );
    assert_eq!(found, ["device 1 said 3 things under the nonce 1"]);
}

#[test]
fn a_page_that_is_torn_is_found() {
    let mut fixture = sound();
    fixture.store.checkpoint().unwrap();
    let mut bytes = std::fs::read(fixture.path()).unwrap();
    let words = bytes.windows(9).position(|window| window == b"an answer").expect("the words stand there");
    let page = words / 4096 * 4096;
    bytes[page + 3] ^= 0xff;
    let torn = fixture.path().with_file_name("torn.db");
    std::fs::write(&torn, bytes).unwrap();
    let mut found = 0;
    let checked = Checkup::open(&torn).map(|mut checkup| checkup.rows(|_| {}, |_| found += 1));
    assert!(found > 0 || !matches!(checked, Ok(Ok(()))), "{checked:?}");
}

#[test]
fn what_is_no_store_of_this_schema_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let opened = |name: &str, sql: &str| {
        let path = dir.path().join(name);
        SqliteConnection::establish(path.to_str().unwrap()).unwrap().batch_execute(sql).unwrap();
        Checkup::open(&path).map(drop).unwrap_err()
    };
    assert!(matches!(opened("other.db", "CREATE TABLE shoes (size INTEGER)"), OpenError::Foreign(_)));
    let mut fixture = sound();
    let versions = "SELECT version FROM __diesel_schema_migrations ORDER BY version";
    let versions = diesel::sql_query(versions).load::<Version>(&mut fixture.store.connection).unwrap();
    let last = &versions.last().unwrap().version;
    fixture
        .store
        .connection
        .batch_execute(
            "UPDATE __diesel_schema_migrations SET version = '2999' WHERE version = \
        (SELECT max(version) FROM __diesel_schema_migrations)",
        )
        .unwrap();
    assert!(
        matches!(Checkup::open(&fixture.path()).map(drop), Err(OpenError::Newer { version, .. }) if version == "2999")
    );
    fixture.store.connection.batch_execute("DELETE FROM __diesel_schema_migrations WHERE version = '2999'").unwrap();
    let older = Checkup::open(&fixture.path()).map(drop).unwrap_err();
    assert!(matches!(&older, OpenError::Older { missing, .. } if missing == last), "{older}");
    let missing = Checkup::open(&dir.path().join("none.db")).map(drop).unwrap_err();
    assert!(matches!(missing, OpenError::Refused { .. }), "{missing}");
    std::fs::write(dir.path().join("letter"), "to my aunt ".repeat(99)).unwrap();
    let letter = Checkup::open(&dir.path().join("letter")).map(drop).unwrap_err();
    assert!(matches!(letter, OpenError::NotADatabase(_)), "{letter}");
}
