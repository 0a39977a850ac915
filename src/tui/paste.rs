//! Something was pasted: it goes into the line as it is, but a long one is asked about before, and paths are looked at,
//! since they may be files that somebody dropped here.

use super::arrival::Effect;
use super::over::put;
use super::overlay::{Ask, Overlay};
use super::state::State;
use crate::model::limits;

/// Lines that are pasted without a question.
const LINES_MAX: usize = 5;
/// Bytes that are pasted without a question.
const BYTES_MAX: usize = 2_000;
/// Bytes of paths that are looked at: as many as are sent at once, of a length as people have them.
const PATHS_BYTES_MAX: usize = 8_192;

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
    let typed = text.trim();
    let look = may_be_paths(typed).then(|| Effect::Look(typed.to_owned())).into_iter().collect();
    if text.lines().count() > LINES_MAX || text.len() > BYTES_MAX {
        // what does not fit at all is not asked about
        if text.len() > limits::TERMINAL_LINE_BYTES_MAX {
            put(state, &text);
        } else {
            state.overlay = Some(Overlay::Ask(Ask::Paste(text)));
        }
        return look;
    }
    put(state, &text);
    look
}

/// Terminals write the paths of dropped files as a shell would, or as links, with spaces or newlines between them.
fn may_be_paths(text: &str) -> bool {
    let bare = text.trim_start_matches(['\'', '"']);
    let begins = bare.starts_with(['/', '~']) || bare.starts_with("file://");
    begins && text.len() <= PATHS_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_looks_like_paths() {
        for path in ["/tmp/a.png", "'/tmp/a b.png'", "\"/a\"", "~/x", "file:///tmp/a", "/tmp/a\n/tmp/b"] {
            assert!(may_be_paths(path), "{path}");
        }
        for text in ["hello", "a/b", "'quoted'"] {
            assert!(!may_be_paths(text), "{text}");
        }
    }
}
