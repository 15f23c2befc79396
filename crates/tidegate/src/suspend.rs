//! Suspending a flow run by its id, wherever it runs. Its owner does it at the next call of a task; nothing here ends anything.

use tidegate_core::{Request, RequestKind, Run, RunId, RunKind, StateType, Write};

use crate::engine::Engine;
use crate::error::{Error, Result};

/// Suspends a flow run, on the engine of the calling code; see [`Engine::suspend`].
///
/// # Errors
///
/// As [`Engine::suspend`].
///
/// # Cancel safety
///
/// Cancel safe: the run may be asked to suspend or not.
pub async fn suspend(flow_run_id: RunId) -> Result<()> {
    Engine::current()?.suspend(flow_run_id).await
}

impl Engine {
    /// Suspends a flow run that runs here, or in another process on the same database: it leaves its process, and its body runs again, from
    /// the record, when it is [resumed](crate::resume()).
    ///
    /// Returns when the run was asked. A run in another process sees it within a second, and it stops at its next call of a task or a
    /// subflow, or where its body ends; calls that are under way end first, and so do transactions. Whoever awaits it gets an
    /// [error](Error::is_suspended). That it was asked outlives its process: whoever recovers it suspends it. A flow that could not be
    /// resumed, since its arguments cannot be read from the record, goes on, and a line says why.
    ///
    /// ```
    /// use tidegate::prelude::*;
    ///
    /// #[task]
    /// async fn copy(number: u32) {
    ///     tokio::task::yield_now().await;
    /// }
    ///
    /// #[flow]
    /// async fn copying(count: u32) -> Result<u32> {
    ///     for number in 0..count {
    ///         copy(number).await?;
    ///     }
    ///     Ok(count)
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
    /// let handle = copying(1_000).submit();
    /// let id = handle.id().unwrap();
    /// tidegate::suspend(id).await?;
    /// assert!(handle.await.unwrap_err().is_suspended());
    /// // What was copied is not copied again.
    /// assert!(tidegate::resume(id).await?.state().unwrap().is_completed());
    /// # Ok(()) }).await }
    /// ```
    ///
    /// # Errors
    ///
    /// The run is not recorded, is no flow run or a subflow run, has ended, is paused or suspended already, or runs nowhere; the store
    /// cannot be read or written.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the run may be asked to suspend or not.
    pub async fn suspend(&self, flow_run_id: RunId) -> Result<()> {
        // What a dead owner has left runs nowhere.
        self.sweep().await?;
        let live = self.roster().find(flow_run_id);
        let run = match &live {
            // It may be too new to be recorded.
            Some(live) => live.record().clone(),
            None => self.run_record(flow_run_id).await?.ok_or_else(|| not_recorded(flow_run_id))?,
        };
        check(&run)?;
        if live.is_none() && run.lease.is_none() {
            return Err(cannot(&run, "no process runs it just now"));
        }
        let request = Request::new(flow_run_id, RequestKind::Suspend, self.now());
        if self.owns_by_lease() {
            let write = Write::Request(Box::new(request.clone()));
            let written = self.require_store()?.put_acknowledged(write).await;
            written.map_err(|error| Error::store(None, error))?;
        }
        if let Some(live) = live {
            live.control().deliver(request);
        }
        Ok(())
    }
}

/// Whether a run can be suspended, by its record.
fn check(run: &Run) -> Result<()> {
    if run.kind() == RunKind::Task {
        return Err(cannot(run, "it is a task run, and only flow runs can be"));
    }
    if let Some(parent) = run.flow_run_id {
        return Err(cannot(run, &format!("it is a subflow run; suspend its parent {parent}")));
    }
    let Some(state) = run.state() else { return Ok(()) };
    match state.state_type() {
        StateType::Scheduled | StateType::Pending | StateType::Running => Ok(()),
        StateType::Paused | StateType::Cancelling => {
            Err(cannot(run, &format!("it is {} already", state.name)))
        }
        StateType::Completed | StateType::Failed | StateType::Cancelled | StateType::Crashed => {
            Err(cannot(run, &format!("it has ended as {}", state.name)))
        }
    }
}

fn cannot(run: &Run, why: &str) -> Error {
    let noun = match run.kind() {
        RunKind::Flow => "flow run",
        RunKind::Task => "task run",
    };
    Error::configuration(format!("{noun} '{}' cannot be suspended: {why}", run.name))
}

fn not_recorded(id: RunId) -> Error {
    Error::configuration(format!("run {id} is not recorded in the store of this engine"))
}
