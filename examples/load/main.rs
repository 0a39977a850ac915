//! A load generator: it measures what the server does and costs, on one thread that costs little itself, and compares it
//! with a bare relay. `cargo run --release --example load -- --help`
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts and times become quotients here, of which three digits are looked at"
)]
#![expect(clippy::struct_field_names, reason = "the fields of a report are its names in JSON, units and all")]

mod bench;
mod dialect;
mod options;
mod pace;
mod peer;
mod process;
mod relay;
mod report;
mod run;
mod swarm;
mod talk;
mod tally;

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;

use options::{Command, Options};
use swarm::Fallible;

fn main() -> ExitCode {
    match act(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn act(options: &Options) -> Fallible<()> {
    if let Some(command) = &options.command {
        return match command {
            Command::Bench(bench) => bench::act(bench),
            Command::Growth(growth) => bench::growth::act(growth),
        };
    }
    if let Some(address) = options.relay {
        return relay(address);
    }
    options.run.check()?;
    run::print(&run::run(&options.run)?, options.run.json)
}

fn relay(address: SocketAddr) -> Fallible<()> {
    let mut relay = relay::Relay::bind(address)?;
    println!("listening on {}", relay.address()?);
    std::io::stdout().flush()?;
    Ok(relay.run()?)
}
