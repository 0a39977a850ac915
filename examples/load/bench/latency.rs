//! How long somebody waits, beside the disk, which nobody is faster than.

use std::thread;

use super::fill::fill;
use super::found::Sample;
use super::probe::{Probe, wake_late};
use super::site::Site;
use crate::dialect::{Seat, Tertulia};
use crate::options::{Of, Run};
use crate::peer::Role;
use crate::process;
use crate::report::Quantiles;
use crate::run::{seats, watch};
use crate::swarm::{Fallible, Swarm};
use crate::tally::Tally;

/// Turns that the server and the disk take within one run, and syncs in each: a disk is slower at times, and so both
/// are looked at at the same times.
const TURNS: u32 = 10;
const SYNCS_PER_TURN: usize = 50;
/// Enough for the slowest of a hundred.
const SYNCS: usize = 2_000;
/// Messages a second that come in whether or not anybody keeps up.
const RATE: f64 = 1_000.0;
/// The log that is leafed through.
const PAST: usize = 100_000;

/// One connection alone, with one message at a time.
pub(super) fn lone_say(site: &Site) -> Fallible<Vec<Sample>> {
    let (dir, shape) = (site.fresh_dir()?, Run { window: 1, ..site.shape(1, 1, 1) });
    let server = site.server(dir.path())?;
    let mut swarm = Swarm::new(Tertulia::new(shape.text), server.address)?;
    swarm.gather(seats(&shape))?;
    let (mut probe, (warmup, time)) = (Probe::new(dir.path())?, site.times());
    swarm.set_pace(shape.pace())?;
    swarm.run_for(warmup)?;
    swarm.settle()?;
    swarm.tally = Tally::default();
    site.say("  tertulia and the disk in turn");
    for _ in 0..TURNS {
        probe.sync(SYNCS_PER_TURN)?;
        swarm.set_pace(shape.pace())?;
        swarm.run_for(time / TURNS)?;
        swarm.settle()?;
    }
    Ok(vec![Sample::difference(Quantiles::of(&swarm.tally.to_said).p50_ms, probe.quantiles().p50_ms)])
}

/// A load that leaves the server time, as most of its life does.
pub(super) fn steady(site: &Site) -> Fallible<Vec<Sample>> {
    site.say("  the disk");
    let dir = site.fresh_dir()?;
    let mut probe = Probe::new(dir.path())?;
    probe.sync(SYNCS)?;
    let disk = probe.quantiles().p99_ms;
    let alone = Probe::new(dir.path())?.keep_up(RATE, site.times().1)?.p99_ms;
    let ours = site.load(Of::Tertulia, &Run { rate: Some(RATE), ..site.shape(1_000, 100, 1_000) })?;
    let Quantiles { p50_ms, p99_ms, .. } = ours.say_to_delivery;
    Ok(vec![Sample::of(p99_ms / disk, vec![p99_ms, disk, alone, p50_ms, ours.deliveries_per_s])])
}

/// One leafs through a long log while the thread that writes has as much to do as it can.
pub(super) fn history(site: &Site) -> Fallible<Vec<Sample>> {
    let (dir, shape) = (site.fresh_dir()?, Run { window: 16, ..site.shape(1_000, 200, 1_000) });
    process::check_open_files(shape.connections + 2)?;
    site.say("  filling a log");
    fill(&dir.path().join("tertulia.db"), 1, PAST, shape.text)?;
    site.say("  leafing through it");
    let server = site.server(dir.path())?;
    let mut swarm = Swarm::new(Tertulia::new(shape.text), server.address)?;
    let asking = [Role::Leafs, Role::Pings].map(|role| (Seat::default(), role));
    swarm.gather(seats(&shape).chain(asking))?;
    swarm.set_pace(shape.pace())?;
    swarm.begin_asking()?;
    let (warmup, time) = site.times();
    swarm.run_for(warmup)?;
    let woken = thread::spawn(move || wake_late(time).map(|late| late.p99_ms).map_err(|error| error.to_string()));
    let measured = watch(&mut swarm, None, time)?;
    let woken_ms = woken.join().map_err(|_| "the thread that sleeps panicked")??;
    swarm.settle()?;
    let (pages, said) = (measured.tally.pages as f64, measured.tally.said as f64);
    let Quantiles { p50_ms, p99_ms, .. } = Quantiles::of(&measured.tally.to_page);
    let pong_ms = Quantiles::of(&measured.tally.to_pong).p99_ms;
    Ok(vec![Sample::of(p99_ms, vec![p50_ms, woken_ms, pong_ms, pages / measured.seconds, said / measured.seconds])])
}
