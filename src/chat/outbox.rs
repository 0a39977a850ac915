//! What waits for one socket. The invariant: the bytes leave in the order in which they were pushed, and live events
//! are only pushed if [`Outbox::takes`] them, so that a slow reader costs a bounded amount of memory. What is
//! refused is read from the log later; answers always go in, since the session stops reading requests when it is full.

use std::collections::VecDeque;
use std::io::IoSlice;

use bytes::{Buf, Bytes};

use crate::model::limits;

/// Encoded frames on their way to one socket.
#[derive(Debug, Default)]
pub struct Outbox {
    frames: VecDeque<Bytes>,
    bytes: usize,
}

impl Outbox {
    /// Appends one or more whole frames.
    pub fn push(&mut self, frames: Bytes) {
        if !frames.is_empty() {
            self.bytes += frames.len();
            self.frames.push_back(frames);
        }
    }

    /// Bytes that wait.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.bytes
    }

    /// Bytes of memory that what waits takes: many small answers are mostly what is around them.
    const fn held(&self, frames: usize) -> usize {
        self.bytes + frames * limits::OUTBOX_FRAME_BYTES
    }

    /// Whether nothing waits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Whether requests may be read, whose answers go in.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.held(self.frames.len()) < limits::OUTBOX_BYTES_MAX
    }

    /// Whether so many bytes of live events may go in. An empty outbox takes any batch, or none would ever pass that
    /// is larger than the bound.
    #[must_use]
    pub fn takes(&self, bytes: usize) -> bool {
        self.bytes == 0 || self.held(self.frames.len() + 1) + bytes <= limits::OUTBOX_BYTES_MAX
    }

    /// Whether there is room for a page from the log.
    #[must_use]
    pub fn is_low(&self) -> bool {
        self.held(self.frames.len()) < limits::OUTBOX_LOW_BYTES
    }

    /// The beginning of what waits, for one vectored write; returns how many slices were filled.
    pub fn slices<'a>(&'a self, into: &mut [IoSlice<'a>]) -> usize {
        let pairs = into.iter_mut().zip(&self.frames);
        pairs.map(|(slice, frame)| *slice = IoSlice::new(frame)).count()
    }

    /// The first `written` bytes have left. What remains of a frame that was cut stays first.
    ///
    /// # Panics
    /// If more left than waited.
    pub fn advance(&mut self, mut written: usize) {
        self.bytes -= written;
        while written > 0 {
            let first = self.frames.front_mut().expect("no more leaves than waits");
            let part = written.min(first.len());
            first.advance(part);
            written -= part;
            if first.is_empty() {
                self.frames.pop_front();
            }
        }
        if self.frames.is_empty() {
            self.frames = VecDeque::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drain(outbox: &mut Outbox, at_most: usize) -> Vec<u8> {
        let mut slices = [IoSlice::new(&[]); 3];
        let filled = outbox.slices(&mut slices);
        let mut bytes: Vec<u8> = slices[..filled].iter().flat_map(|slice| slice.to_vec()).collect();
        bytes.truncate(at_most);
        outbox.advance(bytes.len());
        bytes
    }

    proptest! {
        #[test]
        fn bytes_leave_once_and_in_order(pushes in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 0..20),
                                         writes in prop::collection::vec(0..12_usize, 0..60)) {
            let expected: Vec<u8> = pushes.concat();
            let (mut outbox, mut left, mut pushes) = (Outbox::default(), Vec::new(), pushes.into_iter());
            for write in writes {
                outbox.push(pushes.next().unwrap_or_default().into());
                left.extend(drain(&mut outbox, write));
            }
            pushes.for_each(|push| outbox.push(push.into()));
            while !outbox.is_empty() {
                left.extend(drain(&mut outbox, usize::MAX));
            }
            prop_assert_eq!(left, expected);
            prop_assert_eq!(outbox.len(), 0);
        }
    }

    #[test]
    fn a_full_outbox_takes_no_more_events() {
        let mut outbox = Outbox::default();
        assert!(outbox.takes(limits::OUTBOX_BYTES_MAX * 2), "an empty one takes any batch");
        outbox.push(vec![0; limits::OUTBOX_BYTES_MAX - 2 * limits::OUTBOX_FRAME_BYTES - 1].into());
        assert!(outbox.has_room() && !outbox.is_low());
        assert!(outbox.takes(1) && !outbox.takes(2));
        outbox.push(vec![0; 1].into());
        assert!(!outbox.has_room() && !outbox.takes(1));
    }

    #[test]
    fn small_answers_count_with_what_is_around_them() {
        let mut outbox = Outbox::default();
        while outbox.has_room() {
            outbox.push(Bytes::from_static(b"pong"));
        }
        assert!(outbox.frames.len() < limits::OUTBOX_BYTES_MAX / 128, "{} frames", outbox.frames.len());
        assert!(!outbox.is_low() && !outbox.takes(1));
    }
}
