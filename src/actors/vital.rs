//! The process never limps on: a panic ends an actor silently, and whoever waits for it would wait for ever. Actors
//! that the others cannot do without hold a [`Vital`]; if one goes away before the server stops, or panics while it
//! does, the process ends with a failure and the next start finds the truth. Every actor but the sessions holds one: a
//! session that panics is its own peer's loss only, see [`super::session`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use actix::System;

const RUNNING: u8 = 0;
const ENDING: u8 = 1;
const FAILED: u8 = 2;

/// Whether the server is on its way out, and how. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Ending {
    phase: Arc<AtomicU8>,
}

impl Ending {
    /// From now on actors may end.
    pub fn begin(&self) {
        // one that has failed stays so
        self.phase.compare_exchange(RUNNING, ENDING, Ordering::AcqRel, Ordering::Acquire).ok();
    }

    /// Ends the process with exit code 1, also if it is ending already: nobody is to take this for a success.
    pub fn fail(&self, why: &str) {
        if self.phase.swap(FAILED, Ordering::AcqRel) != FAILED {
            log::error!("the server ends: {why}");
            if let Some(system) = System::try_current() {
                system.stop_with_code(1);
            }
        }
    }

    fn has_begun(&self) -> bool {
        self.phase.load(Ordering::Acquire) != RUNNING
    }
}

/// Held by an actor that the others cannot do without.
#[derive(Debug)]
pub struct Vital {
    name: &'static str,
    ending: Ending,
    is_retired: bool,
}

impl Vital {
    /// The actor called `name` must live until `ending` begins.
    #[must_use]
    pub const fn new(name: &'static str, ending: Ending) -> Self {
        Self { name, ending, is_retired: false }
    }

    /// The others can do without the actor now.
    pub const fn retire(&mut self) {
        self.is_retired = true;
    }
}

impl Drop for Vital {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.ending.fail(&format!("{} panicked", self.name));
        } else if !self.is_retired && !self.ending.has_begun() {
            self.ending.fail(&format!("{} is gone", self.name));
        }
    }
}
