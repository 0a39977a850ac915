//! Something was pasted: it goes into the line as it is, but a long one is asked about before, and a path is looked at,
//! since it may be a file that somebody dropped here.

use super::arrival::Effect;
use super::over::put;
use super::overlay::{Ask, Overlay};
use super::state::State;

/// Lines that are pasted without a question.
const LINES_MAX: usize = 5;
/// Bytes that are pasted without a question.
const BYTES_MAX: usize = 2_000;
/// Bytes of the longest path there is.
const PATH_BYTES_MAX: usize = 4_096;

/// Takes in what was pasted.
pub(super) fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    match &mut state.overlay {
        Some(Overlay::Switcher { query: line, .. } | Overlay::Secret { typed: line, .. }) => {
            line.paste(text.lines().next().unwrap_or_default());
            return Vec::new();
        }
        Some(_) => return Vec::new(),
        None => {}
    }
    state.completion = None;
    if text.lines().count() > LINES_MAX || text.len() > BYTES_MAX {
        state.overlay = Some(Overlay::Ask(Ask::Paste(text)));
        return Vec::new();
    }
    put(state, &text);
    let typed = text.trim();
    if may_be_path(typed) { vec![Effect::Look(typed.to_owned())] } else { Vec::new() }
}

/// Terminals write a dropped file's path as a shell would, or as a link.
fn may_be_path(text: &str) -> bool {
    let bare = text.trim_start_matches(['\'', '"']);
    let begins = bare.starts_with(['/', '~']) || bare.starts_with("file://");
    begins && text.len() <= PATH_BYTES_MAX && !text.contains('\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_looks_like_a_path() {
        for path in ["/tmp/a.png", "'/tmp/a b.png'", "\"/a\"", "~/x", "file:///tmp/a"] {
            assert!(may_be_path(path), "{path}");
        }
        for text in ["hello", "a/b", "/tmp/a\n/tmp/b", "'quoted'"] {
            assert!(!may_be_path(text), "{text}");
        }
    }
}
