//! The generator's command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::bench::Bench;
use super::bench::growth::Growth;
use super::pace::Pace;
use super::talk::TAG_BYTES;

const EXAMPLES: &str = "\
Without an address it starts a server of its own, on a free port and in a directory of its own, and stops it in the
end. It fails if an event is lost, doubled or out of its order, never because something is slow.

Examples:
  load                                              100 connections in a room, 10 of them talk
  load --connections 1000 --rooms 200 --senders 1000
  load --rate 1000                                  at a rate: latency counts from when a message was due
  load 127.0.0.1:8080 --pid 4711                    a server that runs already, and its process
  load --of relay                                   the bare relay, on the same work
  load --relay 127.0.0.1:9000                       be that relay
  load bench crowd --runs 1                         a row of the table in docs/performance.md";

/// Puts a chat server under load, and checks that it keeps its order meanwhile.
#[derive(Debug, Parser)]
#[command(name = "load", version, after_help = EXAMPLES, max_term_width = 100)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Be the bare relay that the server is compared with, and listen there
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:0", exclusive = true)]
    pub(crate) relay: Option<SocketAddr>,
    #[command(flatten)]
    pub(crate) run: Run,
}

/// Something else than one run.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Measures the table of docs/performance.md, or some of its rows
    Bench(Bench),
    /// Measures how cost, latency and memory grow with members, rooms and history
    Growth(Growth),
}

/// One run.
#[derive(Debug, Clone, Args)]
pub(crate) struct Run {
    /// A server that runs already; without it one is started
    pub(crate) address: Option<SocketAddr>,
    /// What is put under load
    #[arg(long, value_enum, default_value_t = Of::Tertulia)]
    pub(crate) of: Of,
    /// The server's binary [default: beside this program's]
    #[arg(long, value_name = "FILE")]
    pub(crate) server: Option<PathBuf>,
    /// Where temporary data goes [default: the system's directory for temporary files]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// The process of the server at ADDRESS, to say what it costs
    #[arg(long, value_name = "PID")]
    pub(crate) pid: Option<u32>,
    /// Connections, spread evenly over the rooms
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) connections: usize,
    /// Rooms
    #[arg(long, value_name = "R", default_value_t = 1)]
    pub(crate) rooms: usize,
    /// Connections that talk
    #[arg(long, value_name = "S", default_value_t = 10)]
    pub(crate) senders: usize,
    /// Messages that each sender has unacknowledged: a closed loop
    #[arg(long, value_name = "W", default_value_t = 64, conflicts_with = "rate")]
    pub(crate) window: usize,
    /// Messages a second in all: an open loop, in which latency counts from when a message was due
    #[arg(long, value_name = "N")]
    pub(crate) rate: Option<f64>,
    /// Bytes of a text
    #[arg(long, value_name = "BYTES", default_value_t = 100, value_parser = text_bytes)]
    pub(crate) text: usize,
    /// Seconds before anything is measured
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0)]
    pub(crate) warmup: f64,
    /// Seconds that are measured
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0)]
    pub(crate) seconds: f64,
    /// The result as JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

/// What can be put under load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Of {
    /// Tertulia's server
    Tertulia,
    /// The bare relay of this program
    Relay,
    /// Redis, publish and subscribe (needs redis-server)
    Redis,
    /// NATS core (needs nats-server)
    Nats,
}

/// As the command line has it if nothing is asked for.
impl Default for Run {
    fn default() -> Self {
        Options::parse_from(["load"]).run
    }
}

impl Run {
    /// How the senders are paced.
    pub(crate) fn pace(&self) -> Pace {
        self.rate.map_or(Pace::Window(self.window), Pace::Rate)
    }

    /// What is wrong with the numbers, if anything is.
    pub(crate) fn check(&self) -> Result<(), String> {
        let Self { connections, rooms, senders, window, rate, seconds, warmup, .. } = self;
        match () {
            () if *rooms == 0 || rooms > connections => {
                Err(format!("{connections} connections do not fill {rooms} rooms"))
            }
            () if *senders == 0 || senders > connections => {
                Err(format!("of {connections} connections {senders} cannot talk"))
            }
            () if *window == 0 || rate.is_some_and(|rate| !rate.is_finite() || rate <= 0.0) => {
                Err("nobody would say anything: give a larger --window or --rate".into())
            }
            () if !(seconds.is_finite() && *seconds > 0.0 && warmup.is_finite() && *warmup >= 0.0) => {
                Err("--seconds and --warmup are times".into())
            }
            () if self.address.is_none() && self.pid.is_some() => Err("--pid belongs to a server at an ADDRESS".into()),
            () => Ok(()),
        }
    }
}

fn text_bytes(text: &str) -> Result<usize, String> {
    let bytes = text.parse().map_err(|error| format!("{error}"))?;
    let (least, most) = (TAG_BYTES, tertulia::model::limits::TEXT_BYTES_MAX);
    if (least..=most).contains(&bytes) { Ok(bytes) } else { Err(format!("a text has {least} to {most} bytes")) }
}
