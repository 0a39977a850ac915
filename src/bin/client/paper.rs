//! The manual page and what lets shells finish options, made from the command line itself.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use super::arguments::Arguments;

/// What can be printed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Paper {
    /// The manual page.
    Man,
    /// For a shell.
    Completions(Shell),
}

impl Paper {
    /// Prints it to standard output.
    pub(crate) fn print(self) -> ExitCode {
        match self.made().and_then(|made| io::stdout().write_all(&made)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("* cannot print it: {error}");
                ExitCode::FAILURE
            }
        }
    }

    fn made(self) -> io::Result<Vec<u8>> {
        let (mut command, mut out) = (Arguments::command(), Vec::new());
        match self {
            Self::Man => clap_mangen::Man::new(command).render(&mut out)?,
            Self::Completions(shell) => clap_complete::generate(shell, &mut command, "client", &mut out),
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    fn flags() -> Vec<String> {
        let command = Arguments::command();
        command.get_arguments().filter_map(|argument| argument.get_long().map(str::to_owned)).collect()
    }

    #[test]
    fn every_option_is_in_the_manual_and_known_to_each_shell() {
        assert!(flags().len() > 10);
        let papers = [Paper::Man, Paper::Completions(Shell::Bash), Paper::Completions(Shell::Zsh)];
        for paper in papers {
            let text = String::from_utf8(paper.made().unwrap()).unwrap().replace('\\', "");
            for flag in flags() {
                assert!(text.contains(&format!("--{flag}")), "{paper:?} has no --{flag}");
            }
        }
        let fish = String::from_utf8(Paper::Completions(Shell::Fish).made().unwrap()).unwrap();
        for flag in flags() {
            assert!(fish.contains(&format!("-l {flag}")), "fish has no --{flag}");
        }
    }

    #[test]
    fn bash_takes_what_is_made_for_it() {
        let bash = Command::new("bash").args(["-n", "/dev/stdin"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let Ok(mut bash) = bash else { return };
        let made = Paper::Completions(Shell::Bash).made().unwrap();
        bash.stdin.take().unwrap().write_all(&made).unwrap();
        let output = bash.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    }
}
