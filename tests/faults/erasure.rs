//! What was deleted is gone from the disk too, while the server runs, and after it was killed or stopped.

use std::fs;
use std::path::{Path, PathBuf};

use tertulia::model::{Body, Seq};

use super::common::files::upload;
use super::common::peer::say;
use super::common::{Peer, ServerProcess, is_sound};

const WORDS: &str = "words that somebody was sorry for";
const OTHER_WORDS: &str = "and what they made of them before they gave up";
const BYTES: &[u8] = b"the bytes of a picture that nobody was to see";
const SHARED: &[u8] = b"the bytes of a file that two messages show";

/// What holds bytes: not the socket for the operator's orders.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let found = entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] });
    found.filter(|path| path.is_file()).collect()
}

/// The files of a data directory, the database's own and those beside it, that hold these bytes.
fn holders(data_dir: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let mut files = files_below(data_dir);
    files.retain(|path| fs::read(path).expect("a file").windows(bytes.len()).any(|window| window == bytes));
    files
}

fn finds_nothing(data_dir: &Path) {
    for erased in [WORDS.as_bytes(), OTHER_WORDS.as_bytes(), BYTES] {
        let found = holders(data_dir, erased);
        assert!(found.is_empty(), "{} in {found:?}", String::from_utf8_lossy(erased));
    }
    assert_eq!(holders(data_dir, SHARED).len(), 1, "what is still shown stays");
}

#[test]
fn what_was_deleted_cannot_be_found_on_disk() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let server = ServerProcess::start(home.path());
    let mut ann = Peer::guest(server.address);
    ann.join("lobby", None);
    let text = ann.said(say("lobby", 1, Body::Text(WORDS.repeat(100)))).seq;
    ann.said(say("lobby", 2, Body::Edit { of: text, text: OTHER_WORDS.into() }));
    let file = ann.send_file(&upload(3, "one.bin", BYTES), BYTES).seq;
    let shown = ann.send_file(&upload(4, "two.bin", SHARED), SHARED).seq;
    ann.send_file(&upload(5, "three.bin", SHARED), SHARED);
    for erased in [WORDS.as_bytes(), OTHER_WORDS.as_bytes(), BYTES, SHARED] {
        assert!(!holders(home.path(), erased).is_empty(), "the test looks in the right place");
    }

    for (of, nonce) in [text, file, shown].into_iter().zip(6..) {
        ann.said(say("lobby", nonce, Body::Delete { of }));
    }
    // the files go after the answer, and before whatever is written next
    ann.said(say("lobby", 20, Body::Text("something else".into())));
    finds_nothing(home.path());
    server.kill();
    finds_nothing(home.path());
    is_sound(home.path());

    let server = ServerProcess::start(home.path());
    let gone = Peer::guest(server.address).history("lobby", None, None, 100).events;
    let seqs: Vec<Seq> = gone.into_iter().filter(|event| event.body == Body::Gone {}).map(|event| event.seq).collect();
    assert_eq!(seqs, [text, Seq(2), file, shown]);
    server.terminate();
    assert!(server.wait().success());
    finds_nothing(home.path());
}
