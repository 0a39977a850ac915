//! What was chosen in `client.toml`: a server by its name, keys, and how one hears that one was named.

use std::process::{Command, Stdio};

use crate::common::TestServer;
use crate::person::Person;

/// A file of settings for this server, which it calls home.
fn file(server: &TestServer, rest: &str) -> String {
    let path = server.temporary_dir().join("client.toml");
    let port = server.address().port();
    let text = format!("{rest}\n[servers.home]\naddress = '127.0.0.1'\nport = {port}\nroom = 'garden'\n");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_server_is_found_by_its_name_and_keys_are_those_of_the_file() {
    let server = TestServer::start();
    let config = file(&server, "theme = 'dark'\n[keys]\nhelp = 'F5'\nnext-room = 'ctrl-t'");
    let mut ann = Person::start_as(&["home", "--config", &config], server.temporary_dir().join("state"));
    ann.sees("garden");
    ann.sees("connected");
    ann.presses("\x1b[15~");
    ann.sees("Ctrl-T       goes to the next room");
    ann.presses("\x03");
    ann.sees_no_more("goes to the next room");
    ann.types(".quit");
    assert_eq!(ann.leaves_the_terminal_as_it_was(), 0);
}

#[test]
fn a_line_is_said_on_the_server_of_that_name() {
    let server = TestServer::start();
    let config = file(&server, "");
    let mut ben = server.guest_in("garden");
    let mut command = Command::new("sh");
    command.args(["-c", "echo hello | \"$0\" home --config \"$1\"", env!("CARGO_BIN_EXE_client"), &config]);
    command.env("TERTULIA_STATE_DIR", server.temporary_dir().join("state")).stdout(Stdio::null());
    assert!(command.status().unwrap().success());
    assert_eq!(ben.event().body, tertulia::model::Body::Text("hello".into()));
}

#[test]
fn a_file_that_is_wrong_is_refused_in_one_line() {
    let server = TestServer::start();
    let config = file(&server, "thme = 'dark'");
    let output = Command::new(env!("CARGO_BIN_EXE_client")).args(["home", "--config", &config]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && told.lines().count() == 1, "{told}");
    assert!(told.contains("client.toml, line 1: unknown field `thme`"), "{told}");
}

#[test]
fn who_is_named_elsewhere_hears_it_in_words_that_are_safe() {
    let server = TestServer::start();
    let words = ["127.0.0.1", &server.address().port().to_string(), "--notify", "desktop"];
    let mut ann = Person::start_as(&words, server.temporary_dir().join("state"));
    ann.sees("connected");
    ann.types(".register Ann");
    ann.sees("or nothing");
    ann.types("");
    ann.sees("you are Ann now");
    ann.presses("\x1b[O");
    let mut ben = server.guest_in("lobby");
    ben.say("lobby", "Ann\u{202e}; look");
    ann.sees("look");
    ann.types(".quit");
    let raw = String::from_utf8_lossy(&ann.raw()).into_owned();
    assert!(raw.contains("\x1b]9;Tertulia: guest-") && raw.contains(" in lobby: Ann<U+202E>, look\x1b\\"), "{raw:?}");
    assert!(raw.contains("\x1b]2;(1@) lobby – Tertulia\x1b\\"), "{raw:?}");
    assert!(!raw.contains(['\u{202e}', '\x07']), "{raw:?}");
    assert_eq!(ann.leaves_the_terminal_as_it_was(), 0);
}
