//! Which layer may know which: the arrows of ARCHITECTURE.md, read from the imports.

use super::source::{Source, has_word};

/// Each layer, and what it may know.
const LAYERS: [(&str, &[&str]); 11] = [
    ("model", &[]),
    ("wire", &["model"]),
    ("store", &["model"]),
    ("files", &["model"]),
    ("chat", &["wire", "model"]),
    ("actors", &["chat", "store", "files", "wire", "model"]),
    ("app", &["actors", "chat", "store", "files", "wire", "model"]),
    ("client", &["wire", "model"]),
    ("terminal", &["client", "wire", "model"]),
    ("tui", &["terminal", "client", "wire", "model"]),
    ("bin", &["app", "tui", "terminal"]),
];

/// Faults: a file of no layer, and an import from a layer that is not below.
pub(crate) fn imports(source: &Source) -> Vec<String> {
    let Some(inside) = source.path.strip_prefix("src/").filter(|path| *path != "lib.rs") else { return Vec::new() };
    let own = inside.split('/').next().unwrap_or(inside);
    let Some((_, known)) = LAYERS.iter().find(|(layer, _)| *layer == own) else {
        return vec![source.fault(1, "belongs to no layer")];
    };
    let foreign = |layer: &&str| *layer != own && !known.contains(layer);
    let at_fault = |(line, layer): (usize, &str)| source.fault(line, &format!("{own} may not know {layer}"));
    imported(&source.code).filter(|(_, layer)| foreign(layer)).map(at_fault).collect()
}

/// The layers that are named in paths, each with its line.
fn imported(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let from_root = ["crate::", "tertulia::"].into_iter().flat_map(|root| after(code, root));
    let from_below = after(code, "super::super::").map(|(at, path)| (at, path.trim_start_matches("super::")));
    from_root.chain(from_below).flat_map(|(at, path)| {
        let line = code[..at].matches('\n').count() + 1;
        heads(path).into_iter().filter(|head| is_layer(head)).map(move |head| (line, head))
    })
}

fn is_layer(name: &str) -> bool {
    LAYERS.iter().any(|(layer, _)| *layer == name)
}

fn after<'a>(code: &'a str, root: &'static str) -> impl Iterator<Item = (usize, &'a str)> {
    let found = code.match_indices(root).map(|(at, _)| (at, &code[at + root.len()..]));
    found.filter(move |(at, path)| has_word(&code[line_start(code, *at)..code.len() - path.len()], root))
}

fn line_start(code: &str, at: usize) -> usize {
    code[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The first word of a path, or of each path in braces.
fn heads(path: &str) -> Vec<&str> {
    let Some(group) = path.strip_prefix('{') else { return vec![word(path)] };
    let (mut depth, mut heads) = (0, vec![word(group)]);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(word(&group[at + 1..])),
            _ => {}
        }
    }
    heads
}

fn word(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    &text[..end]
}

#[test]
fn an_import_from_above_is_found() {
    for planted in [
        "use crate::chat::Cursor;",
        "use crate::{model::Seq, chat};",
        "use crate::{\n    model::{Seq, User},\n    chat::Cursor,\n};",
        "fn f() { crate::chat::judge() }",
        "use super::super::chat;",
        "pub use super::super::super::chat::Cursor;",
    ] {
        let faults = imports(&Source::new("src/store/rooms.rs", planted));
        assert_eq!(faults.len(), 1, "{planted}: {faults:?}");
        assert!(faults[0].ends_with("store may not know chat"), "{faults:?}");
    }
    let second_line = imports(&Source::new("src/model/ids.rs", "\nuse crate::wire;"));
    assert_eq!(second_line, ["src/model/ids.rs:2: model may not know wire"]);
    assert_eq!(imports(&Source::new("src/bin/server.rs", "use tertulia::store::Store;")).len(), 1);
}

#[test]
fn what_lies_below_may_be_imported() {
    for fine in [
        "use crate::{model::Seq, store};\nuse super::wire;",
        "//! See [`crate::chat`].",
        "const CHAT: &str = \"crate::chat\";",
        "use crate::model::{chat, Seq};",
        "use othercrate::chat;",
    ] {
        assert_eq!(imports(&Source::new("src/store/rooms.rs", fine)), [""; 0], "{fine}");
    }
    assert!(imports(&Source::new("src/bin/server.rs", "use tertulia::app;")).is_empty());
    assert!(imports(&Source::new("tests/talk.rs", "use tertulia::store;")).is_empty());
}

#[test]
fn a_file_of_no_layer_is_found() {
    for stray in ["src/gossip/mod.rs", "src/errors.rs"] {
        assert_eq!(imports(&Source::new(stray, "")), [format!("{stray}:1: belongs to no layer")]);
    }
}
