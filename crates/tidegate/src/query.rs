//! Asking an engine for the runs, results and log lines it has recorded.

use serde::de::DeserializeOwned;
use tidegate_core::{
    LogLevel, LogQuery, LogRecord, Order, Run, RunId, RunKind, RunQuery, State, StateType,
    Timestamp, TransactionRecord,
};

use crate::engine::Engine;
use crate::error::{Error, Result, RunLabel};

/// A question for recorded runs: narrow it, then ask it with [`list`](Runs::list) or [`count`](Runs::count).
///
/// ```
/// use tidegate::prelude::*;
/// use tidegate::{Engine, StateType};
///
/// #[flow]
/// async fn nightly() {}
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// nightly().await?;
/// let runs = Engine::current()?.runs().flow("nightly").state(StateType::Completed).list().await?;
/// assert_eq!(runs.len(), 1);
/// # Ok(()) }).await }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a question does nothing until it is asked with `list` or `count`"]
pub struct Runs {
    engine: Engine,
    query: RunQuery,
}

impl Runs {
    /// Flow runs only.
    pub fn flows(mut self) -> Self {
        self.query.kind = Some(RunKind::Flow);
        self
    }

    /// Task runs only.
    pub fn tasks(mut self) -> Self {
        self.query.kind = Some(RunKind::Task);
        self
    }

    /// Runs of the flow of this name: unless the flow was given another, that of its function with `-` for `_`, as
    /// `world-report` for `fn world_report`.
    pub fn flow(mut self, name: impl Into<String>) -> Self {
        self.query.definition_name = Some(name.into());
        self.flows()
    }

    /// Runs of the task of this name.
    pub fn task(mut self, name: impl Into<String>) -> Self {
        self.query.definition_name = Some(name.into());
        self.tasks()
    }

    /// Runs of this name.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.query.name = Some(name.into());
        self
    }

    /// Runs made in this flow run.
    pub fn inside(mut self, flow_run_id: RunId) -> Self {
        self.query.flow_run_id = Some(flow_run_id);
        self
    }

    /// Runs whose state is of this type; said twice, of either.
    pub fn state(mut self, state_type: StateType) -> Self {
        self.query.state_types.push(state_type);
        self
    }

    /// Runs that carry this tag; said twice, both.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.query.tags.push(tag.into());
        self
    }

    /// Runs made at this time or later.
    pub fn since(mut self, time: Timestamp) -> Self {
        self.query.created_after = Some(time);
        self
    }

    /// Runs made before this time.
    pub fn before(mut self, time: Timestamp) -> Self {
        self.query.created_before = Some(time);
        self
    }

    /// Oldest first instead of newest first.
    pub fn oldest_first(mut self) -> Self {
        self.query.order = Order::OldestFirst;
        self
    }

    /// At most this many.
    pub fn limit(mut self, limit: u64) -> Self {
        self.query.limit = Some(limit);
        self
    }

    /// Leaving out the first so many.
    pub fn offset(mut self, offset: u64) -> Self {
        self.query.offset = offset;
        self
    }

    /// The runs that match.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn list(self) -> Result<Vec<Run>> {
        let store = self.engine.require_store()?;
        store.runs(self.query.clone()).await.map_err(|error| Error::store(None, error))
    }

    /// How many runs match, whatever the limit.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn count(self) -> Result<u64> {
        let store = self.engine.require_store()?;
        store.count_runs(self.query.clone()).await.map_err(|error| Error::store(None, error))
    }
}

/// A question for stored log lines, oldest first. Made by [`Engine::logs`].
#[derive(Clone, Debug)]
#[must_use = "a question does nothing until it is asked with `list`"]
pub struct Logs {
    engine: Engine,
    query: LogQuery,
}

impl Engine {
    /// The runs it has recorded.
    pub fn runs(&self) -> Runs {
        Runs { engine: self.clone(), query: RunQuery::default() }
    }

    /// The run of this id, if it is recorded.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn run_record(&self, id: RunId) -> Result<Option<Run>> {
        self.require_store()?.run(id).await.map_err(|error| Error::store(None, error))
    }

    /// What is recorded of the transactions in a flow run, or in a task run outside of one: those that have hooks or values.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn transactions(&self, run: RunId) -> Result<Vec<TransactionRecord>> {
        self.require_store()?.transactions(run).await.map_err(|error| Error::store(None, error))
    }

    /// The result of a run that completed, from its record or from the storage that it was written to.
    ///
    /// ```
    /// use tidegate::prelude::*;
    /// use tidegate::Engine;
    ///
    /// #[task]
    /// async fn forecast(city: String) -> f64 {
    ///     20.5
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
    /// let handle = forecast("Rome".into()).submit();
    /// handle.wait().await;
    ///
    /// let high: f64 = Engine::current()?.result(handle.id().unwrap()).await?;
    /// assert_eq!(high, 20.5);
    /// # Ok(()) }).await }
    /// ```
    ///
    /// # Errors
    ///
    /// The run is not recorded, has not ended, or ended otherwise; or its result was not kept, is gone or damaged, or is no `T`.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn result<T: DeserializeOwned>(&self, id: RunId) -> Result<T> {
        let Some(run) = self.run_record(id).await? else {
            return Err(Error::configuration(format!(
                "run {id} is not recorded in the store of this engine"
            )));
        };
        let label = RunLabel { kind: run.kind(), id, name: run.name.clone() };
        let state = run.state().cloned().unwrap_or_else(|| State::pending(run.created));
        if !state.is_completed() {
            return Err(Error::ended(label, state, None));
        }
        let found = match self.archive().find(state.result.as_ref()).await {
            Ok(found) => found,
            Err(unreadable) => return Err(Error::result(label, unreadable)),
        };
        let mut value = None;
        found
            .give(&mut |result| {
                value = Some(erased_serde::deserialize(result)?);
                Ok(())
            })
            .map_err(|unreadable| Error::result(label, unreadable))?;
        Ok(value.expect("a result that was given was taken"))
    }

    /// The log lines it has stored.
    pub fn logs(&self) -> Logs {
        Logs { engine: self.clone(), query: LogQuery::default() }
    }
}

impl Logs {
    /// Lines of this flow run, those of its task runs included.
    pub fn of_flow_run(mut self, id: RunId) -> Self {
        self.query.flow_run_id = Some(id);
        self
    }

    /// Lines of this task run.
    pub fn of_task_run(mut self, id: RunId) -> Self {
        self.query.task_run_id = Some(id);
        self
    }

    /// Lines of this level or above.
    pub fn at_least(mut self, level: LogLevel) -> Self {
        self.query.at_least = Some(level);
        self
    }

    /// Newest first.
    pub fn newest_first(mut self) -> Self {
        self.query.newest_first = true;
        self
    }

    /// At most this many.
    pub fn limit(mut self, limit: u64) -> Self {
        self.query.limit = Some(limit);
        self
    }

    /// The lines that match.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn list(self) -> Result<Vec<LogRecord>> {
        let store = self.engine.require_store()?;
        store.logs(self.query.clone()).await.map_err(|error| Error::store(None, error))
    }
}
