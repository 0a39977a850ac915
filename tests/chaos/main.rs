//! Tries to break the promises by whatever happens to a server and to its connections, all at once: kills, restarts,
//! cuts between any two bytes, repetitions, readers who come and go. `docs/promises.md` says what is promised; the
//! checker says whether it was kept.
//!
//! `CHAOS_SECONDS` is how long it runs, `CHAOS_SEED` what it begins with; each round has a seed of its own, which a
//! failure names.

#[path = "../common/mod.rs"]
mod common;

mod plan;
mod record;
mod checker;
mod line;
mod diary;
mod conversation;
mod writer;
mod reader;
mod last_look;
mod tally;
mod round;

use std::time::{Duration, Instant};

use tertulia::model::Chance;

use tally::Tally;

const SECONDS: u64 = 20;
/// Long enough for something to happen,
const ROUND_MIN: Duration = Duration::from_secs(2);
/// and short enough for its history to fit in memory.
const ROUND_MAX: Duration = Duration::from_secs(10);
/// Of what went wrong, what one can read.
const VIOLATIONS_SHOWN: usize = 20;

fn number_from(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok().filter(|value| !value.is_empty())?;
    Some(value.parse().unwrap_or_else(|_| panic!("{variable} is no number: {value}")))
}

#[test]
fn whatever_is_killed_or_cut_every_promise_is_kept() {
    let length = Duration::from_secs(number_from("CHAOS_SECONDS").unwrap_or(SECONDS));
    let mut seed = number_from("CHAOS_SEED").unwrap_or_else(|| Chance::from_os().expect("randomness").nonce());
    println!("CHAOS_SECONDS={} CHAOS_SEED={seed}", length.as_secs());
    let (begun, mut total) = (Instant::now(), Tally::default());
    while total.rounds == 0 || begun.elapsed() < length {
        let left = length.saturating_sub(begun.elapsed());
        total.add(&one_round(seed, left.clamp(ROUND_MIN, ROUND_MAX)));
        seed = Chance::seeded(seed).nonce();
    }
    println!("{total}");
    assert!(total.kills > 0 && total.acknowledged > 0 && total.shown > total.messages, "too little happened: {total}");
}

/// Fails if a promise was broken.
fn one_round(seed: u64, length: Duration) -> Tally {
    let (history, tally) = round::run(seed, length);
    println!("seed {seed}: {tally}");
    let violations = checker::check(&history);
    let shown = &violations[..violations.len().min(VIOLATIONS_SHOWN)];
    assert!(violations.is_empty(), "{} violations with CHAOS_SEED={seed}, first {shown:#?}", violations.len());
    tally
}
