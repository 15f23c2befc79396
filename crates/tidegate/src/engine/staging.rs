//! What the end of a run means for the transactions it is in. What becomes of those is decided in `transaction`.

use crate::engine::Execution;
use crate::error::Result;
use crate::transaction::Transaction;

impl Execution {
    /// Before the end is recorded: what completed is ready for a commit, and what failed rolls back.
    pub(super) async fn stage(&self, end: &Result<()>) {
        let Some(transaction) = Transaction::open_of(&self.live) else { return };
        match (end, self.live.state()) {
            (Ok(()), Some(state)) => {
                Box::pin(transaction.stage_run(&state, &self.options, false)).await;
            }
            (Ok(()) | Err(_), _) => Box::pin(transaction.fail_run()).await,
        }
    }

    /// After the end is recorded: it is committed, or left to the transaction around it.
    pub(super) async fn leave_transaction(&self) -> Result<()> {
        match Transaction::open_of(&self.live) {
            Some(transaction) => Box::pin(transaction.leave_run()).await,
            None => Ok(()),
        }
    }

    /// A run that completed in an earlier attempt is part of its transaction all the same.
    pub(super) async fn stage_replayed(&self) -> Result<()> {
        Transaction::restore_values(&self.live);
        let (Some(transaction), Some(state)) =
            (Transaction::open_of(&self.live), self.live.state())
        else {
            return Ok(());
        };
        Box::pin(transaction.stage_run(&state, &self.options, true)).await;
        self.leave_transaction().await
    }
}
