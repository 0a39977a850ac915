//! What is drawn of a frame, until all of it is sent at once by [`super::screen`].

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// What is drawn, until it is sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Cells(Arc<Mutex<Vec<u8>>>);

impl Cells {
    /// All of it.
    pub(super) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
    }
}

impl Write for Cells {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.put(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
