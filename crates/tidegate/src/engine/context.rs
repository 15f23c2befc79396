//! Which run the current code belongs to. It follows futures that the engine polls; it is never global.

use std::sync::Arc;

use tidegate_core::{CacheKey, RunId, RunKind};
use tokio::task_local;

use crate::engine::{Engine, LiveRun, Seat, Workers};
use crate::log::RunLogger;
use crate::options::Options;
use crate::transaction::Transaction;

task_local! {
    static CURRENT: Arc<Context>;
}

/// Where code runs: in which engine, flow run and task run, and under which tags.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context {
    pub(crate) engine: Option<Engine>,
    pub(crate) flow: Option<Arc<LiveRun>>,
    pub(crate) task: Option<Arc<LiveRun>>,
    pub(crate) tags: Arc<[String]>,
    /// The innermost transaction that is open in the body of the innermost run.
    pub(crate) transaction: Option<Transaction>,
    /// What is computed for the cache in runs around, so that what they call does not wait for them.
    pub(crate) computing: Option<Arc<Computing>>,
    /// What runs the task runs that the flow run submits, if it is not tokio by itself.
    pub(crate) workers: Option<Arc<Workers>>,
    /// The worker of the innermost run around that needs one.
    pub(crate) seat: Option<Arc<Seat>>,
}

/// A key that a run computes the result of, and those of the runs around it.
#[derive(Debug)]
pub(crate) struct Computing {
    key: CacheKey,
    around: Option<Arc<Computing>>,
}

impl Computing {
    pub(super) fn new(key: CacheKey, around: Option<Arc<Self>>) -> Self {
        Self { key, around }
    }
}

impl Context {
    /// The context of the code that asks, if it has one.
    pub(crate) fn current() -> Option<Arc<Self>> {
        CURRENT.try_with(Arc::clone).ok()
    }

    /// Looks at the context of the code that asks.
    pub(crate) fn with<R>(look: impl FnOnce(&Self) -> R) -> Option<R> {
        CURRENT.try_with(|context| look(context)).ok()
    }

    /// The innermost run.
    pub(crate) fn run(&self) -> Option<&Arc<LiveRun>> {
        self.task.as_ref().or(self.flow.as_ref())
    }

    /// Whether this is the run of this id, or code that it waits for.
    pub(crate) fn is_inside(&self, id: RunId) -> bool {
        let task = self.task.as_ref();
        if task.is_some_and(|task| task.id() == id || task.record().task_run_id == Some(id)) {
            return true;
        }
        let mut flow = self.flow.as_ref();
        while let Some(around) = flow {
            if around.id() == id || around.record().task_run_id == Some(id) {
                return true;
            }
            flow = around.flow();
        }
        false
    }

    /// The context of the body of `run`, called in this context.
    pub(crate) fn inside(&self, run: Arc<LiveRun>, options: &Options) -> Self {
        let engine = Some(run.engine().clone());
        let (flow, task, workers) = match run.kind() {
            RunKind::Flow => (Some(run), None, options.task_runner.as_ref().map(Workers::new)),
            RunKind::Task => (self.flow.clone(), Some(run), self.workers.clone()),
        };
        let (tags, computing) = (Arc::clone(&self.tags), self.computing.clone());
        // The run has one of its own, where it has one.
        let seat = self.seat.clone();
        Self { engine, flow, task, tags, transaction: None, computing, workers, seat }
    }

    /// The transaction that the code is part of.
    pub(crate) fn transaction(&self) -> Option<Transaction> {
        self.transaction.clone().or_else(|| self.run().and_then(Transaction::of_body))
    }

    /// Whether the flow run, or one around it, is run again when its process dies.
    pub(crate) fn is_recovered(&self) -> bool {
        let mut next = self.flow.as_ref();
        while let Some(flow) = next {
            if flow.record().policy.recover {
                return true;
            }
            next = flow.flow();
        }
        false
    }

    /// Whether a run around computes the result of this key.
    pub(super) fn computes(&self, key: CacheKey) -> bool {
        let mut computing = self.computing.as_ref();
        while let Some(each) = computing {
            if each.key == key {
                return true;
            }
            computing = each.around.as_ref();
        }
        false
    }

    /// Runs a future in this context.
    pub(crate) async fn scope<F: Future>(self: Arc<Self>, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }

    /// Runs a function in no run and on no engine.
    pub(crate) fn nowhere<R>(function: impl FnOnce() -> R) -> R {
        CURRENT.sync_scope(Arc::default(), function)
    }

    /// Runs a function in this context.
    pub(crate) fn sync_scope<R>(self: Arc<Self>, function: impl FnOnce() -> R) -> R {
        CURRENT.sync_scope(self, function)
    }
}

/// The logger of the run that the calling code belongs to. Outside a run its lines are printed and belong to none.
///
/// ```
/// use tidegate::prelude::*;
///
/// #[task]
/// async fn count(words: &str) -> usize {
///     let count = words.split_whitespace().count();
///     run_logger().info(format!("{count} words"));
///     count
/// }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// assert_eq!(count("to be or not").await?, 4);
/// # Ok(()) }).await }
/// ```
#[must_use]
pub fn run_logger() -> RunLogger {
    Context::with(|context| context.run().map(|run| run.logger()))
        .flatten()
        .unwrap_or_else(RunLogger::outside)
}

/// Both sets of tags, sorted and without repetition.
pub(crate) fn union(first: &[String], second: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut tags: Vec<String> = first.iter().cloned().chain(second).collect();
    tags.sort_unstable();
    tags.dedup();
    tags
}
