//! The operator's last word, from the command line: on a server that runs, and on what a stopped one left.

#[path = "../common/mod.rs"]
mod common;

mod bans;
mod control;
mod rooms;

use std::path::Path;
use std::process::Command;

use common::{Peer, peer};
use tertulia::model::DeviceId;
use tertulia::wire::{Answer, Bye, ByeCode, Code, DeviceKey, Register, Request};

/// Runs `server` with these words on a data directory: its exit code, and what it wrote to both outputs.
fn server(data_dir: &Path, words: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
    command.args(words).arg("--data-dir").arg(data_dir).env_remove("DATABASE_URL").env("RUST_LOG", "error");
    let output = command.output().expect("the server's binary");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

/// The same, where what it writes finds no space: its exit code, and its complaint.
fn with_no_space_left(data_dir: &Path, words: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
    command.args(words).arg("--data-dir").arg(data_dir).env_remove("DATABASE_URL").env("RUST_LOG", "error");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
    let output = command.stdout(full).output().expect("the server's binary");
    (output.status.code().expect("an exit code"), String::from_utf8(output.stderr).expect("UTF-8"))
}

/// The same, which is done.
fn done(data_dir: &Path, words: &[&str]) -> String {
    let (code, out, error) = server(data_dir, words);
    assert_eq!((code, error.as_str()), (0, ""), "{words:?}: {out}");
    out
}

/// The same, which is refused with one line that says why.
fn refused(data_dir: &Path, words: &[&str]) -> String {
    let (code, out, error) = server(data_dir, words);
    assert_eq!((code, out.as_str(), error.lines().count()), (1, "", 1), "{words:?}: {error}");
    error
}

fn register(peer: &mut Peer, handle: &str) {
    let register = Request::Register(Register { handle: handle.into(), password: Some("a long password".into()) });
    assert!(matches!(peer.call(register), Ok(Answer::User(_))));
}

fn id(device: DeviceId) -> String {
    device.0.to_string()
}

/// Says hello, is denied, and is told goodbye with the same words, which are returned.
fn kept_out(mut peer: Peer, device: Option<DeviceKey>) -> String {
    let refusal = peer.call(peer::hello(device)).expect_err("kept out");
    let Bye { code, message } = peer.bye();
    assert_eq!((refusal.code, code), (Code::Denied, ByeCode::Denied));
    assert_eq!(refusal.message, message);
    message.to_string()
}
