//! Ten thousand connections: what they cost while nothing happens, and how long they take to come back all at once.

use std::path::Path;
use std::time::{Duration, Instant};

use tertulia::chat::lists::Budget;
use tertulia::model::{RoomId, RoomName, Seq, limits};
use tertulia::store::{Message, Store, Sync};

use super::fill::{World, fill, open};
use super::found::Sample;
use super::site::Site;
use crate::dialect::{Seat, Tertulia, room_name};
use crate::peer::Role;
use crate::process::{self, Usage};
use crate::run::{seats, watch};
use crate::swarm::{Fallible, Swarm};

const CONNECTIONS: usize = 10_000;
const ROOMS: usize = 100;
/// Events that everybody has missed.
const MISSED: usize = 1_000;
/// How long the server gets to come to rest.
const REST: Duration = Duration::from_secs(2);
/// How long it is watched then.
const IDLE: Duration = Duration::from_secs(10);

/// All are in their rooms, and nobody says anything.
pub(super) fn idle(site: &Site) -> Fallible<Vec<Sample>> {
    process::check_open_files(CONNECTIONS)?;
    let (dir, shape) = (site.fresh_dir()?, site.shape(CONNECTIONS, ROOMS, 1));
    let server = site.server(dir.path())?;
    let empty = in_kib(Usage::of(server.id())?.resident_bytes);
    let mut swarm = Swarm::new(Tertulia::new(shape.text), server.address)?;
    site.say("  letting all in");
    swarm.gather(seats(&shape))?;
    swarm.run_for(REST)?;
    site.say("  watching");
    let measured = watch(&mut swarm, Some(server.id()), IDLE)?;
    let usage = measured.usage.ok_or("the server is not known")?;
    let full = in_kib(usage.resident_bytes);
    let each = Sample::of((full - empty) / CONNECTIONS as f64, vec![full / 1_024.0, empty / 1_024.0]);
    Ok(vec![each, Sample::of(usage.cpu_s / measured.seconds * 100.0, vec![usage.cpu_s, measured.seconds])])
}

/// All go, each from a room that nobody else is in, and so do as many others after them: what is kept in memory of the
/// second crowd's rooms. What the first leaves is mostly the allocator's, for the next.
pub(super) fn left(site: &Site) -> Fallible<Vec<Sample>> {
    process::check_open_files(CONNECTIONS)?;
    let dir = site.fresh_dir()?;
    let server = site.server(dir.path())?;
    let come_and_go = |rooms| {
        site.say(&format!("  in and out of {rooms} rooms"));
        let shape = site.shape(CONNECTIONS, rooms, 1);
        let mut swarm = Swarm::new(Tertulia::new(shape.text), server.address)?;
        swarm.gather(seats(&shape))?;
        drop(swarm);
        std::thread::park_timeout(REST);
        Fallible::Ok(in_kib(Usage::of(server.id())?.resident_bytes))
    };
    let [one, first, second] = [come_and_go(1)?, come_and_go(CONNECTIONS)?, come_and_go(CONNECTIONS)?];
    let parts = [one, first, second].map(|kib| kib / 1_024.0).to_vec();
    Ok(vec![Sample::of((second - first) / CONNECTIONS as f64, parts)])
}

fn in_kib(bytes: u64) -> f64 {
    bytes as f64 / 1_024.0
}

/// All come back at once, and each has missed as much.
pub(super) fn storm(site: &Site) -> Fallible<Vec<Sample>> {
    process::check_open_files(CONNECTIONS)?;
    let (dir, shape) = (site.fresh_dir()?, site.shape(CONNECTIONS, ROOMS, 1));
    let path = dir.path().join("tertulia.db");
    site.say("  making devices and what they missed");
    let world = World::make(&mut open(&path, Sync::Normal)?, ROOMS, CONNECTIONS)?;
    fill(&path, ROOMS, MISSED, shape.text)?;
    let server = site.server(dir.path())?;
    let mut swarm = Swarm::new(Tertulia::new(shape.text), server.address)?;
    site.say("  letting them loose");
    let start = Instant::now();
    let seat = |(index, key)| Seat { room: index % ROOMS, device: Some(key), after: Some(0) };
    swarm.storm(world.keys.into_iter().enumerate().map(seat).map(|seat| (seat, Role::Listens)))?;
    let ours = start.elapsed().as_secs_f64();
    let heard = swarm.tally.deliveries;
    if heard != (CONNECTIONS * MISSED) as u64 {
        return Err(format!("{heard} events came, and not {MISSED} for each of {CONNECTIONS}").into());
    }
    drop(swarm);
    server.stop()?;
    site.say("  one reader");
    let (reader, pages) = read_all(&path, &world.rooms)?;
    Ok(vec![Sample::of(ours / reader, vec![ours, reader, pages as f64])])
}

/// The seconds that one reader takes for as much as all have missed, and the pages that it was.
fn read_all(path: &Path, rooms: &[RoomId]) -> Fallible<(f64, usize)> {
    let (mut store, mut pages, start) = (Store::open_reader(path)?, 0, Instant::now());
    for index in 0..CONNECTIONS {
        let name = RoomName::parse(&room_name(index % rooms.len())).expect("letters, a dash and digits are a name");
        let mut last = Seq(0);
        while last.0 < MISSED as u64 {
            last = read_page(&mut store, rooms[index % rooms.len()], &name, last)?.ok_or("the log ends early")?;
            pages += 1;
        }
    }
    Ok((start.elapsed().as_secs_f64(), pages))
}

/// As a session reads on; the last event of the page.
fn read_page(store: &mut Store, room: RoomId, name: &RoomName, after: Seq) -> Fallible<Option<Seq>> {
    let mut budget = Budget::of(limits::CATCH_UP_BYTES_MAX);
    let fits = |message: &Message| budget.fits_event(name.as_str(), &message.author, &message.body);
    let page = store.after(room, after, usize::from(limits::PAGE_EVENTS_MAX), fits)?;
    Ok(page.last().map(|message| message.seq))
}
