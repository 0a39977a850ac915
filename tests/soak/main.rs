//! People chat while a pack of strangers does everything at once that strangers may try: nothing of what was acknowledged
//! is lost, everybody is shown all of it in order, and they hardly notice. The checker is the one of `chaos`.
//!
//! `SOAK_MINUTES` is how long it runs: a third of it without the pack, a third while the pack is set on another server on
//! the same machine, a third with it. How fast it is counts only then: a short run on a busy machine says little about
//! that. The pack has no machine of its own, so what it takes of this one is measured by the second third.

#[path = "../common/mod.rs"]
mod common;

#[path = "../chaos/checker/mod.rs"]
mod checker;
#[path = "../chaos/record.rs"]
mod record;

mod pack;
mod people;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use common::ServerProcess;

use people::{Delays, People};

/// With the pack, the slowest of a hundred may take so many times as long as with the pack elsewhere on the machine.
const SLOWER_MAX: f64 = 3.0;
/// And the server may take so much more memory: places, outboxes and permits bound it.
const MORE_KIB_MAX: u64 = 256 * 1_024;
const SECONDS: u64 = 10;

fn resident_kib(server: &ServerProcess) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the kernel says so");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// Does something while the pack is at a server; then says how much it did.
fn with_pack_on<T>(server: SocketAddr, work: impl FnOnce() -> T) -> T {
    let stop = Arc::new(AtomicBool::new(false));
    let pack = pack::set_on(server, &stop);
    let done = work();
    stop.store(true, Ordering::Relaxed);
    for (name, attacker) in pack {
        println!("{name}: {} times", attacker.join().expect("an attacker ends without a panic"));
    }
    done
}

#[test]
fn whatever_strangers_do_people_talk_on() {
    let minutes: Option<u64> = std::env::var("SOAK_MINUTES").ok().and_then(|minutes| minutes.parse().ok());
    let third = Duration::from_secs(minutes.map_or(SECONDS, |minutes| minutes * 60)) / 3;
    let dirs = [(); 2].map(|()| tempfile::tempdir().expect("a temporary directory"));
    let start = |dir: &tempfile::TempDir| ServerProcess::start_with(dir.path(), "0", &["--rate", "20", "--idle", "20"]);
    let (server, other) = (start(&dirs[0]), start(&dirs[1]));
    let mut people = People::gather(server.address);
    let calm = people.talk_for(third);
    let elsewhere = with_pack_on(other.address, || people.talk_for(third));
    other.kill();
    let before = resident_kib(&server);
    let (besieged, after) = with_pack_on(server.address, || (people.talk_for(third), resident_kib(&server)));
    println!("said to acknowledged: {calm} without the pack, {elsewhere} with it elsewhere, {besieged} with it");
    println!("{before} KiB before, {after} KiB after");
    let history = people.part();
    let violations = checker::check(&history);
    assert!(
        violations.is_empty(),
        "{} violations, first {:#?}",
        violations.len(),
        &violations[..violations.len().min(9)]
    );
    assert!(calm.count > 0 && besieged.count > 0, "nobody talked");
    assert!(after < before + MORE_KIB_MAX, "{before} KiB became {after}");
    if minutes.is_some() {
        let times = |delays: &Delays| besieged.p99.as_secs_f64() / delays.p99.as_secs_f64();
        let slower = times(&elsewhere);
        println!("the slowest of a hundred took {slower:.2} times as long as with the pack elsewhere");
        println!("and {:.2} times as long as without it", times(&calm));
        assert!(slower <= SLOWER_MAX, "{slower:.2} times as long");
    }
    server.terminate();
    assert!(thread::spawn(move || server.wait()).join().expect("it ends").success());
    common::is_sound(dirs[0].path());
}
