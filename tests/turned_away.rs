//! The client that the server turns away for good: it says so in the server's words, and how to come back if there is a
//! way.

mod common;

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use common::TestServer;

/// Comes as the device that it was before.
fn client(server: &TestServer, options: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_client"));
    command.args(["127.0.0.1", &server.address().port().to_string()]).args(options);
    command.env("TERTULIA_STATE_DIR", server.temporary_dir().join("state"));
    command.env("TERTULIA_DOWNLOAD_DIR", server.temporary_dir().join("downloads"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
}

/// Whether a line was said, and what stands on standard error.
fn says(server: &TestServer, options: &[&str]) -> (bool, String) {
    let mut child = client(server, options);
    // whoever is turned away may have gone before it reads
    drop(child.stdin.take().expect("piped").write_all(b"hello\n"));
    ended(child)
}

fn ended(child: Child) -> (bool, String) {
    let Output { status, stderr, .. } = child.wait_with_output().expect("it ends");
    (status.success(), String::from_utf8(stderr).expect("UTF-8"))
}

/// Where the client's only device is remembered.
fn device(server: &TestServer) -> PathBuf {
    server.temporary_dir().join(format!("state/127.0.0.1_{}/1", server.address().port()))
}

fn operator(server: &TestServer, words: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
    let output = command.args(words).arg("--data-dir").arg(server.data_dir()).env_remove("DATABASE_URL").output();
    assert!(output.expect("it ends").status.success(), "{words:?}");
}

#[test]
fn a_device_that_the_server_has_forgotten_learns_how_to_come_as_a_new_guest() {
    let mut server = TestServer::start();
    assert_eq!(says(&server, &[]), (true, String::new()));
    server.stop();
    std::fs::remove_dir_all(server.data_dir()).expect("its data");
    server.restart();
    let (is_good, told) = says(&server, &[]);
    let dir = device(&server);
    assert!(!is_good);
    for words in ["no such device, or not its secret", &format!("delete {}", dir.display()), "--new-device"] {
        assert!(told.contains(words), "{told}");
    }
    assert_eq!(says(&server, &["--new-device"]), (true, String::new()));
    std::fs::remove_dir_all(dir).expect("it is there");
    assert_eq!(says(&server, &[]), (true, String::new()));
}

#[test]
fn a_device_that_is_revoked_or_banned_is_told_so_at_once_and_again() {
    let server = TestServer::start();
    for (order, words, is_new_guest_let_in) in
        [("ban", "* this device is banned for good: spam\n", false), ("revoke", "this device was revoked\n", true)]
    {
        let mut child = client(&server, &[]);
        let mut input = child.stdin.take().expect("piped");
        writeln!(input, "here").expect("it reads");
        BufReader::new(child.stdout.as_mut().expect("piped")).read_line(&mut String::new()).expect("it is there");
        let reason: &[&str] = if order == "ban" { &["--reason", "spam"] } else { &[] };
        operator(&server, &[&["device", order, "1"], reason].concat());
        let (is_good, told) = ended(child);
        assert!(!is_good && told.contains(words), "{told}");
        assert_eq!(told.contains("delete "), is_new_guest_let_in, "{told}");
        let (is_good, again) = says(&server, &[]);
        assert!(!is_good && again.contains("delete ") == is_new_guest_let_in, "{again}");
        if order == "ban" {
            operator(&server, &["device", "unban", "1"]);
        }
    }
}
