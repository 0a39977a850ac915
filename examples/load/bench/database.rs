//! What a large database costs whoever starts on it.

use std::path::PathBuf;
use std::time::Instant;

use super::fill::fill;
use super::found::Sample;
use super::site::Site;
use crate::swarm::Fallible;

/// The size of a database that has been in use for long.
const BYTES: u64 = 1 << 30;
const ROOMS: usize = 200;
const TEXT_BYTES: usize = 16_000;
/// Messages of a room; the pages that hold them have some room to spare.
const MESSAGES_PER_ROOM: usize = BYTES as usize / TEXT_BYTES / ROOMS;

/// From the start of the process to the line that says where it listens.
pub(super) fn start(site: &Site) -> Fallible<Vec<Sample>> {
    let (data_dir, bytes) = large(site)?;
    site.say("  starting");
    let start = Instant::now();
    let server = site.server(&data_dir)?;
    let seconds = start.elapsed().as_secs_f64();
    server.stop()?;
    Ok(vec![Sample::of(seconds, vec![bytes as f64 / BYTES as f64])])
}

/// A data directory with a large database that a server has stopped on, and the bytes of it.
fn large(site: &Site) -> Fallible<(PathBuf, u64)> {
    let data_dir = site.kept("load-large");
    let database = data_dir.join("tertulia.db");
    let bytes = || std::fs::metadata(&database).map_or(0, |metadata| metadata.len());
    while bytes() < BYTES {
        site.say("  filling a large database");
        fill(&database, ROOMS, MESSAGES_PER_ROOM, TEXT_BYTES)?;
    }
    // one that was kept may be of an older server, or of one that was killed
    site.server(&data_dir)?.stop()?;
    Ok((data_dir, bytes()))
}
