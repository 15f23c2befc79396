//! One attempt at the body of a run: calls the user's code in the context of the run, within its time limit, and tells how it
//! went. It never decides what that means.

use std::cell::Cell;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tidegate_core::State;

use crate::engine::control::{CalledOff, SyncBody};
use crate::engine::panics::Panic;
use crate::engine::{Attempt, Attempted, Body, Context, Execution, LiveRun};
use crate::error::Error;

/// How an attempt went.
pub(super) enum Outcome {
    /// A value was returned.
    Returned,
    /// An error was returned.
    Failed(Error),
    /// It panicked.
    Panicked(Panic),
    /// It took longer than this.
    TimedOut(Duration),
    /// What it did in a transaction is committed, with the end of the run.
    Committed,
    /// What it did in a transaction is undone, because the run may not complete, for this reason.
    Refused(String),
}

/// Why an attempt was given up.
pub(super) enum Stopped {
    /// The run was called off.
    CalledOff,
    /// It is to be suspended, in this state.
    Suspended(Box<State>),
}

impl Execution {
    /// Calls the body once.
    pub(super) async fn attempt(&mut self, body: &mut dyn Body) -> Result<Outcome, Stopped> {
        let last = self.is_last_attempt();
        let live = Arc::clone(&self.live);
        let _attempting = Attempting::begin(&live);
        match Panic::catch_sync(|| body.attempt(last)) {
            Ok(Attempt::Future(future)) => {
                let context = Arc::clone(&self.context);
                let mut attempt = pin!(attempt(future, self.options.time_limit(), context));
                match live.unless_interrupted(attempt.as_mut()).await {
                    Ok(outcome) if !live.control().is_asked() => Ok(outcome),
                    Ok(outcome) => Box::pin(self.settle_asked(outcome)).await,
                    Err(interrupted) => Box::pin(self.see_to(attempt, interrupted)).await,
                }
            }
            Ok(Attempt::Work(work)) => {
                Box::pin(self.transact(work)).await.map_err(|CalledOff| Stopped::CalledOff)
            }
            Err(panic) => Ok(Outcome::Panicked(panic)),
        }
    }
}

/// The attempt of a run is under way, until this is dropped.
struct Attempting<'a>(&'a LiveRun);

impl<'a> Attempting<'a> {
    fn begin(live: &'a LiveRun) -> Self {
        live.control().set_attempting(true);
        if let Some(pausing) = live.pausing() {
            pausing.begin_attempt();
            live.begin_counting();
            if live.control().was_asked() {
                live.control().ask();
            }
        }
        Self(live)
    }
}

impl Drop for Attempting<'_> {
    fn drop(&mut self) {
        self.0.control().set_attempting(false);
    }
}

/// Polls a body until it ends, or its time is up.
async fn attempt(
    future: BoxFuture<'_, Attempted>,
    limit: Option<Duration>,
    context: Arc<Context>,
) -> Outcome {
    let attempt = context.scope(Panic::catch(future));
    let outcome = match limit {
        None => attempt.await,
        Some(limit) => match Box::pin(tokio::time::timeout(limit, attempt)).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => return Outcome::TimedOut(limit),
        },
    };
    match outcome {
        Ok(Attempted::Returned) => Outcome::Returned,
        Ok(Attempted::Failed(error)) => Outcome::Failed(error),
        Err(panic) => Outcome::Panicked(panic),
    }
}

/// Runs a sync body on the blocking pool, or where the runner of its flow says, in the context of its run.
///
/// # Cancel safety
///
/// Dropping the future does not end the function: a thread cannot be stopped. The engine waits for it when it is closed.
pub async fn blocking<R: Send + 'static>(function: impl FnOnce() -> R + Send + 'static) -> R {
    let context = Context::current().unwrap_or_default();
    let mut deserted = Deserted(context.run().cloned());
    let _under_way = context.run().cloned().map(SyncBody::begin);
    let nursery = context.engine.as_ref().map(|engine| engine.nursery().clone());
    let workers = context.own_workers().cloned();
    let run = move || {
        let _inside = BlockingBody::enter();
        Panic::catch_sync(|| context.sync_scope(function))
    };
    let ended = match (nursery, workers) {
        (Some(nursery), Some(workers)) => {
            let ended = nursery.run_by(&workers, run).await;
            ended.unwrap_or_else(|_dropped| {
                deserted.0 = None;
                panic!("the task runner '{}' has dropped the function", workers.name())
            })
        }
        (Some(nursery), None) => not_refused(nursery.spawn_blocking(run)).await,
        (None, _) => not_refused(tokio::task::spawn_blocking(run)).await,
    };
    deserted.0 = None;
    match ended {
        Ok(output) => output,
        Err(panic) => panic.resume(),
    }
}

async fn not_refused<R>(handle: tokio::task::JoinHandle<R>) -> R {
    match handle.await {
        Ok(output) => output,
        // The pool refuses work only while its runtime shuts down, and then drops this future too.
        Err(_refused) => std::future::pending().await,
    }
}

thread_local! {
    static IN_BLOCKING_BODY: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread runs a sync body on the blocking pool, where it may wait for a future.
pub(crate) fn in_blocking_body() -> bool {
    IN_BLOCKING_BODY.get()
}

/// Marks this thread as running a sync body, until dropped.
struct BlockingBody;

impl BlockingBody {
    fn enter() -> Self {
        IN_BLOCKING_BODY.set(true);
        Self
    }
}

impl Drop for BlockingBody {
    fn drop(&mut self) {
        IN_BLOCKING_BODY.set(false);
    }
}

/// Says so when a function on the blocking pool is given up while it runs.
struct Deserted(Option<Arc<LiveRun>>);

impl Drop for Deserted {
    fn drop(&mut self) {
        if let Some(run) = &self.0 {
            run.logger().warning(format_args!(
                "The function of '{}' goes on by itself: a thread cannot be stopped, only a function that returns ends it",
                run.definition().name()
            ));
        }
    }
}
