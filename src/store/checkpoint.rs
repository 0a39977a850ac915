//! When what was committed is carried from the write-ahead log into the database's own file, and what it means if
//! that fails. SQLite's own automatic checkpoint hides its failures, and a sync that failed must not be tried again: the
//! second try may succeed without having written anything. So it is switched off, and this stands in its place.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::prepared::CountPages;
use super::{Store, StoreError};
use crate::model::limits;

/// What SQLite says about a checkpoint.
#[derive(QueryableByName)]
pub(super) struct Progress {
    /// Somebody still reads from the write-ahead log, or writes.
    #[diesel(sql_type = Integer)]
    busy: i32,
    /// Pages in the write-ahead log.
    #[diesel(sql_type = Integer, column_name = "log")]
    pages: i32,
}

/// Whose turn it is, among the connections of this process that may carry the log over: SQLite has a lock for that, but
/// refuses at once where it is taken. And whether one has failed, after which none may try again.
#[derive(Debug, Clone, Default)]
pub(super) struct Turn(Arc<Mutex<bool>>);

impl Turn {
    /// Waits for its turn.
    fn take<T>(&self, work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut has_failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *has_failed {
            return Err(StoreError::Fatal("a checkpoint has failed before".into()));
        }
        let done = work();
        *has_failed = matches!(done, Err(StoreError::Fatal(_)));
        done
    }
}

impl Store {
    /// Carries all that was committed into the database's own file, so that a copy of that file alone is whole. For
    /// the end: while it runs, nothing is written.
    ///
    /// # Errors
    /// See [`StoreError`]. What was committed is kept all the same.
    pub fn checkpoint(&mut self) -> Result<(), StoreError> {
        self.turn.take(|| progress(&mut self.connection, "TRUNCATE")).map(drop)
    }

    /// Whether the write-ahead log was so long after the last commit that it wants to be carried over.
    #[must_use]
    pub const fn is_log_long(&self) -> bool {
        self.log_pages >= limits::WAL_CHECKPOINT_PAGES
    }

    /// Carries what is committed by now into the database's own file. On a connection of its own it keeps nobody from
    /// writing, but what is written meanwhile stays in the log: the connection that writes carries the rest, and begins
    /// the log anew with its next commit. Whoever finds nothing more in the log syncs the database. Nothing is carried
    /// if there is no space for it.
    ///
    /// # Errors
    /// See [`StoreError`]. What was committed is kept all the same.
    pub fn carry_over(&mut self) -> Result<(), StoreError> {
        self.log_pages = 0;
        unless_unavailable(self.turn.take(|| progress(&mut self.connection, "PASSIVE")).map(drop))
    }

    /// After a commit, which stands whatever comes of this: erases what was deleted from the write-ahead log too, and
    /// keeps the log short if nobody else does. If there is no space for it, or somebody is reading, the next commit
    /// tries again.
    pub(super) fn tend(&mut self) -> Result<(), StoreError> {
        let done = if self.must_erase { self.erase_from_log() } else { self.bound_log() };
        unless_unavailable(done)
    }

    /// What was deleted still stands in the pages that the log holds from before, until it is cut to nothing.
    fn erase_from_log(&mut self) -> Result<(), StoreError> {
        set_busy_timeout(&mut self.connection, limits::ERASURE_BUSY_TIMEOUT)?;
        let done = self.turn.take(|| progress(&mut self.connection, "TRUNCATE"));
        set_busy_timeout(&mut self.connection, limits::STORE_BUSY_TIMEOUT)?;
        self.must_erase = done?.busy != 0;
        Ok(())
    }

    fn bound_log(&mut self) -> Result<(), StoreError> {
        self.log_pages = CountPages.get_result::<Progress>(&mut self.connection)?.pages;
        if self.log_pages >= limits::WAL_PAGES_MAX { self.carry_over() } else { Ok(()) }
    }
}

/// The log may stay as it is: there will be another time.
fn unless_unavailable(done: Result<(), StoreError>) -> Result<(), StoreError> {
    match done {
        Err(StoreError::Unavailable(why)) => log::debug!("the write-ahead log stays as it is: {why}"),
        other => other?,
    }
    Ok(())
}

fn progress(connection: &mut SqliteConnection, mode: &str) -> Result<Progress, StoreError> {
    Ok(diesel::sql_query(format!("PRAGMA wal_checkpoint({mode})")).get_result(connection)?)
}

/// How long a statement waits for somebody else's lock.
pub(super) fn set_busy_timeout(connection: &mut SqliteConnection, timeout: std::time::Duration) -> QueryResult<()> {
    connection.batch_execute(&format!("PRAGMA busy_timeout = {}", timeout.as_millis()))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;
    use std::{fs, thread};

    use super::*;
    use crate::model::{Body, Seq};
    use crate::store::testing::{Fixture, entry, text};

    const SECRET: &str = "what nobody is to find again, however long they look";

    fn holds_secret(fixture: &Fixture) -> bool {
        let beside = |end: &str| fs::read(format!("{}{end}", fixture.path().display())).unwrap_or_default();
        let found = |bytes: Vec<u8>| bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
        ["", "-wal"].into_iter().any(|end| found(beside(end)))
    }

    #[test]
    fn what_was_deleted_stands_nowhere_as_soon_as_that_is_committed() {
        let mut fixture = Fixture::new();
        let (device, room) = (fixture.device(), fixture.room("lobby"));
        let long = SECRET.repeat(300);
        let seq = fixture.say(device, 1, room, &long);
        let edit = Body::Edit { of: seq, text: SECRET.into() };
        fixture.commit(&[entry(device, 2, room, edit), entry(device, 3, room, text("another"))]);
        assert!(holds_secret(&fixture), "the test looks in the right place");
        fixture.commit(&[entry(device, 4, room, Body::Delete { of: seq })]);
        assert!(!holds_secret(&fixture));
    }

    #[test]
    fn a_reader_only_puts_the_erasure_off() {
        let mut fixture = Fixture::new();
        let (device, room) = (fixture.device(), fixture.room("lobby"));
        let seq = fixture.say(device, 1, room, SECRET);
        let mut reader = Store::open_reader(&fixture.path()).unwrap();
        reader.connection.batch_execute("BEGIN; SELECT count(*) FROM messages").unwrap();
        fixture.commit(&[entry(device, 2, room, Body::Delete { of: seq })]);
        assert!(holds_secret(&fixture), "the reader may still look at it");
        reader.connection.batch_execute("COMMIT").unwrap();
        fixture.say(device, 3, room, "later");
        assert!(!holds_secret(&fixture));
        assert_eq!(fixture.log(room).last().map(|message| message.seq), Some(Seq(3)));
    }

    #[test]
    fn the_log_does_not_grow_for_ever() {
        let mut fixture = Fixture::new();
        let (device, room) = (fixture.device(), fixture.room("lobby"));
        let long = "x".repeat(limits::TEXT_BYTES_MAX);
        let batch = |from: u64| -> Vec<_> { (from..from + 512).map(|n| entry(device, n, room, text(&long))).collect() };
        let pages = |fixture: &mut Fixture| progress(&mut fixture.store.connection, "NOOP").unwrap().pages;
        let mut most = 0;
        for from in (0..24 * 512).step_by(512) {
            fixture.commit(&batch(from));
            most = most.max(pages(&mut fixture));
        }
        let batch_pages = 4_000;
        assert!(most >= limits::WAL_PAGES_MAX && most < limits::WAL_PAGES_MAX + batch_pages, "{most}");
    }

    #[test]
    fn another_connection_carries_over_and_the_writer_does_the_rest() {
        let mut fixture = Fixture::new();
        let (device, room) = (fixture.device(), fixture.room("lobby"));
        let long = "x".repeat(limits::TEXT_BYTES_MAX);
        let mut carrier = fixture.store.open_carrier(&fixture.path()).unwrap();
        let mut nonces = 0..;
        let mut say = |fixture: &mut Fixture| {
            let batch: Vec<_> =
                nonces.by_ref().take(512).map(|nonce| entry(device, nonce, room, text(&long))).collect();
            fixture.commit(&batch);
        };
        while !fixture.store.is_log_long() {
            say(&mut fixture);
        }
        let mut reader = Store::open_reader(&fixture.path()).unwrap();
        reader.connection.batch_execute("BEGIN; SELECT count(*) FROM messages").unwrap();
        say(&mut fixture);
        carrier.carry_over().unwrap();
        reader.connection.batch_execute("COMMIT").unwrap();
        say(&mut fixture);
        assert!(fixture.store.is_log_long(), "what was said since somebody reads is in the log only");
        fixture.store.carry_over().unwrap();
        fixture.say(device, 1_000_000, room, "the first of a new log");
        assert!(progress(&mut fixture.store.connection, "NOOP").unwrap().pages < 100);
        assert!(!fixture.store.is_log_long());
    }

    #[test]
    fn what_is_deleted_while_the_log_is_carried_over_is_erased_as_soon_as_that_is_done() {
        let mut fixture = Fixture::new();
        let (device, room) = (fixture.device(), fixture.room("lobby"));
        let of = fixture.say(device, 1, room, SECRET);
        let turn = fixture.store.turn.clone();
        let (done, wait) = mpsc::sync_channel(1);
        thread::scope(|scope| {
            let deleting = turn.take(|| {
                let deleting = scope.spawn(|| {
                    fixture.commit(&[entry(device, 2, room, Body::Delete { of })]);
                    done.send(holds_secret(&fixture)).unwrap();
                });
                assert!(wait.recv_timeout(Duration::from_millis(100)).is_err(), "it is not its turn");
                Ok(deleting)
            });
            assert_eq!(wait.recv(), Ok(false));
            deleting.unwrap().join().unwrap();
        });
    }

    #[test]
    fn after_a_checkpoint_that_failed_none_is_tried_again_on_any_connection() {
        let mut fixture = Fixture::new();
        let mut carrier = fixture.store.open_carrier(&fixture.path()).unwrap();
        let failed = carrier.turn.take(|| Err::<(), _>(StoreError::Fatal("disk I/O error".into())));
        assert!(failed.is_err());
        for again in [carrier.carry_over(), fixture.store.carry_over(), fixture.store.checkpoint()] {
            assert!(matches!(again, Err(StoreError::Fatal(_))), "{again:?}");
        }
    }
}
