//! The runner for work that keeps processors busy. It never runs async code.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::runtime::Handle;

use super::{TaskRunner, WorkKind};
use crate::error::{Error, Result};

/// Runs the submitted functions of a flow that are not async on the threads of a rayon pool, so that parallel iterators in them use the
/// same threads. Async ones are run by tokio, and not counted. Needs the feature `cpu`.
///
/// All runs of the flow share the threads. A function that waits for other runs blocks its thread: until it has its answer, what it
/// waits for is run on threads for blocking work.
///
/// ```
/// use tidegate::Cpu;
/// use tidegate::prelude::*;
///
/// #[task]
/// fn on_a_worker() -> bool {
///     rayon::current_thread_index().is_some()
/// }
///
/// #[flow(task_runner = Cpu::new(2))]
/// async fn pipeline() -> Result<bool> {
///     on_a_worker().submit().await
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// assert!(pipeline().await?);
/// # Ok(()) }).await }
/// ```
#[derive(Clone)]
pub struct Cpu {
    pool: Arc<ThreadPool>,
    /// How many of its threads are blocked by functions that wait for other runs.
    blocked: Arc<AtomicUsize>,
}

impl Cpu {
    /// A pool of `threads` threads.
    ///
    /// # Panics
    ///
    /// When `threads` is 0, or the system gives no more threads; [`try_new`](Self::try_new) gives an error then.
    #[must_use]
    pub fn new(threads: usize) -> Self {
        Self::try_new(threads).unwrap_or_else(|error| panic!("{error}"))
    }

    /// A pool of `threads` threads.
    ///
    /// # Errors
    ///
    /// `threads` is 0, or the system gives no more threads.
    pub fn try_new(threads: usize) -> Result<Self> {
        if threads == 0 {
            return Err(Error::configuration("a Cpu runner of 0 threads would never run anything"));
        }
        let built = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("tidegate-cpu-{index}"))
            .build();
        let pool = built.map_err(|error| {
            Error::configuration(format!("no {threads} threads for a Cpu runner: {error}"))
        })?;
        Ok(Self { pool: Arc::new(pool), blocked: Arc::default() })
    }
}

/// As many threads as there are processors.
impl Default for Cpu {
    fn default() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, usize::from))
    }
}

impl TaskRunner for Cpu {
    fn name(&self) -> &str {
        "cpu"
    }

    fn max_workers(&self) -> Option<NonZeroUsize> {
        NonZeroUsize::new(self.pool.current_num_threads())
    }

    fn counts(&self, kind: WorkKind) -> bool {
        kind == WorkKind::Sync
    }

    fn run_sync(&self, work: Box<dyn FnOnce() + Send>) {
        if self.blocked.load(Ordering::SeqCst) > 0 {
            // Who blocks a thread may wait for this.
            drop(Handle::current().spawn_blocking(work));
        } else {
            self.pool.spawn_fifo(work);
        }
    }

    fn lent(&self) {
        self.blocked.fetch_add(1, Ordering::SeqCst);
    }

    fn taken_back(&self) {
        self.blocked.fetch_sub(1, Ordering::SeqCst);
    }
}

impl fmt::Debug for Cpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cpu").field("threads", &self.pool.current_num_threads()).finish()
    }
}
