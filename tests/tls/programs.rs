//! The terminal client over TLS: what it remembers of a server, and what it says to whoever sits at it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use tertulia::model::Fingerprint;

use crate::certificates::Files;
use crate::common::ServerProcess;

/// A server that changes its certificate now and then, and somebody who comes to it.
struct Scene {
    dir: TempDir,
    files: Files,
    server: Option<ServerProcess>,
    port: String,
}

impl Scene {
    /// With the server's first certificate.
    fn new() -> (Self, Fingerprint) {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::new(dir.path());
        let mut scene = Self { dir, files, server: None, port: "0".to_owned() };
        let first = scene.changed();
        (scene, first)
    }

    fn start(&mut self, options: &[&str]) {
        drop(self.server.take());
        let server = ServerProcess::start_with(&self.dir.path().join("data"), &self.port, options);
        self.port = server.address.port().to_string();
        self.server = Some(server);
    }

    /// The server comes back with another certificate.
    fn changed(&mut self) -> Fingerprint {
        let fingerprint = self.files.write(2090);
        let files = Files::new(self.dir.path());
        self.start(&files.options());
        fingerprint
    }

    fn begin(&self, options: &[&str]) -> Child {
        let state = self.dir.path().join("state");
        let mut command = Command::new(env!("CARGO_BIN_EXE_client"));
        command.args(["127.0.0.1", &self.port, "--state-dir"]).arg(&state).arg("--download-dir").arg(&state);
        command.args(options).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// Says a line; whether that went well, and what was said on standard error.
    fn client(&self, options: &[&str]) -> (bool, String) {
        let mut child = self.begin(options);
        drop(child.stdin.take().unwrap().write_all(b"hello\n"));
        let output = child.wait_with_output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    }

    fn is_welcome(&self, options: &[&str]) -> String {
        let (is_good, said) = self.client(options);
        assert!(is_good, "{options:?}: {said}");
        said
    }

    /// It does not go in, and says each of these words.
    fn stays_out(&self, options: &[&str], words: &[&str]) {
        let (is_good, said) = self.client(options);
        assert!(!is_good, "{options:?}: {said}");
        assert!(words.iter().all(|word| said.contains(word)), "{options:?}: {said:?} does not say all of {words:?}");
    }

    fn pin(&self) -> PathBuf {
        self.dir.path().join(format!("state/127.0.0.1_{}/certificate", self.port))
    }
}

#[test]
fn a_certificate_is_remembered_and_another_one_is_warned_of() {
    let (mut scene, first) = Scene::new();
    assert!(scene.is_welcome(&["--tls-pin"]).contains(&first.to_string()));
    assert_eq!(scene.is_welcome(&["--tls-pin", "--new-device"]), "", "the second time needs no words");
    assert_eq!(fs::read_to_string(scene.pin()).unwrap(), format!("{first}\n"));
    assert_eq!(fs::metadata(scene.pin()).unwrap().permissions().mode() & 0o777, 0o600);

    let second = scene.changed();
    let hint = format!("--fingerprint {second}");
    for _ in 0..2 {
        scene.stays_out(&["--tls-pin"], &["HAS CHANGED", &first.to_string(), &hint]);
    }
    let third = Fingerprint::of(b"another").to_string();
    scene.stays_out(&["--fingerprint", &third], &["NOT SHOW THE CERTIFICATE THAT WAS GIVEN", &third]);
    assert_eq!(fs::read_to_string(scene.pin()).unwrap(), format!("{first}\n"), "what was not shown is not remembered");
    scene.is_welcome(&["--fingerprint", &second.to_string()]);
    assert_eq!(scene.is_welcome(&["--tls-pin"]), "", "accepted once, it is known");

    fs::write(scene.pin(), "what is this?").unwrap();
    scene.stays_out(&["--tls-pin"], &["is damaged"]);
}

#[test]
fn a_server_that_was_known_by_its_certificate_is_not_talked_to_without_it() {
    let (mut scene, _) = Scene::new();
    scene.stays_out(&[], &["speaks TLS only", "--tls-pin"]);
    scene.is_welcome(&["--tls-pin"]);
    scene.is_welcome(&[]);
    scene.start(&[]);
    scene.stays_out(&[], &["* WARNING", "DOES NOT SPEAK TLS ANY MORE", "delete"]);
    scene.stays_out(&["--tls"], &["does not speak TLS"]);
    fs::remove_file(scene.pin()).unwrap();
    scene.is_welcome(&[]);
}

#[test]
fn a_server_that_comes_back_without_tls_is_warned_of_and_what_was_left_unsaid_is_kept() {
    let (mut scene, _) = Scene::new();
    let mut client = scene.begin(&["--tls-pin"]);
    let mut input = client.stdin.take().unwrap();
    writeln!(input, "one").unwrap();
    BufReader::new(client.stdout.as_mut().unwrap()).read_line(&mut String::new()).unwrap();
    drop(scene.server.take());
    writeln!(input, "two").unwrap();
    scene.start(&[]);
    let output = client.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{said}");
    for words in
        ["* WARNING: ", "DOES NOT SPEAK TLS ANY MORE", "* 1 not acknowledged: the next start sends what is missing"]
    {
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn a_server_without_tls_that_was_never_met_is_not_said_to_have_changed() {
    let (mut scene, _) = Scene::new();
    let named = Fingerprint::of(b"what the operator said").to_string();
    scene.stays_out(&["--fingerprint", &named], &["NOT SHOW THE CERTIFICATE THAT WAS GIVEN", &named]);
    scene.start(&[]);
    for options in [&["--fingerprint", &named][..], &["--tls-pin"]] {
        let (is_good, said) = scene.client(options);
        assert!(!is_good && said.starts_with("* what answers at 127.0.0.1:"), "{said}");
        assert!(said.ends_with("leave out --tls, --tls-pin and what goes with them\n"), "{said}");
    }
}

#[test]
fn one_for_whom_nobody_vouches_is_not_talked_to() {
    let (scene, _) = Scene::new();
    scene.stays_out(&["--tls"], &["not to be trusted", "--tls-pin"]);
    let own = scene.files.certificate.to_str().unwrap();
    scene.is_welcome(&["--ca", own]);
    scene.stays_out(&["--ca", scene.files.key.to_str().unwrap()], &["no certificate in PEM"]);
    scene.stays_out(&["--ca", "/nowhere/roots.pem"], &["/nowhere/roots.pem"]);
}
