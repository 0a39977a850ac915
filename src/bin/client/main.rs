//! The terminal client: flags and a file become a configuration, and [`tui::run`] or, without a screen,
//! [`terminal::run`] does the rest.

mod arguments;
mod file;
mod paper;

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::Parser;
use tertulia::{terminal, tui};

use self::arguments::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(paper) = arguments.paper() {
        return paper.print();
    }
    let chosen = match arguments.choose() {
        Ok(chosen) => chosen,
        Err(why) => {
            eprintln!("* {}", terminal::safe_text(&why));
            return ExitCode::FAILURE;
        }
    };
    let is_screen = !chosen.is_plain && has_screen();
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) if is_screen => runtime.block_on(tui::run(chosen.config, chosen.look)),
        Ok(runtime) => runtime.block_on(terminal::run(chosen.config)),
        Err(error) => {
            eprintln!("* cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether there is a terminal that can be drawn on, and somebody who types.
fn has_screen() -> bool {
    let is_able = std::env::var_os("TERM").is_some_and(|term| !term.is_empty() && term != "dumb");
    is_able && io::stdin().is_terminal() && io::stdout().is_terminal()
}
