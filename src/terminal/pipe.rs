//! Lines from a file or another program: as long as texts may be and no longer in memory, and UTF-8. What they mean
//! is left to [`super::command`].

use std::io::{self, BufRead, BufReader, Read};

use super::typist::{Keyboard, Ready, Typed};
use crate::model::limits::TERMINAL_LINE_BYTES_MAX;

/// Reads lines from a stream; prompts are nothing to it.
#[derive(Debug)]
pub(super) struct Pipe<R> {
    input: BufReader<R>,
    lines: u64,
}

impl<R: Read> Pipe<R> {
    /// Lines of this stream.
    pub(super) fn new(input: R) -> Self {
        Self { input: BufReader::new(input), lines: 0 }
    }

    fn line(&mut self) -> io::Result<Typed> {
        let mut line = Vec::new();
        let bytes_max = u64::try_from(TERMINAL_LINE_BYTES_MAX).unwrap_or(u64::MAX);
        if self.input.by_ref().take(bytes_max).read_until(b'\n', &mut line)? == 0 {
            return Ok(Typed::End);
        }
        self.lines += 1;
        if line.len() == TERMINAL_LINE_BYTES_MAX && !line.ends_with(b"\n") {
            self.input.skip_until(b'\n')?;
            return Ok(Typed::Unreadable(format!("line {} is far too long", self.lines)));
        }
        let end = line.strip_suffix(b"\n").map_or(line.len(), |line| line.strip_suffix(b"\r").unwrap_or(line).len());
        line.truncate(end);
        let no_text = || Typed::Unreadable(format!("line {} is not UTF-8", self.lines));
        Ok(String::from_utf8(line).map_or_else(|_| no_text(), Typed::Line))
    }
}

impl<R: Read + Send + 'static> Keyboard for Pipe<R> {
    fn read(&mut self, _: &Ready) -> Typed {
        self.line().unwrap_or(Typed::End)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(input: &[u8]) -> Vec<Typed> {
        let mut pipe = Pipe::new(input);
        std::iter::from_fn(|| Some(pipe.line().unwrap()).filter(|typed| *typed != Typed::End)).collect()
    }

    fn line(text: &str) -> Typed {
        Typed::Line(text.to_owned())
    }

    #[test]
    fn lines_end_in_one_way_or_the_other() {
        assert_eq!(all(b"a\nb\r\n\n c \rd"), [line("a"), line("b"), line(""), line(" c \rd")]);
        assert_eq!(all(b""), []);
    }

    #[test]
    fn what_is_no_line_is_passed_over() {
        let long = "x".repeat(TERMINAL_LINE_BYTES_MAX * 2);
        let lines = all(&[b"a\n", long.as_bytes(), b"\n\xff\nb"].concat());
        assert_eq!(lines.len(), 4);
        assert_eq!([&lines[0], &lines[3]], [&line("a"), &line("b")]);
        assert!(matches!(&lines[1], Typed::Unreadable(why) if why.contains("line 2")));
        assert!(matches!(&lines[2], Typed::Unreadable(why) if why.contains("line 3")));
    }

    #[test]
    fn a_line_of_just_the_limit_is_one() {
        let long = "x".repeat(TERMINAL_LINE_BYTES_MAX - 1);
        assert_eq!(all(format!("{long}\n").as_bytes()), [line(&long)]);
        assert_eq!(all(long.as_bytes()), [line(&long)]);
    }
}
