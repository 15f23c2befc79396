//! What a flow run, or an engine, has started and must see end. Nothing that is started here outlives its owner unseen.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The futures that someone has started, joined before the owner ends and dropped when the owner is. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Nursery(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Nursery {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner { tracker: TaskTracker::new(), stop: CancellationToken::new() }))
    }

    /// Runs a future until it ends or the nursery is stopped, whichever is first.
    pub(crate) fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let inner = Arc::clone(&self.0);
        self.0.tracker.spawn(async move {
            inner.stop.run_until_cancelled(future).await;
        });
    }

    /// Runs a function on the blocking pool. It cannot be stopped, only waited for.
    pub(crate) fn spawn_blocking<R: Send + 'static>(
        &self,
        function: impl FnOnce() -> R + Send + 'static,
    ) -> tokio::task::JoinHandle<R> {
        self.0.tracker.spawn_blocking(function)
    }

    /// Waits for everything that was started.
    pub(crate) async fn join(&self) {
        let tracker = &self.0.tracker;
        if !tracker.is_empty() {
            tracker.close();
            Box::pin(tracker.wait()).await;
            tracker.reopen();
        }
    }

    /// Drops every future that has not ended.
    pub(crate) fn stop(&self) {
        self.0.stop.cancel();
    }
}
