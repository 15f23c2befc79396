//! Cancelling a run by its id, wherever it runs. A run of this process is asked at once; of another, its owner, by a request; and one that
//! nobody runs is ended here. It never ends a run whose owner lives.

use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use tidegate_core::{
    Request, RequestKind, RequestQuery, Run, RunId, RunKind, RunQuery, State, StateType,
    StateTypes, StoreErrorKind, Write,
};

use crate::engine::{ASKED_TO_CANCEL, Engine, cancelled};
use crate::error::{Error, Result, RunLabel};

/// A task run of this process is not found while it is polled, so it is looked for again after so long, and so often.
const LOOK_AGAIN: (Duration, u32) = (Duration::from_millis(10), 100);

/// Cancels a run, on the engine of the calling code; see [`Engine::cancel`].
///
/// # Errors
///
/// As [`Engine::cancel`].
///
/// # Cancel safety
///
/// Cancel safe: the run may be asked to cancel or not.
pub async fn cancel(run_id: RunId) -> Result<()> {
    Engine::current()?.cancel(run_id).await
}

impl Engine {
    /// Cancels a flow run or a task run with everything inside it: what it runs here, what another process runs on the same
    /// database, and what nobody runs just now.
    ///
    /// Returns when the run was asked: it is `Cancelling` while something of it is under way and `Cancelled` then, and whoever awaits
    /// it gets an [error](Error::is_cancelled). A run in this process is asked at once; one in another sees it within a second; one
    /// that has not begun, waits for its next attempt, or is paused with no process ends at once.
    ///
    /// Async code ends at its next `.await`: it is dropped there, and transactions that it is in are rolled back. A function on a
    /// thread cannot be stopped: it is asked to end ([`runtime::is_cancelled`](crate::runtime::is_cancelled)), and its run stays
    /// `Cancelling` until it returns.
    ///
    /// ```
    /// use tidegate::prelude::*;
    ///
    /// #[flow]
    /// async fn patient() -> Result<()> {
    ///     std::future::pending().await
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
    /// let handle = patient().submit();
    /// tidegate::cancel(handle.id().unwrap()).await?;
    /// assert!(handle.await.unwrap_err().is_cancelled());
    /// # Ok(()) }).await }
    /// ```
    ///
    /// # Errors
    ///
    /// The run is not recorded, or has ended; or the store cannot be read or written.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the run may be asked to cancel or not.
    pub async fn cancel(&self, run_id: RunId) -> Result<()> {
        if let Some(live) = self.roster().find(run_id)
            && live.cancel()
        {
            return Ok(());
        }
        if self.owns_by_lease() {
            self.ask_to_cancel(run_id).await
        } else {
            self.cancel_in_this_process(run_id).await
        }
    }

    /// Of a store that others may share: asks whoever owns the run, and ends it if nobody does.
    async fn ask_to_cancel(&self, run_id: RunId) -> Result<()> {
        self.not_ended(run_id).await?;
        let request = Request::new(run_id, RequestKind::Cancel, self.now());
        let id = request.id;
        self.write(Write::Request(Box::new(request))).await?;
        // What a dead owner has left ends by this, as the request says.
        self.sweep().await?;
        if let Some(run) = self.run_record(run_id).await?.filter(|run| !run.is_terminal())
            && run.lease.is_some()
        {
            return Ok(());
        }
        self.cancel_unowned(run_id).await?;
        self.write(Write::EndRequest(id)).await
    }

    /// Of a store that is this process's alone: what is not found in it does not run, or is polled just now.
    async fn cancel_in_this_process(&self, run_id: RunId) -> Result<()> {
        for _ in 0..LOOK_AGAIN.1 {
            let run = self.not_ended(run_id).await?;
            let state_type = run.state().map(State::state_type);
            if run.kind() == RunKind::Flow || state_type != Some(StateType::Running) {
                return self.cancel_unowned(run_id).await;
            }
            tokio::time::sleep(LOOK_AGAIN.0).await;
            if let Some(live) = self.roster().find(run_id)
                && live.cancel()
            {
                return Ok(());
            }
        }
        Err(Error::configuration(format!(
            "run {run_id} cannot be cancelled just now: its code does not come to an `.await`; try again, or cancel its flow run"
        )))
    }

    /// Ends a run that nobody runs, with what was called inside it.
    fn cancel_unowned(&self, run_id: RunId) -> BoxFuture<'_, Result<()>> {
        async move {
            let Some(run) = self.run_record(run_id).await? else { return Ok(()) };
            if run.kind() == RunKind::Flow {
                let query = RunQuery {
                    flow_run_id: Some(run_id),
                    state_types: StateTypes::TERMINAL.not().iter().collect(),
                    ..RunQuery::default()
                };
                let inside = self.require_store()?.runs(query).await;
                for each in inside.map_err(|error| Error::store(None, error))? {
                    self.cancel_unowned(each.id).await?;
                }
            }
            self.cancel_record(run).await
        }
        .boxed()
    }

    async fn cancel_record(&self, run: Run) -> Result<()> {
        let label = label(&run);
        let Some(write) = cancelled(run, self.now(), ASKED_TO_CANCEL) else { return Ok(()) };
        match self.require_store()?.put_acknowledged(write).await {
            Ok(()) => Ok(()),
            // Somebody has taken it up, and sees the request.
            Err(error) if error.kind() == StoreErrorKind::Fenced => Ok(()),
            Err(error) => Err(Error::store(Some(label), error)),
        }
    }

    /// The record of a run that can be cancelled.
    async fn not_ended(&self, run_id: RunId) -> Result<Run> {
        let run = self.run_record(run_id).await?.ok_or_else(|| {
            Error::configuration(format!(
                "run {run_id} is not recorded in the store of this engine"
            ))
        })?;
        match run.state().filter(|state| state.is_terminal()) {
            Some(state) => Err(Error::configuration(format!(
                "{} cannot be cancelled: it has ended as {}",
                label(&run),
                state.name
            ))),
            None => Ok(run),
        }
    }

    /// The open requests about a run.
    async fn requests_about(&self, run_id: RunId) -> Result<Vec<Request>> {
        let query = RequestQuery { run_id: Some(run_id), ..RequestQuery::default() };
        let requests = self.require_store()?.requests(query).await;
        requests.map_err(|error| Error::store(None, error))
    }

    /// Whether somebody has asked for a run to be cancelled that its last owner did not see.
    pub(crate) async fn was_asked_to_cancel(&self, run_id: RunId) -> Result<bool> {
        let requests = self.requests_about(run_id).await?;
        Ok(requests.iter().any(|request| request.kind == RequestKind::Cancel))
    }

    /// Ends a crashed run that was asked to cancel, in the place of running it again.
    pub(crate) async fn cancel_instead(&self, run: Run) -> Result<()> {
        let id = run.id;
        self.cancel_record(run).await?;
        self.end_requests_about(id).await
    }

    /// What was asked of a run counts no more.
    pub(crate) async fn end_requests_about(&self, run_id: RunId) -> Result<()> {
        for request in self.requests_about(run_id).await? {
            self.write(Write::EndRequest(request.id)).await?;
        }
        Ok(())
    }

    async fn write(&self, write: Write) -> Result<()> {
        let written = self.require_store()?.put_acknowledged(write).await;
        written.map_err(|error| Error::store(None, error))
    }
}

fn label(run: &Run) -> RunLabel {
    RunLabel { kind: run.kind(), id: run.id, name: run.name.clone() }
}
