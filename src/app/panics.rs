//! A panic is a line of the log like any other: where, and what was said. What follows from it is left to
//! [`crate::actors::vital`], which names the actor right after it.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{self, PanicHookInfo};

/// Characters of a panic's message that the log shows: it may quote what somebody sent.
const MESSAGE_CHARS_MAX: usize = 200;

/// From now on panics of this process go to the log.
pub fn log_panics() {
    panic::set_hook(Box::new(|panicked| {
        log::error!("{}", describe(panicked));
        let backtrace = Backtrace::capture();
        if backtrace.status() == BacktraceStatus::Captured {
            // a record is one line of the log, and this is many
            backtrace.to_string().lines().for_each(|step| log::error!("on the way there: {}", step.trim()));
        }
    }));
}

fn describe(panicked: &PanicHookInfo<'_>) -> String {
    let place = panicked.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let payload = panicked.payload();
    let message = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref().map(String::as_str));
    format!("a panic at {place}: {}", quotable(message.unwrap_or("no message")))
}

/// One line without control characters, and not too much of it.
fn quotable(message: &str) -> String {
    message.chars().take(MESSAGE_CHARS_MAX).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_one_line_without_control_characters() {
        assert_eq!(quotable("left\n\u{1b}[2Jright"), "left\\n\\u{1b}[2Jright");
        assert_eq!(quotable(&"x".repeat(999)).len(), MESSAGE_CHARS_MAX);
    }
}
