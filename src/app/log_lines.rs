//! The log's lines. A record is one line, and whatever it quotes (a name, an agent, what the system says of a path)
//! obeys nobody's terminal. What is logged, and that it is no body and no secret, is left to whoever logs.

use std::fmt::Arguments;
use std::io::{self, Write};

use env_logger::fmt::Formatter;
use env_logger::{Builder, Env};
use log::Record;

use crate::model::safe_text;

/// From now on what is logged is written to standard error, as much of it as `RUST_LOG` asks for.
pub fn start_log() {
    Builder::from_env(Env::default().default_filter_or("info")).format(write_line).init();
}

fn write_line(out: &mut Formatter, record: &Record<'_>) -> io::Result<()> {
    let (at, level) = (out.timestamp(), record.level());
    let style = out.default_level_style(level);
    writeln!(out, "[{at} {style}{level:<5}{style:#} {}] {}", safe_text(record.target()), said(record.args()))
}

fn said(arguments: &Arguments<'_>) -> String {
    safe_text(&arguments.to_string()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_one_line_that_no_terminal_obeys() {
        let table = [
            ("all is well", "all is well"),
            ("one\ntwo\r\n", "one␊two␍␊"),
            ("\x1b]0;title\x07\x1b[31m", "␛]0;title␇␛[31m"),
            ("\x1b]8;;http://evil\x1b\\here\x1b]8;;\x1b\\", "␛]8;;http://evil␛\\here␛]8;;␛\\"),
            ("a\u{9b}2J\u{202e}b", "a<U+009B>2J<U+202E>b"),
        ];
        for (args, line) in table {
            assert_eq!(said(&format_args!("{args}")), line, "{args:?}");
        }
    }
}
