//! One run from beginning to end: a server, its connections, a warm-up, what is measured, and whether all arrived.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::dialect::{Dialect, Nats, Redis, Relay, Seat, Tertulia};
use super::options::{Of, Run};
use super::pace::Pace;
use super::peer::Role;
use super::process::{self, Process, Usage};
use super::report::Report;
use super::swarm::{Fallible, Swarm};
use super::tally::Tally;

/// A server to put under load: one that was started here, with a directory that goes with it, or one that ran already.
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) pid: Option<u32>,
    _process: Option<Process>,
    _data_dir: Option<tempfile::TempDir>,
}

impl Target {
    /// What these options ask for.
    pub(crate) fn of(run: &Run) -> Fallible<Self> {
        if let Some(address) = run.address {
            return Ok(Self { address, pid: run.pid, _process: None, _data_dir: None });
        }
        let data_dir = tempfile::tempdir_in(run.dir.clone().unwrap_or_else(std::env::temp_dir))?;
        let process = match run.of {
            Of::Tertulia => Process::tertulia(&server_binary(run)?, data_dir.path(), &[])?,
            Of::Relay => Process::relay()?,
            Of::Redis => Process::redis()?,
            Of::Nats => Process::nats()?,
        };
        let (address, pid) = (process.address, Some(process.id()));
        Ok(Self { address, pid, _process: Some(process), _data_dir: Some(data_dir) })
    }
}

/// The server's binary: the one that was named, or the one that was built with this program.
pub(crate) fn server_binary(run: &Run) -> Fallible<PathBuf> {
    if let Some(binary) = &run.server {
        return Ok(binary.clone());
    }
    let own = std::env::current_exe()?;
    let folder = own.parent().ok_or("this program lies nowhere")?;
    // examples lie in a folder of their own
    let folder = if folder.ends_with("examples") { folder.parent().unwrap_or(folder) } else { folder };
    Ok(folder.join("server"))
}

/// Does what the options say, and fails if anything was lost or out of order.
pub(crate) fn run(run: &Run) -> Fallible<Report> {
    process::check_open_files(run.connections)?;
    let target = Target::of(run)?;
    match run.of {
        Of::Tertulia => measure(Tertulia::new(run.text), run, &target),
        Of::Relay => measure(Relay::new(run.text), run, &target),
        Of::Redis => measure(Redis::new(run.text), run, &target),
        Of::Nats => measure(Nats::new(run.text), run, &target),
    }
}

fn measure<D: Dialect>(dialect: D, run: &Run, target: &Target) -> Fallible<Report> {
    let mut swarm = Swarm::new(dialect, target.address)?;
    swarm.gather(seats(run))?;
    swarm.set_pace(run.pace())?;
    swarm.run_for(Duration::from_secs_f64(run.warmup))?;
    let measured = watch(&mut swarm, target.pid, Duration::from_secs_f64(run.seconds))?;
    swarm.settle()?;
    let Measured { tally, seconds, usage, generator_cpu_s } = measured;
    Ok(blank(run).with(&tally, seconds, usage.as_ref(), generator_cpu_s))
}

/// What happened in a while.
pub(crate) struct Measured {
    pub(crate) tally: Tally,
    pub(crate) seconds: f64,
    pub(crate) usage: Option<Usage>,
    pub(crate) generator_cpu_s: f64,
}

/// Lets a swarm go on for a while, and looks at what happens and what it costs.
pub(crate) fn watch<D: Dialect>(swarm: &mut Swarm<D>, pid: Option<u32>, time: Duration) -> Fallible<Measured> {
    let own = std::process::id();
    let earlier = std::mem::take(&mut swarm.tally);
    earlier.verdict()?;
    let (before, own_before, start) = (pid.map(Usage::of).transpose()?, Usage::of(own)?, Instant::now());
    swarm.run_for(time)?;
    let seconds = start.elapsed().as_secs_f64();
    let after = pid.map(Usage::of).transpose()?;
    let usage = after.zip(before).map(|(after, before)| after.since(&before));
    let generator_cpu_s = Usage::of(own)?.since(&own_before).cpu_s;
    let tally = std::mem::take(&mut swarm.tally);
    tally.verdict()?;
    Ok(Measured { tally, seconds, usage, generator_cpu_s })
}

/// Who sits where: the connections are spread over the rooms, and the first ones talk.
pub(crate) fn seats(run: &Run) -> impl Iterator<Item = (Seat, Role)> {
    let Run { connections, rooms, senders, .. } = *run;
    (0..connections).map(move |index| {
        let role = if index < senders { Role::Talks } else { Role::Listens };
        (Seat { room: index % rooms, ..Seat::default() }, role)
    })
}

fn blank(run: &Run) -> Report {
    let pace = match run.pace() {
        Pace::Window(window) => format!("window {window}"),
        Pace::Rate(rate) => format!("{rate} a second"),
        Pace::Silent => "silent".into(),
    };
    Report {
        server: kind(run.of),
        connections: run.connections,
        rooms: run.rooms,
        senders: run.senders,
        text_bytes: run.text,
        pace,
        ..Report::default()
    }
}

/// The name of a kind of server.
pub(crate) fn kind(of: Of) -> String {
    format!("{of:?}").to_lowercase()
}

/// Prints a report, for people or for programs.
pub(crate) fn print(report: &Report, json: bool) -> Fallible<()> {
    let mut output = std::io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut output, report)?;
        writeln!(output)?;
    } else {
        write!(output, "{report}")?;
    }
    Ok(())
}
