//! Handles in the order in which their runs end.

use std::borrow::Borrow;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, Stream, StreamExt};

use super::RunHandle;
use crate::engine::{Away, waiting};

/// Handles in the order in which their runs end. Made by [`as_completed`].
#[must_use = "a stream does nothing until it is asked for what comes next"]
pub struct AsCompleted<T> {
    ending: FuturesUnordered<BoxFuture<'static, RunHandle<T>>>,
    /// The stream waits, and what it waits for may need the worker of the run that it is in.
    away: Option<Away>,
}

/// Gives handles in the order in which their runs end, however they end.
///
/// ```
/// use std::time::Duration;
///
/// use tidegate::prelude::*;
///
/// #[task]
/// async fn slow(seconds: u64) -> u64 {
///     tokio::time::sleep(Duration::from_millis(seconds * 10)).await;
///     seconds
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// let handles = slow::map([5, 1, 3]);
/// let mut order = Vec::new();
/// let mut ending = as_completed(&handles);
/// while let Some(handle) = ending.next().await {
///     order.push(handle.await?);
/// }
/// assert_eq!(order, [1, 3, 5]);
/// # Ok(()) }).await }
/// ```
pub fn as_completed<T: Send + 'static>(
    handles: impl IntoIterator<Item = impl Borrow<RunHandle<T>>>,
) -> AsCompleted<T> {
    let wait = |handle: RunHandle<T>| -> BoxFuture<'static, RunHandle<T>> {
        Box::pin(async move {
            handle.ended().await;
            handle
        })
    };
    let ending = handles.into_iter().map(|handle| wait(handle.borrow().clone())).collect();
    AsCompleted { ending, away: None }
}

impl<T: Send + 'static> AsCompleted<T> {
    /// The handle of the run that ends next; none when all have been given.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn next(&mut self) -> Option<RunHandle<T>> {
        self.away = None;
        waiting(self.ending.next()).await
    }

    /// How many have not been given.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ending.len()
    }

    /// Whether all have been given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ending.is_empty()
    }
}

impl<T: Send + 'static> Stream for AsCompleted<T> {
    type Item = RunHandle<T>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<RunHandle<T>>> {
        let next = self.ending.poll_next_unpin(context);
        if next.is_ready() {
            self.away = None;
        } else if self.away.is_none() {
            self.away = Away::of_this_run();
        }
        next
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.ending.size_hint()
    }
}

impl<T> fmt::Debug for AsCompleted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AsCompleted").field(&self.ending.len()).finish()
    }
}

/// Waits until all runs have ended, or for so long, and gives the handles of those that have ended and of those that have not.
///
/// ```
/// use std::time::Duration;
///
/// use tidegate::prelude::*;
///
/// #[task]
/// async fn slow(seconds: u64) {
///     tokio::time::sleep(Duration::from_millis(seconds * 10)).await;
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// let handles = slow::map([1, 90]);
/// let (done, not_done) = tidegate::wait(&handles, Duration::from_millis(300)).await;
/// assert_eq!((done.len(), not_done.len()), (1, 1));
/// # Ok(()) }).await }
/// ```
///
/// # Cancel safety
///
/// Cancel safe: dropping the wait does not touch the runs.
pub async fn wait<T: Send + 'static>(
    handles: impl IntoIterator<Item = impl Borrow<RunHandle<T>>>,
    timeout: impl Into<Option<Duration>>,
) -> (Vec<RunHandle<T>>, Vec<RunHandle<T>>) {
    let handles: Vec<RunHandle<T>> =
        handles.into_iter().map(|handle| handle.borrow().clone()).collect();
    let all = async {
        for handle in &handles {
            handle.wait().await;
        }
    };
    match timeout.into() {
        Some(timeout) => drop(waiting(tokio::time::timeout(timeout, all)).await),
        None => waiting(all).await,
    }
    handles.into_iter().partition(RunHandle::is_finished)
}
