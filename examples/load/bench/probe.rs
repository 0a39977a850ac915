//! What the disk alone takes to make a little durable: nobody acknowledges earlier.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::report::Quantiles;
use crate::swarm::Fallible;

/// Long enough for a thread to be off its core.
const NAP: Duration = Duration::from_millis(1);
/// A page, as the database appends them to its log.
const PAGE: [u8; 4_096] = [b'x'; 4_096];

/// How much later than it asked for a thread runs that sleeps a little again and again, for `time`: what the scheduler
/// alone lets somebody wait who has to be woken, while others want all cores.
pub(super) fn wake_late(time: Duration) -> Fallible<Quantiles> {
    let (start, mut late_ns) = (Instant::now(), Histogram::<u64>::new(3)?);
    while start.elapsed() < time {
        let asleep = Instant::now();
        std::thread::park_timeout(NAP);
        late_ns.record(u64::try_from(asleep.elapsed().saturating_sub(NAP).as_nanos())?)?;
    }
    Ok(Quantiles::of(&late_ns))
}

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

    /// What somebody waits who is written down as soon as the sync before is done, with all who came meanwhile, at so
    /// many a second: a stall of the disk keeps everybody waiting who comes while it lasts, and not one sync.
    pub(super) fn keep_up(&mut self, per_s: f64, time: Duration) -> Fallible<Quantiles> {
        let (start, mut served, mut waited_ns) = (Instant::now(), 0, Histogram::<u64>::new(3)?);
        while start.elapsed() < time {
            let due = (start.elapsed().as_secs_f64() * per_s) as u64 + 1;
            if due == served {
                let next = Duration::from_secs_f64(served as f64 / per_s);
                std::thread::park_timeout(next.saturating_sub(start.elapsed()));
                continue;
            }
            self.sync(1)?;
            for number in served..due {
                let since = Duration::from_secs_f64(number as f64 / per_s);
                waited_ns.record(u64::try_from(start.elapsed().saturating_sub(since).as_nanos())?)?;
            }
            served = due;
        }
        Ok(Quantiles::of(&waited_ns))
    }

    /// How long it took.
    pub(super) fn quantiles(&self) -> Quantiles {
        Quantiles::of(&self.took_ns)
    }
}
