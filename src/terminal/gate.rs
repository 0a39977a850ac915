//! Whose turn it is on a terminal that has a prompt. While the prompt is up, the line editor draws, and lines reach
//! the screen through it alone; while it rests, they are written directly; while a password is asked for, above the
//! question; while it comes up or goes down, nobody writes, so that no line is torn. Drawing is left to
//! [`super::prompt`] and [`super::secret`].

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, TryLockError};

/// Where the prompt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Phase {
    /// There is none.
    #[default]
    Resting,
    /// On its way up or down: never for longer than drawing takes.
    Moving,
    /// Somebody may type.
    Up,
    /// Somebody is asked this, and types unseen.
    Asking(&'static str),
}

/// The one place that knows the phase.
#[derive(Debug, Default)]
pub(super) struct Gate {
    phase: Mutex<Phase>,
    moved: Condvar,
}

impl Gate {
    /// The editor says where the prompt is.
    pub(super) fn set(&self, phase: Phase) {
        *self.lock() = phase;
        self.moved.notify_all();
    }

    /// The present phase, as soon as the prompt does not move; it cannot change while the guard is held.
    pub(super) fn settled(&self) -> MutexGuard<'_, Phase> {
        let moving = |phase: &mut Phase| *phase == Phase::Moving;
        self.moved.wait_while(self.lock(), moving).unwrap_or_else(PoisonError::into_inner)
    }

    /// The present phase.
    pub(super) fn phase(&self) -> Phase {
        *self.lock()
    }

    /// The same, without waiting; none while somebody writes, perhaps for ever on a terminal that is halted.
    pub(super) fn glimpse(&self) -> Option<Phase> {
        match self.phase.try_lock() {
            Ok(phase) => Some(*phase),
            Err(TryLockError::Poisoned(phase)) => Some(*phase.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    #[test]
    fn a_writer_waits_until_the_prompt_stands_still() {
        let gate = Arc::new(Gate::default());
        assert_eq!(*gate.settled(), Phase::Resting);
        gate.set(Phase::Moving);
        let writer = thread::spawn({
            let gate = Arc::clone(&gate);
            move || *gate.settled()
        });
        gate.set(Phase::Up);
        assert_eq!(writer.join().unwrap(), Phase::Up);
    }

    #[test]
    fn who_leaves_does_not_wait_for_who_writes() {
        let gate = Gate::default();
        let writing = gate.settled();
        assert_eq!(gate.glimpse(), None);
        drop(writing);
        assert_eq!(gate.glimpse(), Some(Phase::Resting));
    }
}
