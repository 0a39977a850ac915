//! `server verify`: whether what a server left behind is whole. What has to hold between rows is the store's to say,
//! what content is, the files'; printing is left to the binary.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::lock::DirLock;
use super::{BootError, Config};
use crate::files::BlobStore;
use crate::store::{Checkup, Counts, OpenError, StoreError};

const TICK: Duration = Duration::from_millis(100);

/// Why nothing can be said about a database: one line for people.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A server runs on it.
    #[error("a server is running on {}: stop it first, or verify a copy", .0.display())]
    Running(std::path::PathBuf),
    /// There is none.
    #[error("there is no database {}: name the server's --data-dir or --config", .0.display())]
    Nothing(std::path::PathBuf),
    /// The data directory cannot be used.
    #[error(transparent)]
    DataDir(BootError),
    /// The database cannot be opened, or is of another schema.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It is damaged so that it cannot be read on.
    #[error("the database cannot be read on: {0}")]
    Damaged(#[from] StoreError),
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// What was looked at.
    pub counts: Counts,
    /// How many things are wrong.
    pub faults: u64,
}

/// Looks through the database and the files of `config`, changes nothing, and tells each thing that is wrong in one
/// line as it is found. On a terminal, standard error shows how far it is.
///
/// # Errors
/// Why nothing, or nothing more, can be said.
pub fn verify(config: &Config, mut tell: impl FnMut(&str)) -> Result<Verdict, VerifyError> {
    let _lock = DirLock::take_if_there(&config.data_dir).map_err(|error| match error {
        BootError::InUse(dir) => VerifyError::Running(dir),
        other => VerifyError::DataDir(other),
    })?;
    let database = config.database_path();
    if !database.exists() {
        return Err(VerifyError::Nothing(database));
    }
    let mut checkup = Checkup::open(&database)?;
    let counts = checkup.counts()?;
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(TICK);
    let mut faults = 0;
    let mut report = |fault: &str| {
        faults += 1;
        // names in a damaged database may hold anything
        let line: String = fault.chars().flat_map(char::escape_debug).collect();
        bar.suspend(|| tell(&line));
    };
    checkup.rows(|looks_at| bar.set_message(looks_at), &mut report)?;
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}").expect("a template"));
    bar.set_length(counts.files);
    bar.set_message("files");
    let files = BlobStore::at(&config.data_dir.join("files"));
    checkup.files(|digest, size| {
        if let Err(unsound) = files.verify(&digest, size) {
            report(&format!("the file {digest} {unsound}"));
        }
        bar.inc(1);
    })?;
    bar.finish_and_clear();
    Ok(Verdict { counts, faults })
}
