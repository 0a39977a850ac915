//! What the generator counts and how long things took, and what was wrong with what a server sent.

use hdrhistogram::Histogram;

/// Faults that are told; the rest are only counted.
const FAULTS_TOLD_MAX: usize = 5;
/// Latencies are told apart by their first three digits.
const DIGITS: u8 = 3;

/// See the module.
#[derive(Debug)]
pub(crate) struct Tally {
    /// Messages that reached a connection.
    pub(crate) deliveries: u64,
    /// Messages that were acknowledged.
    pub(crate) said: u64,
    /// Pages that came.
    pub(crate) pages: u64,
    /// From when a message was due to when it reached a connection, in nanoseconds.
    pub(crate) to_delivery: Histogram<u64>,
    /// From then to when it was acknowledged.
    pub(crate) to_said: Histogram<u64>,
    /// From when a page was asked for to when it came.
    pub(crate) to_page: Histogram<u64>,
    /// From a ping to its answer.
    pub(crate) to_pong: Histogram<u64>,
    faults: Vec<String>,
    faults_in_all: u64,
}

impl Default for Tally {
    fn default() -> Self {
        let histogram = || Histogram::new(DIGITS).expect("three digits are few enough");
        Self {
            deliveries: 0,
            said: 0,
            pages: 0,
            to_delivery: histogram(),
            to_said: histogram(),
            to_page: histogram(),
            to_pong: histogram(),
            faults: Vec::new(),
            faults_in_all: 0,
        }
    }
}

impl Tally {
    /// Something that must not happen, whatever the load.
    pub(crate) fn fault(&mut self, what: String) {
        self.faults_in_all += 1;
        if self.faults.len() < FAULTS_TOLD_MAX {
            self.faults.push(what);
        }
    }

    /// What was wrong, if anything was.
    ///
    /// # Errors
    /// The first faults, and how many there were.
    pub(crate) fn verdict(&self) -> Result<(), String> {
        if self.faults.is_empty() {
            return Ok(());
        }
        Err(format!("{} faults, among them:\n  {}", self.faults_in_all, self.faults.join("\n  ")))
    }
}
