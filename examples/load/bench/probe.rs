//! What the disk alone takes to make a little durable: nobody acknowledges earlier.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use hdrhistogram::Histogram;

use crate::report::Quantiles;
use crate::swarm::Fallible;

/// A page, as the database appends them to its log.
const PAGE: [u8; 4_096] = [b'x'; 4_096];

/// A file that grows by a page at a time, and is synced each time.
pub(super) struct Probe {
    file: File,
    took_ns: Histogram<u64>,
}

impl Probe {
    /// In this directory, which goes later.
    pub(super) fn new(dir: &Path) -> Fallible<Self> {
        let file = OpenOptions::new().create(true).append(true).open(dir.join("probe"))?;
        Ok(Self { file, took_ns: Histogram::new(3)? })
    }

    /// Appends and syncs so many times.
    pub(super) fn sync(&mut self, times: usize) -> Fallible<()> {
        for _ in 0..times {
            let start = Instant::now();
            self.file.write_all(&PAGE)?;
            self.file.sync_all()?;
            self.took_ns.record(u64::try_from(start.elapsed().as_nanos())?)?;
        }
        Ok(())
    }

    /// How long it took.
    pub(super) fn quantiles(&self) -> Quantiles {
        Quantiles::of(&self.took_ns)
    }
}
