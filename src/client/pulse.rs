//! When to ping, and when a silent server counts as lost: the rule, without a clock or a socket.

use std::time::Duration;

use tokio::time::Instant;

use crate::model::limits;

/// The shortest time between pings, whatever a server asks for.
const PING_EVERY_MIN: Duration = Duration::from_secs(1);
/// Times of silence after which a server counts as lost: two pings went unanswered.
const SILENCES_MAX: u32 = 3;

/// What is to be done now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Beat {
    /// Nothing until then.
    Wait(Instant),
    /// Send a ping.
    Ping,
    /// Hang up: nothing came for too long.
    Lost,
}

/// Who was last heard of, and when.
#[derive(Debug)]
pub(super) struct Pulse {
    every: Duration,
    sent: Instant,
    heard: Instant,
    pinged: Option<Instant>,
    /// How many answers there were when somebody began to wait for the next one.
    awaited: Option<(u64, Instant)>,
}

impl Pulse {
    /// A connection that was welcomed now, by a server that hangs up after so many seconds of silence.
    pub(super) fn new(idle_s: u64, now: Instant) -> Self {
        let every = Duration::from_secs(idle_s / 3).clamp(PING_EVERY_MIN, limits::PING_EVERY_MAX);
        Self { every, sent: now, heard: now, pinged: None, awaited: None }
    }

    pub(super) const fn sent(&mut self, now: Instant) {
        self.sent = now;
    }

    pub(super) const fn heard(&mut self, now: Instant) {
        self.heard = now;
    }

    /// Somebody waits for an answer, and so many came before; or nobody does.
    pub(super) fn awaits(&mut self, answers: Option<u64>, now: Instant) {
        if self.awaited.map(|(answers, _)| answers) != answers {
            self.awaited = answers.map(|answers| (answers, now));
        }
    }

    /// A ping is due when either side was silent for a while, so that neither takes the other for lost.
    pub(super) fn beat(&mut self, now: Instant) -> Beat {
        let unanswered_at = self.awaited.map(|(_, since)| since + limits::ANSWER_TIMEOUT);
        let lost_at = unanswered_at.into_iter().fold(self.heard + self.every * SILENCES_MAX, Instant::min);
        let silent_since = self.sent.min(self.heard);
        let ping_at = self.pinged.map_or(silent_since, |pinged| pinged.max(silent_since)) + self.every;
        if now >= lost_at {
            Beat::Lost
        } else if now >= ping_at {
            self.pinged = Some(now);
            Beat::Ping
        } else {
            Beat::Wait(ping_at.min(lost_at))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn silence_is_pinged_and_then_lost() {
        let start = Instant::now();
        let mut pulse = Pulse::new(30, start);
        assert_eq!(pulse.beat(start), Beat::Wait(start + 10 * SECOND));
        assert_eq!(pulse.beat(start + 10 * SECOND), Beat::Ping);
        pulse.sent(start + 10 * SECOND);
        assert_eq!(pulse.beat(start + 10 * SECOND), Beat::Wait(start + 20 * SECOND));
        assert_eq!(pulse.beat(start + 20 * SECOND), Beat::Ping);
        assert_eq!(pulse.beat(start + 29 * SECOND), Beat::Wait(start + 30 * SECOND));
        assert_eq!(pulse.beat(start + 30 * SECOND), Beat::Lost);
    }

    #[test]
    fn whoever_only_listens_pings_and_whoever_only_talks_does_too() {
        let start = Instant::now();
        let (mut listener, mut talker) = (Pulse::new(30, start), Pulse::new(30, start));
        listener.heard(start + 9 * SECOND);
        talker.sent(start + 9 * SECOND);
        assert_eq!(listener.beat(start + 10 * SECOND), Beat::Ping);
        assert_eq!(talker.beat(start + 10 * SECOND), Beat::Ping);
    }

    #[test]
    fn a_conversation_needs_no_pings() {
        let start = Instant::now();
        let mut pulse = Pulse::new(30, start);
        for s in 1..100 {
            pulse.sent(start + s * SECOND);
            pulse.heard(start + s * SECOND);
            assert!(matches!(pulse.beat(start + s * SECOND), Beat::Wait(_)));
        }
    }

    #[test]
    fn a_server_that_answers_nothing_but_pings_is_lost() {
        let start = Instant::now();
        let mut pulse = Pulse::new(30, start);
        let mut beat = |second: u32, answers| {
            let now = start + second * SECOND;
            pulse.heard(now);
            pulse.sent(now);
            pulse.awaits(answers, now);
            pulse.beat(now)
        };
        for second in 0..300 {
            let answers = Some(u64::from(second / 100));
            assert_ne!(beat(second, answers), Beat::Lost, "one answer each 100 s is enough: {second}");
        }
        assert_ne!(beat(419, None), Beat::Lost, "nobody waits");
        assert_ne!(beat(420, Some(2)), Beat::Lost);
        assert_ne!(beat(539, Some(2)), Beat::Lost);
        assert_eq!(beat(540, Some(2)), Beat::Lost);
    }

    #[test]
    fn a_strange_idle_limit_neither_floods_nor_sleeps() {
        let start = Instant::now();
        assert_eq!(Pulse::new(0, start).beat(start), Beat::Wait(start + SECOND));
        assert_eq!(Pulse::new(u64::MAX, start).beat(start), Beat::Wait(start + limits::PING_EVERY_MAX));
    }
}
