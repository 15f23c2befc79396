//! Work: user code that is given the transaction. One goes into a transaction with the writes that were put before it, and if it
//! spoils that transaction, the writes are stored without it. It is not tried again when the transaction fails, but says so.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tidegate_core::store::{SqlTransaction, SqlWork, TransactionEnd};
use tidegate_core::{StoreError, StoreErrorKind, Write};
use tokio::sync::oneshot;

use super::guard::Guard;
use super::statements::Statements;

/// Work that keeps everyone from writing for so long is worth a line.
const LONG: Duration = Duration::from_secs(1);

/// Work, and who waits for it.
pub(super) struct Work {
    work: Option<SqlWork>,
    given: Result<(), StoreError>,
    sender: oneshot::Sender<Result<(), StoreError>>,
}

/// Resolves once it is known what has become of the work.
pub(super) type Answer = oneshot::Receiver<Result<(), StoreError>>;

thread_local! {
    static AT_WORK: Cell<bool> = const { Cell::new(false) };
}

/// Fails on a thread whose transaction is open: waiting for the store there would be waiting for oneself.
pub(super) fn not_at_work(place: &str) -> Result<(), StoreError> {
    if AT_WORK.get() {
        return Err(StoreError::new(
            StoreErrorKind::Other,
            format!(
                "the store {place} was asked from within one of its transactions, which would wait for itself; ask before or after it"
            ),
        ));
    }
    Ok(())
}

impl Work {
    pub(super) fn new(work: SqlWork) -> (Self, Answer) {
        let (sender, answer) = oneshot::channel();
        (Self { work: Some(work), given: Ok(()), sender }, answer)
    }

    /// Does it, in the transaction that is open. What is to be stored with it is the answer; none when it is to be undone.
    pub(super) fn perform(
        &mut self,
        connection: &Connection,
        guard: &Guard,
        place: &str,
    ) -> Option<Vec<Write>> {
        let work = self.work.take()?;
        let started = Instant::now();
        let end = {
            let _guarded = guard.on();
            let _at_work = AtWork::enter();
            let mut statements = Statements::new(connection, guard);
            catch_unwind(AssertUnwindSafe(|| work(&mut SqlTransaction::new(&mut statements))))
        };
        let took = started.elapsed();
        if took >= LONG {
            tracing::warn!(
                "a transaction kept everyone else from writing to {place} for {} ms; do what takes long before it",
                took.as_millis()
            );
        }
        match end {
            Ok(TransactionEnd::Commit(writes)) => Some(writes),
            Ok(TransactionEnd::RollBack) => None,
            Err(_panic) => {
                self.fail("what was to be done in it panicked");
                None
            }
        }
    }

    /// Says why it was undone.
    pub(super) fn fail(&mut self, why: impl fmt::Display) {
        self.fail_with(StoreError::new(
            StoreErrorKind::Other,
            format!("a transaction was undone: {why}"),
        ));
    }

    pub(super) fn fail_with(&mut self, error: StoreError) {
        self.given = Err(error);
    }

    /// Tells who waits, when it is known what has become of the transaction.
    pub(super) fn answer(self, committed: Result<(), StoreError>) {
        let _ = self.sender.send(self.given.and(committed));
    }
}

/// Marks this thread as having a transaction open, until dropped.
struct AtWork;

impl AtWork {
    fn enter() -> Self {
        AT_WORK.set(true);
        Self
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        AT_WORK.set(false);
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Work")
    }
}
