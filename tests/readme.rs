//! What README.md says is so: its query, its commands, its options, its files. The transcript in it was taken from a
//! real conversation; that such conversations work is left to the other tests.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{Peer, TestServer};
use diesel::prelude::*;
use diesel::sql_types::Text;
use sha2::{Digest as _, Sha256};
use tertulia::model::{Body, Digest, Nonce};
use tertulia::wire::{Answer, Chunk, Finish, Register, Request, Said, Upload, UploadKind};

const README: &str = include_str!("../README.md");

fn root(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The first block of code after this heading.
fn first_block(heading: &str) -> &'static str {
    let (_, section) = README.split_once(&format!("\n{heading}\n")).expect("the heading is there");
    let (_, block) = section.split_once("```").expect("a block follows");
    block.split_once("```").expect("it ends").0.trim_start_matches(char::is_alphabetic).trim()
}

#[derive(Debug, QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    at: String,
    #[diesel(sql_type = Text)]
    room: String,
    #[diesel(sql_type = Text)]
    user: String,
    #[diesel(sql_type = Text)]
    who: String,
    #[diesel(sql_type = Text)]
    said: String,
}

#[test]
fn the_query_reads_the_conversation() {
    let server = TestServer::start_predictable();
    let (mut ann, mut ben) = (server.guest_in("lobby"), server.guest_in("lobby"));
    ann.say("lobby", "hello");
    assert!(ann.call(Request::Register(Register { handle: "Ann".into(), password: None })).is_ok());
    let topic = ann.next_say("lobby", Body::Topic("the garden".into()));
    ann.said(topic);
    ben.say("lobby", "it's \"dry\"");
    share(&mut ben, UploadKind::File, "../notes.txt", b"water the plants");
    share(&mut ann, UploadKind::Image, "garden.png", &png());

    let shell = first_block("### Reading it with sqlite3");
    let (_, query) = shell.split_once("sqlite3 data/tertulia.db \"").expect("the query in quotes");
    let query = query.strip_suffix('"').expect("it ends there");
    assert!(!query.contains(['"', '$', '`', '\\', '!']), "a shell would read it otherwise: {query}");
    let database = server.data_dir().join("tertulia.db");
    let mut connection = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    let rows: Vec<Row> = diesel::sql_query(query).load(&mut connection).unwrap();

    let guest = |peer: &Peer| peer.welcome.as_ref().unwrap().user.name.clone();
    let expected = [
        ("anonymous", guest(&ann), "hello"),
        ("Ann", "Ann".to_owned(), "topic: the garden"),
        ("anonymous", guest(&ben), "it's \"dry\""),
        ("anonymous", guest(&ben), "file: notes.txt"),
        ("Ann", "Ann".to_owned(), "image: garden.png"),
    ];
    assert_eq!(rows.len(), expected.len(), "{rows:?}");
    for (row, (user, who, said)) in rows.iter().zip(expected) {
        assert_eq!((row.user.as_str(), &row.who, row.said.as_str()), (user, &who, said));
        assert_eq!((row.at.as_str(), row.room.as_str()), ("2026-09-21 14:13:20", "lobby"));
    }
}

fn share(peer: &mut Peer, kind: UploadKind, name: &str, bytes: &[u8]) -> Said {
    let (size, sha256) = (bytes.len() as u64, Digest(Sha256::digest(bytes).into()));
    let (room, name, nonce) = ("lobby".into(), name.into(), Nonce(1_000));
    let upload = Request::Upload(Upload { room, nonce, kind, name, size, sha256, reply_to: None });
    let Ok(Answer::Uploading(uploading)) = peer.call(upload) else { panic!("no upload") };
    let upload = uploading.upload;
    assert_eq!(peer.call(Request::Chunk(Chunk { upload, offset: 0, data: bytes.to_vec() })), Ok(Answer::Ok));
    peer.said(Request::Finish(Finish { upload }))
}

fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(3, 2).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn its_commands_are_those_of_the_client() {
    let server = TestServer::start();
    let state = tempfile::tempdir().unwrap();
    let mut client = Command::new(env!("CARGO_BIN_EXE_client"));
    client.args(["127.0.0.1", &server.address().port().to_string(), "--state-dir"]).arg(state.path());
    client.arg("--download-dir").arg(state.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut client = client.spawn().unwrap();
    client.stdin.take().unwrap().write_all(b".usage\n").unwrap();
    let output = client.wait_with_output().unwrap();
    assert!(output.status.success());
    let usage = String::from_utf8(output.stdout).unwrap();
    let commands = usage.lines().map(str::trim).filter(|line| line.starts_with('.'));
    let row = |line: &str| {
        let (command, does) = line.split_once("  ").expect("a column for what it does");
        format!("| `{}` | {} |", command.trim(), does.trim())
    };
    let expected: Vec<String> = commands.map(row).collect();
    assert!(expected.len() > 5, "{usage}");
    let written: Vec<&str> = README.lines().filter(|line| line.starts_with("| `.")).collect();
    assert!(written == expected, "README.md should say:\n{}", expected.join("\n"));
}

/// What `--help` says of each flag that takes part in the tables.
fn flags(help: &str) -> BTreeMap<String, String> {
    let mut flags = BTreeMap::new();
    let mut last = None;
    for line in help.lines().skip_while(|line| *line != "Options:").take_while(|line| *line != "Examples:") {
        if let Some(flag) = line.trim().split(' ').next().filter(|word| word.starts_with('-')) {
            last = Some(flag.trim_end_matches(',').to_owned()).filter(|flag| flag.starts_with("--"));
        }
        if let Some(flag) = &last {
            *flags.entry(flag.clone()).or_insert_with(String::new) += &line.replace(['<', '>'], "");
        }
    }
    flags
}

fn help(binary: &str) -> String {
    let output = Command::new(binary).arg("--help").output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn its_options_are_those_of_the_programs() {
    for (binary, heading) in
        [(env!("CARGO_BIN_EXE_server"), "### The server"), (env!("CARGO_BIN_EXE_client"), "### The client")]
    {
        let known = flags(&help(binary));
        let (_, section) = README.split_once(&format!("\n{heading}\n")).expect("the heading is there");
        let section = section.split("\n#").next().unwrap_or_default();
        let rows = section.lines().filter(|line| line.starts_with("| `--"));
        let written: BTreeSet<&str> = rows.map(|row| check_option(row, &known)).collect();
        assert!(written.iter().eq(known.keys()), "{heading}: {written:?} are not {:?}", known.keys());
    }
}

/// The flag that a row is about, once flag, value, environment and default are found in the help.
fn check_option<'a>(row: &'a str, known: &BTreeMap<String, String>) -> &'a str {
    let cells: Vec<&str> = row.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect();
    let [flag_and_value, variable, default, _] = cells[..] else { panic!("four columns: {row}") };
    let flag = flag_and_value.split(' ').next().unwrap_or_default();
    let said = known.get(flag).unwrap_or_else(|| panic!("there is no {flag}"));
    assert!(said.contains(flag_and_value), "{row}\n{said}");
    assert!(variable.is_empty() != said.contains("[env: "), "{row}\n{said}");
    assert!(variable.is_empty() || said.contains(&format!("[env: {variable}=")), "{row}\n{said}");
    assert!(default.is_empty() != said.contains("[default: "), "{row}\n{said}");
    assert!(default.is_empty() || said.contains(&format!("[default: {default}]")), "{row}\n{said}");
    flag
}

#[test]
fn whatever_it_names_is_there() {
    let cargos = ["--release", "--bin", "--example", "--help", "--for", "--until", "--reason"].map(str::to_owned);
    let helps = [env!("CARGO_BIN_EXE_server"), env!("CARGO_BIN_EXE_client")].map(help);
    let known: BTreeSet<String> = helps.iter().flat_map(|help| flags(help).into_keys()).chain(cargos).collect();
    let is_flag = |word: &&str| word.starts_with("--") && word.len() > 3;
    let bare = |word: &'static str| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-');
    for flag in README.split_whitespace().map(bare).filter(is_flag) {
        assert!(known.contains(flag) || flag.starts_with("---"), "no program takes {flag}");
    }
    let links = README.split("](").skip(1).filter_map(|link| link.split(')').next());
    for path in links.filter(|link| !link.starts_with("http") && !link.starts_with('#')) {
        assert!(root(path).exists(), "{path} is not there");
    }
    for example in README.split("--example ").skip(1).filter_map(|rest| rest.split_whitespace().next()) {
        let example = example.trim_matches(|c: char| !c.is_alphanumeric());
        assert!(root(&format!("examples/{example}.rs")).exists(), "there is no example {example}");
    }
}

#[test]
fn its_program_is_the_one_that_the_documentation_compiles() {
    let compiled = include_str!("../src/lib.rs");
    let program = README.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a program");
    for line in program.lines().filter(|line| !line.is_empty()) {
        assert!(compiled.lines().any(|doc| doc.strip_prefix("//! ") == Some(line)), "src/lib.rs has not: {line}");
    }
}

#[test]
fn its_test_command_is_the_one_that_runs_this() {
    assert_eq!(first_block("## Test"), "cargo test");
}
