//! The server: from flags to a configuration, then one call. What happens after that is [`tertulia::app`]'s.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::Parser;
use tertulia::app::{self, Config, Options, Order, Task};

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    app::start_log();
    app::log_panics();
    match obey(Options::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn obey(options: Options) -> Result<ExitCode, Failure> {
    match options.into_task()? {
        Task::Serve(config) => serve(&config).map(|()| ExitCode::SUCCESS),
        Task::Verify(config) => verify(&config),
        Task::Operate(config, order) => operate(&config, order),
    }
}

fn serve(config: &Config) -> Result<(), Failure> {
    let sockets = app::bind(config)?;
    // whoever started it may have read enough, or nothing at all
    let tell = |listening| drop(writeln!(std::io::stdout(), "{listening}"));
    app::run(config, sockets, tell, app::signalled)?;
    Ok(())
}

fn verify(config: &Config) -> Result<ExitCode, Failure> {
    let mut out = std::io::stdout();
    // whoever reads may have seen enough; the exit code stays right
    let verdict = app::verify(config, |fault| drop(writeln!(out, "{fault}")))?;
    if verdict.faults > 0 {
        return Ok(ExitCode::FAILURE);
    }
    let app::Counts { rooms, messages, files } = verdict.counts;
    drop(writeln!(std::io::stdout(), "ok: {rooms} rooms, {messages} messages, {files} files"));
    Ok(ExitCode::SUCCESS)
}

fn operate(config: &Config, order: Order) -> Result<ExitCode, Failure> {
    let (mut out, mut written) = (std::io::stdout(), Ok(()));
    app::operate(config, order, |line| {
        if written.is_ok() {
            written = writeln!(out, "{line}");
        }
    })?;
    match written {
        // whoever reads may have seen enough; what was ordered is done
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("it is done, and its outcome cannot be written: {error}").into())
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}
