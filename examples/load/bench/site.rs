//! Where a row is measured: the directory, the server, and whoever waits for it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::options::{Of, Run};
use crate::process::Process;
use crate::report::Report;
use crate::run;
use crate::swarm::Fallible;

/// See the module.
pub(super) struct Site {
    /// What all runs have in common.
    common: Run,
    /// What is worth keeping goes here; none if nothing is kept.
    kept: Option<PathBuf>,
    scratch: TempDir,
    born: Instant,
}

impl Site {
    /// What these options ask for.
    pub(super) fn new(kept: Option<&Path>, server: Option<&Path>, seconds: f64) -> Fallible<Self> {
        let parent = kept.map_or_else(std::env::temp_dir, Path::to_owned);
        std::fs::create_dir_all(&parent)?;
        let scratch = tempfile::tempdir_in(parent)?;
        let (dir, server) = (Some(scratch.path().to_owned()), server.map(Path::to_owned));
        let common = Run { server, dir, seconds, ..Run::default() };
        common.check()?;
        Ok(Self { common, kept: kept.map(Path::to_owned), scratch, born: Instant::now() })
    }

    /// Tells whoever waits.
    pub(super) fn say(&self, what: &str) {
        eprintln!("{:>5} s  {what}", self.born.elapsed().as_secs());
    }

    /// A run with so many connections, rooms and senders.
    pub(super) fn shape(&self, connections: usize, rooms: usize, senders: usize) -> Run {
        Run { connections, rooms, senders, ..self.common.clone() }
    }

    /// Puts a server of this kind under a load.
    pub(super) fn load(&self, of: Of, shape: &Run) -> Fallible<Report> {
        let run = Run { of, ..shape.clone() };
        self.say(&format!("  {}", run::kind(of)));
        run.check()?;
        run::run(&run)
    }

    /// Tertulia's server on a directory that is filled already.
    pub(super) fn server(&self, data_dir: &Path) -> Fallible<Process> {
        Process::tertulia(&run::server_binary(&self.common)?, data_dir, &[])
    }

    /// How long a row lets things run in before it measures, and how long it measures.
    pub(super) fn times(&self) -> (Duration, Duration) {
        (Duration::from_secs_f64(self.common.warmup), Duration::from_secs_f64(self.common.seconds))
    }

    /// Where temporary files go, on the disk that is measured.
    pub(super) fn dir(&self) -> &Path {
        self.scratch.path()
    }

    /// A directory for one database.
    pub(super) fn fresh_dir(&self) -> Fallible<TempDir> {
        Ok(tempfile::tempdir_in(self.dir())?)
    }

    /// Where something goes that takes long to make: it is there the next time if somebody has named a directory.
    pub(super) fn kept(&self, name: &str) -> PathBuf {
        self.kept.as_deref().unwrap_or_else(|| self.dir()).join(name)
    }
}
