//! The way out for happenings, and its overflow rule.
//!
//! It holds [`limits::CLIENT_HAPPENINGS_MAX`] of them. When it is full, an event is not taken: its room's cursor stays
//! where it is, and the room is joined again at the cursor once half of the places are free, so that the log is the
//! buffer. A signal is dropped. A notice about the connection is kept aside until there is space, and of several only
//! what still matters: so nobody misses that the connection was lost, and the notices take no memory that grows
//! but one for each room.

use std::collections::VecDeque;

use tokio::sync::mpsc;

use super::Happening;
use super::happening::Heard;
use crate::model::{LogId, limits};

const HALF: usize = limits::CLIENT_HAPPENINGS_MAX / 2;

/// The end into which a client speaks.
#[derive(Debug)]
pub(super) struct Outlet {
    to: mpsc::Sender<Heard>,
    notices: VecDeque<Happening>,
}

impl Outlet {
    /// Both ends.
    pub(super) fn new() -> (Self, mpsc::Receiver<Heard>) {
        let (to, from) = mpsc::channel(limits::CLIENT_HAPPENINGS_MAX);
        (Self { to, notices: VecDeque::new() }, from)
    }

    /// Hands over an event with its log, or a signal, unless there is no space for it. What nobody wants to know is taken
    /// too.
    pub(super) fn offer(&mut self, happening: Happening, log: Option<LogId>) -> bool {
        self.flush();
        self.to.is_closed() || (self.notices.is_empty() && self.to.try_send((happening, log)).is_ok())
    }

    /// Hands over a notice, now or as soon as there is space.
    pub(super) fn notice(&mut self, notice: Happening) {
        if matches!(notice, Happening::Lost { .. }) {
            self.notices.retain(|n| !matches!(n, Happening::Lost { .. } | Happening::Back(_)));
        }
        if !self.notices.contains(&notice) {
            self.notices.push_back(notice);
        }
        self.flush();
    }

    /// Whether nothing more fits.
    pub(super) fn is_full(&self) -> bool {
        !self.to.is_closed() && (self.to.capacity() == 0 || !self.notices.is_empty())
    }

    /// Whether there is space enough to go on reading from the log.
    pub(super) fn has_space(&self) -> bool {
        self.to.is_closed() || (self.notices.is_empty() && self.to.capacity() >= HALF)
    }

    /// Resolves once there is space, or once nobody wants to know any more.
    pub(super) async fn space(&self) {
        let _ = self.to.reserve_many(HALF).await;
    }

    /// Hands over the notices that there is space for.
    pub(super) fn flush(&mut self) {
        while let Some(notice) = self.notices.pop_front() {
            if let Err(mpsc::error::TrySendError::Full((notice, _))) = self.to.try_send((notice, None)) {
                self.notices.push_front(notice);
                return;
            }
        }
    }

    /// Hands over the last notices, however long that takes.
    pub(super) async fn finish(self) {
        for notice in self.notices {
            let _ = self.to.send((notice, None)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn lost(why: &str) -> Happening {
        Happening::Lost { why: why.to_owned(), retry_in: Duration::ZERO }
    }

    fn full() -> (Outlet, mpsc::Receiver<Heard>) {
        let (mut outlet, from) = Outlet::new();
        while outlet.offer(Happening::StartedOver { room: "filler".to_owned() }, None) {}
        (outlet, from)
    }

    #[test]
    fn notices_wait_for_space_and_only_the_last_of_a_kind_matters() {
        let (mut outlet, mut from) = full();
        for n in 0..1_000 {
            outlet.notice(lost(&n.to_string()));
            outlet.notice(Happening::StartedOver { room: "lobby".to_owned() });
        }
        assert_eq!(outlet.notices.len(), 2);
        for _ in 0..limits::CLIENT_HAPPENINGS_MAX {
            from.try_recv().unwrap();
        }
        outlet.flush();
        let rest: Vec<_> = std::iter::from_fn(|| from.try_recv().ok()).map(|(happening, _)| happening).collect();
        assert_eq!(rest, [Happening::StartedOver { room: "lobby".to_owned() }, lost("999")]);
    }

    #[test]
    fn nothing_overtakes_a_notice() {
        let (mut outlet, mut from) = full();
        outlet.notice(lost("first"));
        from.try_recv().unwrap();
        assert!(!outlet.offer(lost("second"), None), "the place that came free is the notice's");
        assert!(!outlet.has_space());
    }

    #[test]
    fn what_nobody_wants_to_know_takes_no_space() {
        let (mut outlet, from) = full();
        assert!(outlet.is_full());
        drop(from);
        assert!(!outlet.is_full() && outlet.has_space());
        assert!(outlet.offer(lost("unheard"), None));
    }
}
