//! The prompt: a line editor with history and completion, on a terminal that lines arrive on meanwhile. Finishing
//! words is left to [`super::complete`], turns to [`super::gate`].

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use indicatif::MultiProgress;
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, ExternalPrinter, Helper};
use unicode_width::UnicodeWidthChar;

use super::Error;
use super::command::{Command, Input, read_line};
use super::complete::Finisher;
use super::gate::{Gate, Phase};
use super::line::Line;
use super::remark::Remark;
use super::screen::{Surface, write_out};
use super::secret;
use super::typist::{Facts, Keyboard, Ready, Typed};

/// Lines that can be had again with the arrow keys.
const HISTORY_LINES: usize = 1_000;

/// Columns between two stops of the tabulator, in the editor as on terminals.
const TAB_COLUMNS: usize = 8;

/// The editor's half: reads lines.
pub(super) struct Prompt {
    editor: Editor<Assistant, FileHistory>,
    gate: Arc<Gate>,
    facts: Arc<Facts>,
    history: PathBuf,
}

/// The writer's half: shows lines above the prompt or, while it rests, above the progress bars.
pub(super) struct Above<P> {
    printer: P,
    gate: Arc<Gate>,
    bars: MultiProgress,
    is_coloured: bool,
}

/// Makes both halves. The history is kept in the file `history`.
///
/// # Errors
/// [`Error::Prompt`] if this terminal cannot have one.
pub(super) fn prompt(
    facts: Arc<Facts>,
    gate: &Arc<Gate>,
    history: PathBuf,
    bars: MultiProgress,
) -> Result<(Prompt, Above<impl ExternalPrinter + Send + 'static>), Error> {
    let config = Config::builder()
        .max_history_size(HISTORY_LINES)?
        .completion_type(CompletionType::List)
        .tab_stop(u8::try_from(TAB_COLUMNS).expect("a tab is narrow"))
        .build();
    let lines = FileHistory::with_config(&config);
    let mut editor = Editor::with_history(config, lines)?;
    let printer = editor.create_external_printer()?;
    editor.set_helper(Some(Assistant { gate: Arc::clone(gate), finisher: Finisher::new(Arc::clone(&facts)) }));
    // a history that is missing or damaged is no reason not to talk
    let _ = editor.load_history(&history);
    let is_coloured = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let above = Above { printer, gate: Arc::clone(gate), bars, is_coloured };
    Ok((Prompt { editor, gate: Arc::clone(gate), facts, history }, above))
}

impl Keyboard for Prompt {
    fn read(&mut self, ready: &Ready) -> Typed {
        self.gate.set(Phase::Moving);
        let line = self.editor.readline_with_initial(&ready.prompt, (&ready.left, ""));
        if let Ok(line) = &line {
            self.remember(line);
            self.wipe(&ready.prompt, line);
        }
        self.gate.set(Phase::Resting);
        let questions = line.as_deref().map_or(&[][..], secret::questions);
        if let (Ok(line), false) = (&line, questions.is_empty()) {
            let objection = secret::objection(line, self.facts.is_live(), self.facts.is_guest()).map_or(Ok(()), Err);
            let words = objection.and_then(|()| secret::ask(questions, &self.gate));
            return words.map_or_else(Typed::Unreadable, |words| Typed::Secret(line.clone(), words));
        }
        // Ctrl-C, Ctrl-D, or a terminal that is gone
        line.map_or(Typed::End, Typed::Line)
    }
}

impl Prompt {
    /// Several clients may share the file: each appends what is new.
    fn remember(&mut self, line: &str) {
        if !secret::may_tell(line) && matches!(self.editor.add_history_entry(line), Ok(true)) {
            let _ = self.editor.append_history(&self.history);
        }
    }

    /// Takes back a typed text, which comes again as an event with its time and name. Without a connection it stays,
    /// so that nobody has to wonder where it went.
    fn wipe(&mut self, prompt: &str, line: &str) {
        let comes_again = match read_line(line) {
            Input::Text(_) => self.facts.is_live(),
            Input::Command(Command::Remark(Remark::Reply { .. } | Remark::Edit { .. })) => self.facts.is_live(),
            Input::Nothing => true,
            Input::Command(_) | Input::Mistake(_) => false,
        };
        let columns = self.editor.dimensions().map(|(columns, _)| usize::from(columns));
        let rows = columns.and_then(|columns| rows(&format!("{prompt}{line}"), columns));
        if let (true, Some(rows)) = (comes_again, rows) {
            // a terminal that is gone is noticed by who writes next
            let _ = write_out(&format!("\x1b[{rows}A\r\x1b[J"));
        }
    }
}

impl<P: ExternalPrinter + Send + 'static> Surface for Above<P> {
    /// One race is left: the editor may take the Enter key between our look at the phase and its turn to print. The
    /// line then stands below the next prompt's first drawing, whole.
    fn show(&mut self, line: &Line) -> io::Result<()> {
        let text = if self.is_coloured { line.coloured() } else { line.to_string() } + "\n";
        let phase = self.gate.settled();
        match *phase {
            Phase::Up => {
                drop(phase);
                self.printer.print(text).map_err(io::Error::other)
            }
            Phase::Asking(question) => write_out(&format!("\r\x1b[J{text}{question}")),
            Phase::Resting | Phase::Moving => self.bars.suspend(|| write_out(&text)),
        }
    }
}

/// How many rows a line takes on a terminal, or nothing if that depends on how the terminal draws what stands above
/// other characters.
fn rows(line: &str, columns: usize) -> Option<usize> {
    let (mut rows, mut column, mut is_sure) = (1, 0, true);
    for c in line.chars() {
        let width = match c {
            '\n' => {
                (rows, column) = (rows + 1, 0);
                continue;
            }
            '\t' => TAB_COLUMNS - column % TAB_COLUMNS,
            c => c.width().unwrap_or(0),
        };
        is_sure &= width > 0;
        column += width;
        if column > columns {
            (rows, column) = (rows + 1, width);
        }
    }
    rows += usize::from(column == columns);
    (is_sure || rows == 1).then_some(rows)
}

/// What the editor asks while somebody types. Hints and checks are none here: they tell when the prompt is drawn and
/// when the Enter key is taken.
struct Assistant {
    gate: Arc<Gate>,
    finisher: Finisher,
}

impl Helper for Assistant {}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(&self, line: &str, cursor: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        Ok(self.finisher.finish(line, cursor))
    }
}

impl Hinter for Assistant {
    type Hint = String;

    fn hint(&self, _: &str, _: usize, _: &Context<'_>) -> Option<String> {
        if self.gate.phase() == Phase::Moving {
            self.gate.set(Phase::Up);
        }
        None
    }
}

impl Validator for Assistant {
    fn validate(&self, _: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        self.gate.set(Phase::Moving);
        Ok(ValidationResult::Valid(None))
    }
}

impl Highlighter for Assistant {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Borrowed(prompt)
    }
}

/// The terminal as it was before, for who has to leave while somebody types.
pub(super) struct Before {
    #[cfg(unix)]
    modes: Option<nix::sys::termios::Termios>,
    gate: Arc<Gate>,
}

impl Before {
    /// Looks at the terminal.
    #[must_use]
    pub(super) fn the_prompt(gate: &Arc<Gate>) -> Self {
        Self {
            #[cfg(unix)]
            modes: nix::sys::termios::tcgetattr(io::stdin()).ok(),
            gate: Arc::clone(gate),
        }
    }
}

impl Drop for Before {
    fn drop(&mut self) {
        // at once: what a halted terminal has not shown is not waited for
        #[cfg(unix)]
        if let Some(modes) = &self.modes {
            let _ = nix::sys::termios::tcsetattr(io::stdin(), nix::sys::termios::SetArg::TCSANOW, modes);
        }
        if let Some(Phase::Up | Phase::Asking(_)) = self.gate.glimpse() {
            let _ = write_out("\r\x1b[J");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_as_a_terminal_draws_them() {
        let table = [
            ("", 10, Some(1)),
            ("> hello", 10, Some(1)),
            ("> 90123456", 10, Some(2)),
            ("> 901234567", 10, Some(2)),
            ("> a\nb\n", 10, Some(3)),
            ("> 你好你好你", 10, Some(2)),
            ("> a\tb", 10, Some(1)),
            ("> e\u{301}", 10, Some(1)),
            ("> e\u{301}2345678901", 10, None),
        ];
        for (line, columns, expected) in table {
            assert_eq!(rows(line, columns), expected, "{line:?}");
        }
    }
}
