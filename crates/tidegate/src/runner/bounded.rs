//! The runners that only bound how many runs are under way. Where work is run is left to tokio.

use std::num::NonZeroUsize;

use super::{TaskRunner, WorkKind};

/// Runs at most so many submitted task runs of a flow run at once, whatever they do.
///
/// ```
/// use tidegate::Concurrent;
/// use tidegate::prelude::*;
///
/// #[task]
/// async fn fetch(page: u32) -> u32 {
///     page * 10
/// }
///
/// #[flow(task_runner = Concurrent::new(2))]
/// async fn crawl() -> Result<u32> {
///     Ok(fetch::map(1..=100).await?.iter().sum())
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// assert_eq!(crawl().await?, 50500);
/// # Ok(()) }).await }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Concurrent(NonZeroUsize);

impl Concurrent {
    /// At most `max` runs at once.
    ///
    /// # Panics
    ///
    /// When `max` is 0, since nothing would ever run.
    #[must_use]
    pub fn new(max: usize) -> Self {
        let max = NonZeroUsize::new(max);
        Self(max.expect("Concurrent::new(0) would never run anything: give at least 1"))
    }
}

impl TaskRunner for Concurrent {
    fn name(&self) -> &str {
        "concurrent"
    }

    fn max_workers(&self) -> Option<NonZeroUsize> {
        Some(self.0)
    }
}

/// Runs at most so many submitted functions of a flow run at once that are not async, each on a thread for blocking work. Async ones are
/// not counted.
///
/// ```
/// use tidegate::Blocking;
/// use tidegate::prelude::*;
///
/// #[task]
/// fn length(text: String) -> usize {
///     text.len()
/// }
///
/// #[flow(task_runner = Blocking::new(2))]
/// async fn lengths() -> Result<Vec<usize>> {
///     length::map(["a", "bc", "def"].map(String::from)).await
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// assert_eq!(lengths().await?, [1, 2, 3]);
/// # Ok(()) }).await }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Blocking(NonZeroUsize);

impl Blocking {
    /// At most `max` threads at once.
    ///
    /// # Panics
    ///
    /// When `max` is 0, since no such function would ever run.
    #[must_use]
    pub fn new(max: usize) -> Self {
        let max = NonZeroUsize::new(max);
        Self(max.expect("Blocking::new(0) would never run a function: give at least 1"))
    }
}

impl TaskRunner for Blocking {
    fn name(&self) -> &str {
        "blocking"
    }

    fn max_workers(&self) -> Option<NonZeroUsize> {
        Some(self.0)
    }

    fn counts(&self, kind: WorkKind) -> bool {
        kind == WorkKind::Sync
    }
}
