//! Task runners: where the submitted task runs of a flow run are run, and how many of them at once. A runner makes no decision about a
//! run, and never sees one: it is given futures and functions that have everything in them.

mod bounded;
#[cfg(feature = "cpu")]
mod cpu;

use std::fmt;
use std::num::NonZeroUsize;

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;

pub use bounded::{Blocking, Concurrent};
#[cfg(feature = "cpu")]
pub use cpu::Cpu;

/// What a task run does while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WorkKind {
    /// Its function is async, or runs in place.
    Async,
    /// Its function is not async, and takes a thread.
    Sync,
}

/// Runs the submitted task runs of a flow: `#[flow(task_runner = Concurrent::new(10))]`.
///
/// Without one they are run by tokio, as many at once as there are. Calls that are awaited in place belong to the run that awaits
/// them, and no runner has to do with them.
///
/// Each flow run has a line of its own for the workers of its runner. A task run stands in it before it begins, so that it stays Pending
/// until then, and leaves it when it is cancelled. While it waits for other runs, its worker is somebody else's: runs that submit
/// others and wait for them cannot block one another.
///
/// A runner of one's own decides where work is run:
///
/// ```
/// use std::num::NonZeroUsize;
///
/// use tidegate::TaskRunner;
/// use tidegate::prelude::*;
///
/// /// Runs each function on a thread of its own.
/// #[derive(Debug)]
/// struct Threads;
///
/// impl TaskRunner for Threads {
///     fn name(&self) -> &str {
///         "threads"
///     }
///
///     fn max_workers(&self) -> Option<NonZeroUsize> {
///         NonZeroUsize::new(8)
///     }
///
///     fn run_sync(&self, work: Box<dyn FnOnce() + Send>) {
///         std::thread::spawn(work);
///     }
/// }
///
/// #[task]
/// fn square(number: u64) -> u64 {
///     number * number
/// }
///
/// #[flow(task_runner = Threads)]
/// async fn squares() -> Result<Vec<u64>> {
///     square::map([1, 2, 3]).await
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// assert_eq!(squares().await?, [1, 4, 9]);
/// # Ok(()) }).await }
/// ```
pub trait TaskRunner: fmt::Debug + Send + Sync {
    /// What it is called in messages.
    fn name(&self) -> &str;

    /// How many runs that it [counts](Self::counts) may be under way at once in a flow run; none for as many as there are.
    fn max_workers(&self) -> Option<NonZeroUsize>;

    /// Whether a run that does such work takes a worker.
    fn counts(&self, _kind: WorkKind) -> bool {
        true
    }

    /// Runs a submitted task run. To drop it is to end the run as Crashed.
    ///
    /// Called on a tokio runtime, which the future needs.
    fn run_async(&self, work: BoxFuture<'static, ()>) {
        drop(Handle::current().spawn(work));
    }

    /// Runs the function of a submitted task run. It does not panic. To drop it fails the attempt.
    ///
    /// Called on a tokio runtime.
    fn run_sync(&self, work: Box<dyn FnOnce() + Send>) {
        drop(Handle::current().spawn_blocking(work));
    }

    /// A run that is counted begins to wait for others: its worker is lent to one of them. Its thread, if it has one, is blocked until
    /// [`taken_back`](Self::taken_back), so what is run on the others must not depend on it.
    fn lent(&self) {}

    /// A run that is counted has waited for others.
    fn taken_back(&self) {}
}
