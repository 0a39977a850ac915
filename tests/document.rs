//! Documents that cannot go stale: the conversations in `docs/protocol.md` are replayed byte by byte, and the tables in
//! `docs/limits.md` are compared with the source. A failure prints what the document should say. README.md has a test
//! of its own.

mod common;

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use common::TestServer;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

fn read(path: &str) -> String {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_conversations_in_the_protocol_are_what_this_server_says() {
    let server = TestServer::start_predictable();
    let document = read("docs/protocol.md");
    let told: Vec<&str> = document.split("```conversation\n").skip(1).filter_map(|s| s.split("```").next()).collect();
    assert_eq!(told.len(), 2, "one device comes, and comes back");
    for block in told {
        let held = replay(&server, &frames(block));
        assert!(block == held, "docs/protocol.md should say:\n{held}");
    }
}

/// A frame of a conversation, its length included.
struct Frame {
    is_clients: bool,
    bytes: Vec<u8>,
}

/// Each frame begins with `C` or `S` and what it says; the lines with two spaces before them are its bytes.
fn frames(block: &str) -> Vec<Frame> {
    let mut frames: Vec<Frame> = Vec::new();
    for line in block.lines() {
        if line.starts_with(['C', 'S']) {
            frames.push(Frame { is_clients: line.starts_with('C'), bytes: Vec::new() });
        } else if !line.starts_with("    ") {
            frames.last_mut().expect("a frame begins with C or S").bytes.extend(from_hex(line));
        }
    }
    frames
}

fn from_hex(line: &str) -> Vec<u8> {
    let digits: Vec<char> = line.chars().filter(|c| !c.is_whitespace()).collect();
    let byte = |two: &[char]| u8::from_str_radix(&two.iter().collect::<String>(), 16);
    digits.chunks(2).map(|two| byte(two).unwrap_or_else(|_| panic!("no bytes: {line}"))).collect()
}

/// Says what the client says, and tells the conversation as it was then.
fn replay(server: &TestServer, frames: &[Frame]) -> String {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut held = String::new();
    for frame in frames {
        if frame.is_clients {
            stream.write_all(&frame.bytes).unwrap();
            held += &tell('C', &frame.bytes);
        } else {
            let Some(bytes) = next_frame(&mut stream) else { break };
            held += &tell('S', &bytes);
        }
    }
    while let Some(bytes) = next_frame(&mut stream) {
        held += &tell('S', &bytes);
    }
    held
}

/// None at the end, and where nothing comes.
fn next_frame(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut frame = vec![0; 4];
    stream.read_exact(&mut frame).ok()?;
    let length = u32::from_be_bytes(frame[..4].try_into().unwrap()) as usize;
    frame.resize(4 + length, 0);
    stream.read_exact(&mut frame[4..]).ok()?;
    Some(frame)
}

fn tell(who: char, frame: &[u8]) -> String {
    let readable: Readable = rmp_serde::from_slice(&frame[4..]).expect("MessagePack");
    let words = wrapped(&format!("{who} {}", readable.0), "    ");
    let hex: Vec<String> = frame.chunks(4).map(hex).collect();
    format!("{words}{}", wrapped(&format!("  {}", hex.join(" ")), "  "))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"))
}

/// Lines that fit, each but the first with `indent` before it.
fn wrapped(text: &str, indent: &str) -> String {
    let (mut lines, mut line) = (String::new(), String::new());
    for word in text.split_inclusive(' ') {
        if line.len() + word.trim_end().len() > 118 {
            lines = lines + line.trim_end() + "\n";
            indent.clone_into(&mut line);
        }
        line += word;
    }
    lines + line.trim_end() + "\n"
}

/// A MessagePack value as people read it: JSON, and bytes as `h'…'`.
struct Readable(String);

impl<'de> Deserialize<'de> for Readable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of the protocol")
    }

    fn visit_unit<E>(self) -> Result<String, E> {
        Ok("null".to_owned())
    }

    fn visit_bool<E>(self, value: bool) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_u64<E>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_str<E>(self, value: &str) -> Result<String, E> {
        Ok(format!("{value:?}"))
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<String, E> {
        Ok(format!("h'{}'", hex(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<String, A::Error> {
        let mut parts = Vec::new();
        while let Some(Readable(part)) = seq.next_element()? {
            parts.push(part);
        }
        Ok(format!("[{}]", parts.join(", ")))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<String, A::Error> {
        let mut parts = Vec::new();
        while let Some((Readable(key), Readable(value))) = map.next_entry()? {
            parts.push(format!("{key}: {value}"));
        }
        Ok(format!("{{{}}}", parts.join(", ")))
    }
}

#[test]
fn the_files_that_the_architecture_names_are_there() {
    let is_source = |name: &str| Path::new(name).extension().is_some_and(|extension| extension == "rs");
    let document = read("ARCHITECTURE.md");
    let named: Vec<&str> = document.split('`').skip(1).step_by(2).filter(|name| is_source(name)).collect();
    assert!(named.len() > 20, "the document is read in another way than it is written: {named:?}");
    for name in named {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name);
        assert!(path.is_file(), "{name} is not there");
    }
}

#[test]
fn every_limit_is_in_the_document_with_its_value_and_reason() {
    let is_row = |line: &&str| line.starts_with("| `");
    let document = read("docs/limits.md");
    let written: Vec<&str> = document.lines().filter(is_row).collect();
    let expected = limit_rows(&read("src/model/limits.rs"));
    let count = expected.lines().filter(is_row).count();
    assert!(count > 20, "the source is read in another way than it is written: {count} limits");
    assert!(expected.lines().filter(is_row).eq(written), "docs/limits.md should say:\n{expected}");
}

/// The rows of the tables, with an empty line wherever the source has one.
fn limit_rows(source: &str) -> String {
    let (mut rows, mut reason, mut values) = (String::new(), Vec::new(), HashMap::new());
    for line in source.lines() {
        if let Some(words) = line.strip_prefix("/// ") {
            reason.push(words);
        } else if let Some(constant) = line.strip_prefix("pub const ") {
            let (name, rest) = constant.split_once(": ").expect("a name");
            let (_, expression) = rest.split_once(" = ").expect("a value on the same line");
            let value = value_of(name, expression.trim_end_matches(';'), &mut values);
            writeln!(rows, "| `{name}` | {value} | {} |", reason.join(" ")).expect("a String takes it");
            reason.clear();
        } else if line.is_empty() && !rows.is_empty() {
            rows.push('\n');
        }
    }
    rows
}

fn value_of<'a>(name: &'a str, expression: &str, values: &mut HashMap<&'a str, u64>) -> String {
    let inside = |prefix| expression.strip_prefix(prefix).and_then(|rest: &str| rest.strip_suffix(')'));
    if let Some(ms) = inside("Duration::from_millis(") {
        return format!("{} ms", with_commas(compute(ms, values)));
    }
    if let Some(seconds) = inside("Duration::from_secs(") {
        return in_units(compute(seconds, values), &[(3_600, "h"), (60, "min"), (1, "s")]);
    }
    let value = compute(expression, values);
    values.insert(name, value);
    if name.contains("BYTES") {
        in_units(value, &[(1024 * 1024, "MiB"), (1024, "KiB"), (1, "bytes")])
    } else {
        with_commas(value)
    }
}

/// Differences of products of numbers and other limits.
fn compute(expression: &str, values: &HashMap<&str, u64>) -> u64 {
    let atom = |word: &str| {
        let number = word.replace('_', "").parse().ok();
        number.or_else(|| values.get(word).copied()).unwrap_or_else(|| panic!("cannot read {expression}"))
    };
    let mut parts = expression.split(" - ").map(|product| product.split(" * ").map(atom).product::<u64>());
    let first = parts.next().expect("split yields at least one part");
    parts.fold(first, |difference, part| difference - part)
}

fn in_units(value: u64, units: &[(u64, &str)]) -> String {
    let fitting = units.iter().find(|(size, _)| value >= *size && value.is_multiple_of(*size));
    let (size, unit) = fitting.expect("the last unit always fits");
    format!("{} {unit}", with_commas(value / size))
}

fn with_commas(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
