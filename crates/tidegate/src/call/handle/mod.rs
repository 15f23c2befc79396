//! Handles to runs that were submitted. A handle watches a run; dropping it changes nothing.

mod as_completed;
mod handles;
mod progress;
mod shared;
mod submission;
mod then;

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use futures_util::future::{BoxFuture, Either, FutureExt, Ready, ready};
use tidegate_core::{RunId, RunKind, State};

use crate::engine::{Upstream, waiting};
use crate::error::{Error, Result};
pub use as_completed::{AsCompleted, as_completed, wait};
pub(super) use handles::FirstFailure;
pub use handles::RunHandles;
pub use progress::MapProgress;
use shared::{Asked, Shared};
pub(super) use submission::{nursery, submit};

/// A handle to a run that was submitted: cheap to clone, and awaited for the value as often as one likes.
///
/// ```
/// use tidegate::prelude::*;
///
/// #[task]
/// async fn double(number: i32) -> i32 {
///     number * 2
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// let (four, six) = (double(2).submit(), double(3).submit());
/// assert_eq!(four.await? + six.await?, 10);
/// # Ok(()) }).await }
/// ```
pub struct RunHandle<T>(pub(crate) Arc<Shared<T>>);

impl<T: Send> RunHandle<T> {
    /// A handle to no run, for a call that could not be made.
    pub(crate) fn failed(error: Error) -> Self {
        let shared = Shared::unknown(RunKind::Task, None, None);
        shared.end(Err(error));
        Self(Arc::new(shared))
    }

    /// The id of the run; none if no run came of the call, in which case awaiting the handle tells why.
    #[must_use]
    pub fn id(&self) -> Option<RunId> {
        self.0.id()
    }

    /// The name of the run; none before the run begins, unless the call was named.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        self.0.name()
    }

    /// The state the run is in now. That of a run that completed tells of its result only where that is kept in a storage: await
    /// the handle for it.
    #[must_use]
    pub fn state(&self) -> Option<State> {
        self.0.state()
    }

    /// Whether the run has ended.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.0.has_ended()
    }

    /// Cancels the run with everything inside it, and returns at once; whether it had not ended.
    ///
    /// Await the handle to see it end. What becomes of the code is told at [`Engine::cancel`](crate::Engine::cancel).
    ///
    /// ```
    /// use tidegate::prelude::*;
    ///
    /// #[task]
    /// async fn patient() -> Result<()> {
    ///     std::future::pending().await
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
    /// let handle = patient().submit();
    /// assert!(handle.cancel());
    /// assert!(handle.clone().await.unwrap_err().is_cancelled());
    /// assert!(!handle.cancel(), "it has ended");
    /// # Ok(()) }).await }
    /// ```
    pub fn cancel(&self) -> bool {
        match self.0.cancel() {
            Asked::HasEnded => false,
            Asked::IsCancelled => true,
            Asked::Lives(live) => live.cancel(),
        }
    }

    /// Waits until the run has ended, whatever its end.
    ///
    /// # Panics
    ///
    /// In the run itself, which would wait for ever.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: dropping the wait does not touch the run.
    pub async fn wait(&self) {
        waiting(self.ended()).await;
    }

    /// The same, without lending the worker of the run that waits.
    async fn ended(&self) {
        assert!(!self.0.is_around(), "{WAITS_FOR_ITSELF}");
        self.0.wait().await;
        self.0.seen();
    }
}

/// What becomes of a run that awaits its own handle, or that of a run around it.
const WAITS_FOR_ITSELF: &str =
    "a run waits for itself here, or for a run that waits for it, and neither would ever end";

impl<T: Clone + Send + 'static> RunHandle<T> {
    async fn outcome(&self) -> Result<T> {
        if self.0.is_around() {
            return Err(Error::configuration(WAITS_FOR_ITSELF));
        }
        waiting(self.0.wait()).await;
        self.0.seen();
        self.given().expect("a run that has ended has given something")
    }

    /// What the run has given, once it has ended.
    pub(crate) fn given(&self) -> Option<Result<T>> {
        self.0.look(Clone::clone)
    }
}

impl<T> Clone for RunHandle<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Send> fmt::Debug for RunHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunHandle").field("id", &self.id()).field("state", &self.state()).finish()
    }
}

/// # Cancel safety
///
/// Cancel safe: dropping the future does not touch the run.
impl<T: Clone + Send + 'static> IntoFuture for RunHandle<T> {
    type Output = Result<T>;
    type IntoFuture = Either<Ready<Result<T>>, BoxFuture<'static, Result<T>>>;

    fn into_future(self) -> Self::IntoFuture {
        match self.given() {
            Some(result) => {
                self.0.seen();
                Either::Left(ready(result))
            }
            None => Either::Right(async move { self.outcome().await }.boxed()),
        }
    }
}

/// # Cancel safety
///
/// Cancel safe: dropping the future does not touch the run.
impl<'a, T: Clone + Send + 'static> IntoFuture for &'a RunHandle<T> {
    type Output = Result<T>;
    type IntoFuture = Either<Ready<Result<T>>, BoxFuture<'a, Result<T>>>;

    fn into_future(self) -> Self::IntoFuture {
        match self.given() {
            Some(result) => {
                self.0.seen();
                Either::Left(ready(result))
            }
            None => Either::Right(async move { self.outcome().await }.boxed()),
        }
    }
}
