//! What can go wrong with the store, by what its callers can do about it. Telling the peer or ending the process is
//! left to them.
//!
//! Diesel passes on SQLite's message and not its code, so the messages are read in this one place.

use std::path::{Path, PathBuf};

use diesel::result::Error as DieselError;

/// A query or a transaction failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Nothing was changed, and the same may succeed later: the disk is full, the database locked or read-only.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// The outcome is unknown, or the store is damaged. Only a new start finds the truth: end the process, never try
    /// again.
    #[error("the store failed: {0}")]
    Fatal(String),
}

/// What SQLite says when it changed nothing and can be asked again.
const REPEATABLE: [&str; 6] = [
    "database or disk is full",
    "database is locked",
    "database table is locked",
    "database schema is locked",
    "locking protocol",
    "attempt to write a readonly database",
];

impl StoreError {
    fn from_message(message: &str) -> Self {
        if REPEATABLE.iter().any(|known| message.starts_with(known)) {
            Self::Unavailable(message.to_owned())
        } else {
            Self::Fatal(message.to_owned())
        }
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(_, information) => Self::from_message(information.message()),
            // The transaction is still open and cannot be ended, whatever the first error was.
            DieselError::RollbackErrorOnCommit { rollback_error, commit_error } => {
                Self::Fatal(format!("{commit_error}, and then: {rollback_error}"))
            }
            other => Self::Fatal(other.to_string()),
        }
    }
}

/// The store cannot be opened. Each says in one line what is wrong with which file, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file holds something else.
    #[error("{} is not a database: move it away, or choose another with --data-dir or DATABASE_URL", .0.display())]
    NotADatabase(PathBuf),
    /// A newer server has migrated it.
    #[error("{} was last opened by a newer server (its schema is {version}): run that one, or restore a backup that \
        was made before", .path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// The newest migration that this binary does not know.
        version: String,
    },
    /// It was never opened by a server that is as new as this binary.
    #[error("{} has an older schema (it lacks {missing}): start the server on it once, which brings it up to date",
        .path.display())]
    Older {
        /// The database.
        path: PathBuf,
        /// The first migration that it lacks.
        missing: String,
    },
    /// It is some other program's.
    #[error("{} is a database, but not one of this server", .0.display())]
    Foreign(PathBuf),
    /// The operating system refuses.
    #[error("cannot open or create {}: {source}", .path.display())]
    Refused {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// SQLite refuses to open or to write it.
    #[error("cannot open {} for writing ({message}): check that this user may write it and its directory",
        .path.display())]
    NotWritable {
        /// The database.
        path: PathBuf,
        /// SQLite's words.
        message: String,
    },
    /// There is no space to write down that it is open.
    #[error("no space on the disk that holds {}: make some, then start again", .0.display())]
    DiskFull(PathBuf),
    /// Another process holds its lock.
    #[error("{} is locked by another process: end that one first", .0.display())]
    Locked(PathBuf),
    /// Anything else, such as a damaged file.
    #[error("cannot use the database {}: {message}", .path.display())]
    Broken {
        /// The database.
        path: PathBuf,
        /// SQLite's words.
        message: String,
    },
}

impl OpenError {
    /// What SQLite's words mean for whoever starts the server.
    pub(super) fn from_message(path: &Path, message: &str) -> Self {
        let path = path.to_owned();
        match message {
            "file is not a database" => Self::NotADatabase(path),
            "database is locked" => Self::Locked(path),
            "database or disk is full" => Self::DiskFull(path),
            "unable to open database file" | "attempt to write a readonly database" => {
                Self::NotWritable { path, message: message.to_owned() }
            }
            _ => Self::Broken { path, message: message.to_owned() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diesel::result::DatabaseErrorKind;

    fn classify(message: &str) -> StoreError {
        let message: Box<String> = Box::new(message.to_owned());
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, message).into()
    }

    #[test]
    fn what_changed_nothing_may_be_repeated_and_what_is_unknown_may_not() {
        for message in [
            "database or disk is full",
            "database is locked",
            "database table is locked",
            "database table is locked: messages",
            "attempt to write a readonly database",
        ] {
            assert_eq!(classify(message), StoreError::Unavailable(message.to_owned()));
        }
        for message in [
            "disk I/O error",
            "database disk image is malformed",
            "file is not a database",
            "unable to open database file",
            "out of memory",
            "FOREIGN KEY constraint failed",
            "something that nobody has seen yet",
            "",
        ] {
            assert_eq!(classify(message), StoreError::Fatal(message.to_owned()));
        }
        assert!(matches!(StoreError::from(DieselError::NotFound), StoreError::Fatal(_)));
    }

    #[test]
    fn a_commit_that_cannot_be_rolled_back_is_fatal_even_if_the_disk_was_full() {
        let full = || {
            let message: Box<String> = Box::new("database or disk is full".to_owned());
            Box::new(DieselError::DatabaseError(DatabaseErrorKind::Unknown, message))
        };
        let error = DieselError::RollbackErrorOnCommit { rollback_error: full(), commit_error: full() };
        assert!(matches!(StoreError::from(error), StoreError::Fatal(_)));
    }

    #[test]
    fn an_open_error_is_one_line_that_names_the_file() {
        for message in [
            "file is not a database",
            "database is locked",
            "unable to open database file",
            "database or disk is full",
            "odd",
        ] {
            let line = OpenError::from_message(Path::new("data/tertulia.db"), message).to_string();
            assert!(line.contains("data/tertulia.db") && !line.contains('\n'), "{line}");
        }
    }
}
