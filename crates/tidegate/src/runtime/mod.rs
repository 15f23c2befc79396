//! What the current code may know of the run it belongs to: `flow_run`, `task_run` and `deployment`, as `prefect.runtime`
//! gives it. Outside a run every answer is empty; nothing here panics or fails.
//!
//! ```
//! use tidegate::prelude::*;
//! use tidegate::runtime;
//!
//! #[flow]
//! async fn nightly() -> Option<String> {
//!     runtime::flow_run::flow_name()
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
//! assert_eq!(nightly().await?.as_deref(), Some("nightly"));
//! assert_eq!(runtime::flow_run::flow_name(), None);
//! # Ok(()) }).await }
//! ```

pub mod deployment;
pub mod flow_run;
mod stand_in;
pub mod task_run;

use std::sync::Arc;

use crate::engine::{Context, LiveRun};

pub use stand_in::StandIn;
use stand_in::stand_in;

/// Carries the run of the calling code into a future that is spawned elsewhere, so that its log lines, its tasks and its
/// [`runtime`](self) belong to that run. Prefer [`submit`](crate::TaskCall::submit): a run does not wait for what
/// is spawned by hand.
///
/// ```
/// use tidegate::prelude::*;
/// use tidegate::runtime;
///
/// #[flow]
/// async fn outer() -> Result<Option<String>> {
///     let inside = runtime::in_current_run(async { runtime::flow_run::flow_name() });
///     Ok(tokio::spawn(inside).await?)
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// assert_eq!(outer().await?.as_deref(), Some("outer"));
/// # Ok(()) }).await }
/// ```
///
/// # Cancel safety
///
/// As cancel safe as `future`.
pub fn in_current_run<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let context = Context::current();
    async move {
        match context {
            Some(context) => context.scope(future).await,
            None => future.await,
        }
    }
}

/// Carries the run of the calling code into a function that another thread calls.
///
/// ```
/// let work = tidegate::runtime::in_current_run_sync(|| tidegate::runtime::flow_run::id());
/// assert_eq!(std::thread::spawn(work).join().unwrap(), None);
/// ```
pub fn in_current_run_sync<R>(function: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let context = Context::current();
    move || match context {
        Some(context) => context.sync_scope(function),
        None => function(),
    }
}

/// Whether the run of the calling code, or one around it, was asked to cancel. Async code need not ask: it ends at its next `.await`. A
/// function on a thread cannot be stopped, so one that takes long asks now and then.
///
/// ```
/// use tidegate::prelude::*;
/// use tidegate::runtime;
///
/// #[task]
/// fn count_up() -> u64 {
///     let mut count = 0;
///     while !runtime::is_cancelled() {
///         count += 1;
///     }
///     count
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// let counting = count_up().submit();
/// counting.cancel();
/// assert!(counting.await.unwrap_err().is_cancelled());
/// # Ok(()) }).await }
/// ```
#[must_use]
pub fn is_cancelled() -> bool {
    Context::with(|context| context.run().is_some_and(|run| run.is_called_off())).unwrap_or(false)
}

/// Waits until the run of the calling code, or one around it, is asked to cancel; for ever outside a run. For what async code does not
/// await itself: a thread that blocks on it, or a future that was spawned by hand.
///
/// ```
/// use tidegate::prelude::*;
/// use tidegate::runtime;
///
/// #[task]
/// async fn listen() -> Result<()> {
///     let told = tokio::spawn(runtime::in_current_run(runtime::cancelled()));
///     // What listens to something goes on in `told` when this is dropped here.
///     Ok(told.await?)
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// let listening = listen().submit();
/// listening.cancel();
/// assert!(listening.await.unwrap_err().is_cancelled());
/// # Ok(()) }).await }
/// ```
///
/// # Cancel safety
///
/// Cancel safe.
pub async fn cancelled() {
    match Context::with(|context| context.run().cloned()).flatten() {
        Some(run) => run.called_off().await,
        None => std::future::pending().await,
    }
}

/// Looks at the flow run that the calling code belongs to.
fn flow<R>(look: impl FnOnce(&Arc<LiveRun>) -> R) -> Option<R> {
    Context::with(|context| context.flow.as_ref().map(look)).flatten()
}

/// Looks at the task run that the calling code belongs to.
fn task<R>(look: impl FnOnce(&Arc<LiveRun>) -> R) -> Option<R> {
    Context::with(|context| context.task.as_ref().map(look)).flatten()
}
