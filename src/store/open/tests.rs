//! What is and what is not a database to open.

use std::fs;

use diesel::sql_query;

use super::*;
use crate::model::LogId;
use crate::store::StoreError;

const NOW: Timestamp = Timestamp(1_000);

fn open(path: &Path, seed: u64) -> Result<Store, OpenError> {
    Store::open_writer(path, Sync::Full, &mut Chance::seeded(seed), NOW)
}

fn path_in(dir: &tempfile::TempDir) -> PathBuf {
    dir.path().join("tertulia.db")
}

#[test]
fn a_log_keeps_its_id_and_a_copy_gets_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let (path, copy) = (path_in(&dir), dir.path().join("copy.db"));
    let log = open(&path, 1).unwrap().log_id();
    assert_ne!(log, LogId(0));
    assert_eq!(open(&path, 2).unwrap().log_id(), log);
    fs::copy(&path, &copy).unwrap();
    let other = open(&copy, 3).unwrap().log_id();
    assert_ne!(other, log);
    assert_eq!(open(&copy, 4).unwrap().log_id(), other, "the copy keeps what it got");
    assert_eq!(open(&path, 5).unwrap().log_id(), log, "the original keeps its own");
}

#[test]
fn a_log_that_is_moved_keeps_its_id() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(&path_in(&dir), 1).unwrap().log_id();
    let moved = dir.path().join("moved.db");
    fs::rename(path_in(&dir), &moved).unwrap();
    assert_eq!(open(&moved, 2).unwrap().log_id(), log);
}

#[test]
fn a_reader_sees_the_log_and_cannot_write() {
    let dir = tempfile::tempdir().unwrap();
    let missing = Store::open_reader(&path_in(&dir)).unwrap_err();
    assert!(matches!(missing, OpenError::Refused { .. }), "{missing}");
    assert!(!path_in(&dir).exists(), "a reader makes nothing");
    let writer = open(&path_in(&dir), 1).unwrap();
    let mut reader = Store::open_reader(&path_in(&dir)).unwrap();
    assert_eq!(reader.log_id(), writer.log_id());
    let name = crate::model::RoomName::parse("lobby").unwrap();
    assert!(matches!(reader.create_room(&name, NOW), Err(StoreError::Unavailable(_))));
}

#[test]
fn what_is_no_database_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let text = "a letter to my aunt, longer than the header of a database: ".repeat(20);
    fs::write(path_in(&dir), &text).unwrap();
    let error = open(&path_in(&dir), 1).unwrap_err();
    assert!(matches!(error, OpenError::NotADatabase(_)), "{error}");
    assert_eq!(fs::read_to_string(path_in(&dir)).unwrap(), text);
}

#[test]
fn a_directory_or_a_path_through_a_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    for path in [dir.path().to_owned(), dir.path().join("file").join("tertulia.db")] {
        let error = open(&path, 1).unwrap_err();
        assert!(matches!(error, OpenError::Refused { .. }), "{error}");
        assert!(error.to_string().contains(&*path.to_string_lossy()), "{error}");
    }
}

#[test]
fn a_newer_database_is_refused_and_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&path_in(&dir), 1).unwrap();
    sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')")
        .execute(&mut store.connection)
        .unwrap();
    drop(store);
    let error = open(&path_in(&dir), 2).unwrap_err();
    assert!(matches!(&error, OpenError::Newer { version, .. } if version == "29990101000000"), "{error}");
}

#[test]
fn somebody_elses_database_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut other = SqliteConnection::establish(path_in(&dir).to_str().unwrap()).unwrap();
    other.batch_execute("CREATE TABLE users (id INTEGER PRIMARY KEY, shoe_size INTEGER)").unwrap();
    drop(other);
    let error = open(&path_in(&dir), 1).unwrap_err();
    assert!(matches!(&error, OpenError::Broken { message, .. } if message.contains("users")), "{error}");
}

#[cfg(unix)]
#[test]
fn what_is_made_is_for_its_user_only() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new").join("newer").join("tertulia.db");
    let _store = open(&path, 1).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&path.with_extension("db-wal")), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(&dir.path().join("new")), 0o700);
}

#[test]
fn names_that_mean_something_else_to_sqlite_are_files_here() {
    let dir = tempfile::tempdir().unwrap();
    for name in [":memory:", "file:x?mode=memory", "a b%20c.db"] {
        let path = dir.path().join(name);
        drop(open(&path, 1).unwrap());
        assert!(fs::metadata(&path).unwrap().len() > 0, "{name}");
    }
}
