//! Acts: what is done in a transaction and gives an answer, such as ending a lease if it still expires when it did. An act is done
//! after every write that was put before it; it is not tried again when the transaction fails, but says so. It is not done once
//! nobody waits for its answer any more.

use std::fmt;

use rusqlite::Connection;
use tidegate_core::StoreError;
use tokio::sync::oneshot;

/// See the module.
pub(super) struct Act {
    steps: Box<dyn Steps>,
    /// About how many pages it changes.
    pages: usize,
}

/// Resolves with what an act gave, once that is as durable as it will be.
pub(super) type Answer<T> = oneshot::Receiver<Result<T, StoreError>>;

/// An act that changes about so many pages, and who waits for it.
pub(super) fn act<T: Send + 'static>(
    pages: usize,
    work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
) -> (Act, Answer<T>) {
    let (sender, answer) = oneshot::channel();
    (Act { steps: Box::new(Waited { work: Some(work), given: None, sender }), pages }, answer)
}

impl Act {
    pub(super) fn pages(&self) -> usize {
        self.pages
    }

    /// Whether it was not begun, so that it can be done later.
    pub(super) fn is_untried(&self) -> bool {
        self.steps.is_untried()
    }

    /// Does it, in the transaction that is open. What it changed is undone if it fails.
    pub(super) fn perform(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute_batch("SAVEPOINT act")?;
        if !self.steps.perform(connection) {
            connection.execute_batch("ROLLBACK TO act")?;
        }
        connection.execute_batch("RELEASE act")
    }

    /// Tells who waits, when it is known what has become of the transaction.
    pub(super) fn answer(self, committed: Result<(), StoreError>) {
        self.steps.answer(committed);
    }
}

trait Steps: Send {
    fn is_untried(&self) -> bool;

    /// Whether it succeeded.
    fn perform(&mut self, connection: &Connection) -> bool;

    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Waited<T, W> {
    work: Option<W>,
    given: Option<Result<T, StoreError>>,
    sender: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W> Steps for Waited<T, W>
where
    T: Send,
    W: FnOnce(&Connection) -> Result<T, StoreError> + Send,
{
    fn is_untried(&self) -> bool {
        self.work.is_some()
    }

    fn perform(&mut self, connection: &Connection) -> bool {
        // Who gives up waiting undoes what was done by a write, which may be stored before the acts of the same batch.
        if !self.sender.is_closed() {
            self.given = self.work.take().map(|work| work(connection));
        }
        matches!(self.given, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        if let Some(answer) = match committed {
            Ok(()) => self.given,
            Err(error) => Some(Err(error)),
        } {
            let _ = self.sender.send(answer);
        }
    }
}

impl fmt::Debug for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Act")
    }
}
