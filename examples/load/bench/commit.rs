//! What it costs to make words durable, beside inserts that do nothing else.

use std::path::{Path, PathBuf};
use std::time::Instant;

use tertulia::model::{Clock, limits};
use tertulia::store::{Entry, Sync};

use super::fill::{World, append, open};
use super::found::Sample;
use super::raw;
use super::site::Site;
use crate::options::{Of, Run};
use crate::process::thread_cpu_s;
use crate::swarm::Fallible;

const ROOMS: usize = 200;
const DEVICES: usize = 1_000;
/// Says of a batch where only CPU counts.
const SAYS: usize = 256;
/// Batches before anything is measured: the caches are warm, and the tables no longer empty.
const EARLY_BATCHES: usize = 100;
const BATCHES: usize = 300;

/// How many says a second the whole server acknowledges where all talk.
pub(super) fn rooms(site: &Site) -> Fallible<Vec<Sample>> {
    let shape = Run { window: 16, ..site.shape(DEVICES, ROOMS, DEVICES) };
    let ours = site.load(Of::Tertulia, &shape)?.said_per_s;
    site.say("  raw inserts");
    Ok(vec![Sample::ratio(ours, raw_says_per_s(site, &shape)?)])
}

/// In batches like the server's, in which a whole window of each device stands together.
fn raw_says_per_s(site: &Site, shape: &Run) -> Fallible<f64> {
    let (dir, says) = (site.fresh_dir()?, limits::BATCH_SAYS_MAX);
    let (path, world) = scene(dir.path())?;
    let world = World { in_a_row: shape.window, ..world };
    let ((warmup, time), start) = (site.times(), Instant::now());
    let (mut batches, mut first) = (0_u32, None);
    raw::write(&path, &world, says, &"x".repeat(shape.text), || {
        batches += 1;
        if first.is_none() && start.elapsed() >= warmup {
            first = Some((batches, Instant::now()));
        }
        Ok(start.elapsed() < warmup + time)
    })?;
    let (earlier, since) = first.ok_or("not one batch was written")?;
    Ok(f64::from(batches - earlier) * says as f64 / since.elapsed().as_secs_f64())
}

/// What one say costs in the store itself.
pub(super) fn commit(site: &Site) -> Fallible<Vec<Sample>> {
    let text = "x".repeat(site.shape(1, 1, 1).text);
    let in_us = |cpu_s: f64| cpu_s * 1e6 / (BATCHES * SAYS) as f64;
    site.say("  the store");
    let ours = in_us(store_cpu_s(site.fresh_dir()?.path(), &text)?);
    site.say("  raw inserts");
    let raw = in_us(raw_cpu_s(site.fresh_dir()?.path(), &text)?);
    Ok(vec![Sample::ratio(ours, raw)])
}

fn store_cpu_s(dir: &Path, text: &str) -> Fallible<f64> {
    let (path, world) = scene(dir)?;
    let says: Vec<Entry> = (0..(EARLY_BATCHES + BATCHES) * SAYS).map(|number| world.entry(number, text)).collect();
    let (mut store, clock) = (open(&path, Sync::Full)?, Clock::System);
    let (early, measured) = says.split_at(EARLY_BATCHES * SAYS);
    early.chunks(SAYS).try_for_each(|batch| append(&mut store, batch, &clock))?;
    let before = own_cpu_s()?;
    measured.chunks(SAYS).try_for_each(|batch| append(&mut store, batch, &clock))?;
    Ok(own_cpu_s()? - before)
}

fn raw_cpu_s(dir: &Path, text: &str) -> Fallible<f64> {
    let (path, world) = scene(dir)?;
    let (mut batches, mut before, mut after) = (0, 0.0, 0.0);
    raw::write(&path, &world, SAYS, text, || {
        if batches == EARLY_BATCHES {
            before = own_cpu_s()?;
        }
        after = own_cpu_s()?;
        batches += 1;
        Ok(batches <= EARLY_BATCHES + BATCHES)
    })?;
    Ok(after - before)
}

/// A database with everybody in it, and nothing said.
fn scene(dir: &Path) -> Fallible<(PathBuf, World)> {
    let path = dir.join("tertulia.db");
    let world = World::make(&mut open(&path, Sync::Normal)?, ROOMS, DEVICES)?;
    Ok((path, world))
}

fn own_cpu_s() -> Fallible<f64> {
    thread_cpu_s(Path::new("/proc/thread-self"))
}
