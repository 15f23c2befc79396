//! Handles to runs that were submitted. A handle watches a run; dropping it changes nothing.

use std::fmt;
use std::future::IntoFuture;
use std::sync::{Arc, OnceLock};

use futures_util::future::{BoxFuture, Either, FutureExt, Ready, ready};
use tidegate_core::{RunId, State};
use tokio::sync::Notify;

use crate::call::{Produce, begin};
use crate::engine::{LiveRun, Plan};
use crate::error::{Error, Result};

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
pub struct RunHandle<T>(Arc<Shared<T>>);

struct Shared<T> {
    live: Option<Arc<LiveRun>>,
    result: OnceLock<Result<T>>,
    ended: Notify,
}

impl<T> RunHandle<T> {
    /// The id of the run; none if it could not even be described, in which case awaiting the handle tells why.
    #[must_use]
    pub fn id(&self) -> Option<RunId> {
        self.0.live.as_ref().map(|live| live.id())
    }

    /// The name of the run.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        self.0.live.as_ref().map(|live| live.name())
    }

    /// The state the run is in now.
    #[must_use]
    pub fn state(&self) -> Option<State> {
        self.0.live.as_ref().and_then(|live| live.state())
    }

    /// Whether the run has ended.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.0.result.get().is_some()
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
        self.0.live.as_ref().is_some_and(|live| live.cancel())
    }

    /// Waits until the run has ended, whatever its end.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: dropping the wait does not touch the run.
    pub async fn wait(&self) {
        self.0.outcome().await;
    }
}

impl<T> Shared<T> {
    async fn outcome(&self) -> &Result<T> {
        loop {
            let ended = self.ended.notified();
            if let Some(result) = self.result.get() {
                return result;
            }
            ended.await;
        }
    }

    fn end(&self, result: Result<T>) {
        let _ = self.result.set(result);
        self.ended.notify_waiters();
    }
}

/// Starts a call on the tracker of its flow run, or of its engine outside one.
pub(super) fn submit<T: Send + Sync + 'static>(
    plan: Plan,
    mut body: Box<dyn Produce<T> + 'static>,
) -> RunHandle<T> {
    let mut execution = match begin(plan, &mut *body) {
        Ok(execution) => execution,
        Err(error) => {
            let shared = Shared { live: None, result: OnceLock::new(), ended: Notify::new() };
            shared.end(Err(error));
            return RunHandle(Arc::new(shared));
        }
    };
    let nursery = execution.nursery();
    execution.live().control().set_apart();
    let shared = Arc::new(Shared {
        live: Some(Arc::clone(execution.live())),
        result: OnceLock::new(),
        ended: Notify::new(),
    });
    let ending = Ending(Arc::clone(&shared));
    nursery.spawn(async move {
        let result = execution.perform(&mut *body).await;
        let result = result.map(|()| body.take().expect("a completed run has a value"));
        ending.0.end(result);
    });
    RunHandle(shared)
}

/// Tells the waiters when the run's future is dropped before it has ended.
struct Ending<T>(Arc<Shared<T>>);

impl<T> Drop for Ending<T> {
    fn drop(&mut self) {
        if self.0.result.get().is_none()
            && let Some(live) = &self.0.live
        {
            let state = live.state().unwrap_or_else(|| State::crashed(live.engine().now()));
            self.0.end(Err(Error::ended(live.label(), state, None)));
        }
    }
}

impl<T> Clone for RunHandle<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for RunHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunHandle").field("id", &self.id()).field("state", &self.state()).finish()
    }
}

/// # Cancel safety
///
/// Cancel safe: dropping the future does not touch the run.
impl<T: Clone + Send + Sync + 'static> IntoFuture for RunHandle<T> {
    type Output = Result<T>;
    type IntoFuture = Either<Ready<Result<T>>, BoxFuture<'static, Result<T>>>;

    fn into_future(self) -> Self::IntoFuture {
        match self.0.result.get() {
            Some(result) => Either::Left(ready(result.clone())),
            None => Either::Right(async move { self.0.outcome().await.clone() }.boxed()),
        }
    }
}

/// # Cancel safety
///
/// Cancel safe: dropping the future does not touch the run.
impl<'a, T: Clone + Send + Sync + 'static> IntoFuture for &'a RunHandle<T> {
    type Output = Result<T>;
    type IntoFuture = Either<Ready<Result<T>>, BoxFuture<'a, Result<T>>>;

    fn into_future(self) -> Self::IntoFuture {
        match self.0.result.get() {
            Some(result) => Either::Left(ready(result.clone())),
            None => Either::Right(async move { self.0.outcome().await.clone() }.boxed()),
        }
    }
}
