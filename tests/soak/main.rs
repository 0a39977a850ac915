//! People chat while a pack of strangers does everything at once that strangers may try: nothing of what was acknowledged
//! is lost, everybody is shown all of it in order, and they hardly notice. The checker is the one of `chaos`.
//!
//! `SOAK_MINUTES` is how long it runs, half of it without the pack. How fast it is counts only then: a short run on a busy
//! machine says little about that.

#[path = "../common/mod.rs"]
mod common;

#[path = "../chaos/checker/mod.rs"]
mod checker;
#[path = "../chaos/record.rs"]
mod record;

mod pack;
mod people;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use common::ServerProcess;

use people::People;

/// With the pack, the slowest of a hundred may take so many times as long as without.
const SLOWER_MAX: f64 = 3.0;
/// And the server may take so much more memory: places, outboxes and permits bound it.
const MORE_KIB_MAX: u64 = 256 * 1_024;
const SECONDS: u64 = 10;

fn resident_kib(server: &ServerProcess) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the kernel says so");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[test]
fn whatever_strangers_do_people_talk_on() {
    let minutes: Option<u64> = std::env::var("SOAK_MINUTES").ok().and_then(|minutes| minutes.parse().ok());
    let half = Duration::from_secs(minutes.map_or(SECONDS, |minutes| minutes * 60)) / 2;
    let dir = tempfile::tempdir().expect("a temporary directory");
    let server = ServerProcess::start_with(dir.path(), "0", &["--rate", "20", "--idle", "20"]);
    let mut people = People::gather(server.address);
    let calm = people.talk_for(half);
    let before = resident_kib(&server);
    let stop = Arc::new(AtomicBool::new(false));
    let pack = pack::set_on(server.address, &stop);
    let besieged = people.talk_for(half);
    let after = resident_kib(&server);
    stop.store(true, Ordering::Relaxed);
    for (name, attacker) in pack {
        println!("{name}: {} times", attacker.join().expect("an attacker ends without a panic"));
    }
    println!(
        "said to acknowledged: {calm} without the pack, {besieged} with it; {before} KiB before, {after} KiB after"
    );
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
        let slower = besieged.p99.as_secs_f64() / calm.p99.as_secs_f64();
        println!("the slowest of a hundred took {slower:.2} times as long");
        assert!(slower <= SLOWER_MAX, "{slower:.2} times as long");
    }
    server.terminate();
    assert!(thread::spawn(move || server.wait()).join().expect("it ends").success());
    common::is_sound(dir.path());
}
