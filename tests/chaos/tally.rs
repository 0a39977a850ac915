//! How much was tried: a run in which nothing happened proves nothing.

use std::fmt;
use std::time::Duration;

use crate::record::History;

/// Counts over one round or many.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tally {
    pub(crate) rounds: u64,
    /// In the logs at the end.
    pub(crate) messages: u64,
    /// Says that were answered.
    pub(crate) acknowledged: u64,
    /// Answers beyond the first to the same say.
    pub(crate) repetitions: u64,
    /// Says that were never answered; some of them stand in the logs.
    pub(crate) unknown: u64,
    /// Events that readers and writers were shown.
    pub(crate) shown: u64,
    pub(crate) connections: u64,
    pub(crate) cuts: u64,
    pub(crate) kills: u64,
    pub(crate) terminations: u64,
    /// From the start of the binary after a kill to its first welcome.
    pub(crate) slowest_recovery: Duration,
}

impl Tally {
    /// Counts what a history holds.
    pub(crate) fn count(&mut self, history: &History) {
        let size = |count: usize| u64::try_from(count).expect("fits");
        let answers = history.says.iter().map(|say| say.answers.len());
        self.rounds += 1;
        self.messages += size(history.logs.iter().map(Vec::len).sum());
        self.acknowledged += size(answers.clone().filter(|count| *count > 0).count());
        self.repetitions += size(answers.clone().map(|count| count.saturating_sub(1)).sum());
        self.unknown += size(answers.filter(|count| *count == 0).count());
        self.shown += size(history.streams.iter().map(|stream| stream.seen.len()).sum());
    }

    /// Adds what another round did.
    pub(crate) fn add(&mut self, other: &Self) {
        self.rounds += other.rounds;
        self.messages += other.messages;
        self.acknowledged += other.acknowledged;
        self.repetitions += other.repetitions;
        self.unknown += other.unknown;
        self.shown += other.shown;
        self.connections += other.connections;
        self.cuts += other.cuts;
        self.kills += other.kills;
        self.terminations += other.terminations;
        self.slowest_recovery = self.slowest_recovery.max(other.slowest_recovery);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rounds, messages, acknowledged, repetitions, unknown, shown, .. } = self;
        let Self { connections, cuts, kills, terminations, slowest_recovery, .. } = self;
        write!(
            f,
            "{rounds} rounds, {messages} messages ({acknowledged} acknowledged, {repetitions} repetitions, {unknown} \
             never answered), {shown} events shown, {connections} connections of which {cuts} cut, {kills} kills, \
             {terminations} SIGTERMs, slowest recovery {} ms",
            slowest_recovery.as_millis()
        )
    }
}
