//! What it costs to bring a message to everybody in a room, beside programs that keep nothing: the bare relay, Redis and
//! NATS. One run puts each of them under the same load, one after the other.

use super::found::Sample;
use super::site::Site;
use crate::options::{Of, Run};
use crate::process::is_installed;
use crate::report::Report;
use crate::swarm::Fallible;

/// The name of the server's thread that commits.
const WRITER: &str = "db-writer";
/// The one that carries over what was committed.
const CHECKPOINT: &str = "db-checkpoint";

/// A thousand hear what ten say.
pub(super) fn crowd(site: &Site) -> Fallible<Vec<Sample>> {
    let shape = Run { window: 64, ..site.shape(1_000, 1, 10) };
    let cost = site.load(Of::Tertulia, &shape)?.cpu_s_per_million();
    let relay = site.load(Of::Relay, &shape)?.cpu_s_per_million();
    Ok(vec![Sample::ratio(cost, relay), beside(site, "redis-server", Of::Redis, &shape, cost)?])
}

/// A hundred hear what ten say.
pub(super) fn room(site: &Site) -> Fallible<Vec<Sample>> {
    let shape = Run { window: 64, ..site.shape(100, 1, 10) };
    let ours = site.load(Of::Tertulia, &shape)?;
    let (cost, commits) = (ours.cpu_s_per_million(), commits(&ours)?);
    let relay = site.load(Of::Relay, &shape)?.cpu_s_per_million();
    let without = Sample::of((cost - commits) / relay, vec![cost, commits, relay]);
    Ok(vec![without, beside(site, "nats-server", Of::Nats, &shape, cost)?])
}

/// A hundred hear what one says, one message at a time: nothing can be gathered.
pub(super) fn lone_sender(site: &Site) -> Fallible<Vec<Sample>> {
    let shape = Run { window: 1, ..site.shape(100, 1, 1) };
    let cost = site.load(Of::Tertulia, &shape)?.cpu_s_per_million();
    let relay = site.load(Of::Relay, &shape)?.cpu_s_per_million();
    Ok(vec![Sample::ratio(cost, relay)])
}

fn beside(site: &Site, program: &'static str, of: Of, shape: &Run, cost: f64) -> Fallible<Sample> {
    if !is_installed(program) {
        return Ok(Sample::NotInstalled(program));
    }
    Ok(Sample::ratio(cost, site.load(of, shape)?.cpu_s_per_million()))
}

/// What the threads that commit and carry over cost for a million deliveries.
fn commits(report: &Report) -> Fallible<f64> {
    let names = report.cpu.iter().flat_map(|cpu| cpu.cpu_s_by_thread.keys().cloned()).collect::<Vec<_>>().join(", ");
    let otherwise = || format!("the server has no thread named {WRITER} that did anything, only {names}");
    let carried = report.thread_cpu_s_per_million(CHECKPOINT).unwrap_or_default();
    Ok(report.thread_cpu_s_per_million(WRITER).ok_or_else(otherwise)? + carried)
}
