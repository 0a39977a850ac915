//! How one leaves, and what is stopped before: nobody loses a file on its way, or the conversation, by a key that was
//! pressed once too often. What is said then is waited for in [`mod@super::run`].

use super::arrival::Effect;
use super::state::State;

/// How long the second time counts as one, in milliseconds.
const AGAIN_MS: u64 = 5_000;

/// Ctrl-C where there is nothing to clear: stops what is on its way, or leaves if it is meant.
pub(super) fn interrupt(state: &mut State) -> Vec<Effect> {
    if !state.transfers.is_empty() {
        return stop(state);
    }
    if is_meant(state) {
        return vec![Effect::Quit];
    }
    state.tell("Ctrl-C again leaves");
    Vec::new()
}

/// `.quit` and Ctrl-D: leaves, but not while files are on their way, unless that is meant.
pub(super) fn quit(state: &mut State) -> Vec<Effect> {
    let files = state.transfers.len();
    if files == 0 || is_meant(state) {
        return vec![Effect::Quit];
    }
    let them = if files == 1 {
        "a file is on its way: once more stops it"
    } else {
        "files are on their way: once more stops them"
    };
    state.tell(format!("{them} and leaves"));
    Vec::new()
}

/// Stops all files that somebody sends or fetches.
pub(super) fn stop(state: &mut State) -> Vec<Effect> {
    if state.transfers.is_empty() {
        state.tell("no file is on its way");
    }
    state.uploads.clear();
    state.transfers.iter().map(|transfer| Effect::Stop(transfer.id)).collect()
}

/// Whether it is the second time in a short while; from now on it is, if not.
fn is_meant(state: &mut State) -> bool {
    let is_again = state.leave_asked.is_some_and(|asked| state.now <= asked + AGAIN_MS);
    state.leave_asked = Some(state.now);
    is_again
}
