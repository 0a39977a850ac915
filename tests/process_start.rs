//! The server's binary, started: one line on standard output when it listens; where it cannot, one line on standard
//! error and exit code 1.

mod common;

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use common::{Peer, ServerProcess, text};
use diesel::prelude::*;
use tempfile::TempDir;

/// It refuses with one line that names all of `names`.
fn refuses(data_dir: &Path, port: &str, names: &[&str]) {
    let (exit_code, error) = ServerProcess::refused(data_dir, port);
    assert_eq!(exit_code, 1, "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(error.starts_with("server: ") && error.ends_with('\n'), "{error}");
    for name in names {
        assert!(error.contains(name), "{name} in {error}");
    }
}

fn dir() -> TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

#[test]
fn it_makes_its_house_and_says_where_it_listens() {
    let dir = dir();
    let data = dir.path().join("a").join("data");
    let server = ServerProcess::start(&data);
    assert!(server.address.ip().is_loopback());
    let mut ann = Peer::guest(server.address);
    ann.join("lobby", Some(0));
    ann.say("lobby", "hello");
    assert_eq!(text(&ann.event()), "hello");
    assert!(data.join("tertulia.db").is_file() && data.join("files").is_dir());
}

#[test]
fn a_port_in_use_is_named_and_nothing_is_touched() {
    let dir = dir();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    refuses(&dir.path().join("data"), &address.port().to_string(), &[&address.to_string(), "port"]);
    assert!(!dir.path().join("data").exists());
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    let dir = dir();
    let file = dir.path().join("in-the-way");
    fs::write(&file, "a file").expect("it is written");
    for data in [file.clone(), file.join("data")] {
        refuses(&data, "0", &[data.to_str().expect("UTF-8")]);
    }
    let data = dir.path().join("data");
    fs::create_dir(&data).expect("it is made");
    fs::write(data.join("files"), "a file").expect("it is written");
    refuses(&data, "0", &[data.join("files").to_str().expect("UTF-8")]);
}

#[test]
fn what_is_no_database_is_named_and_left_alone() {
    for content in [b"short".to_vec(), b"not a database, but long enough to look like one\n".repeat(100)] {
        let dir = dir();
        let database = dir.path().join("tertulia.db");
        fs::write(&database, &content).expect("it is written");
        refuses(dir.path(), "0", &[database.to_str().expect("UTF-8"), "is not a database"]);
        assert_eq!(fs::read(&database).expect("it is there"), content);
    }
    let dir = dir();
    fs::create_dir(dir.path().join("tertulia.db")).expect("it is made");
    refuses(dir.path(), "0", &["tertulia.db", "directory"]);
}

#[test]
fn a_database_of_a_newer_server_is_left_alone() {
    let dir = dir();
    drop(ServerProcess::start(dir.path()));
    let database = dir.path().join("tertulia.db");
    let mut connection = SqliteConnection::establish(database.to_str().expect("UTF-8")).expect("a database");
    diesel::sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000001')")
        .execute(&mut connection)
        .expect("a row");
    drop(connection);
    refuses(dir.path(), "0", &[database.to_str().expect("UTF-8"), "newer", "99990101000001"]);
}

#[test]
fn a_directory_has_one_server() {
    let dir = dir();
    let first = ServerProcess::start(dir.path());
    refuses(dir.path(), "0", &[dir.path().to_str().expect("UTF-8"), "another server"]);
    Peer::guest(first.address).lives();
    first.kill();
    Peer::guest(ServerProcess::start(dir.path()).address).lives();
}
