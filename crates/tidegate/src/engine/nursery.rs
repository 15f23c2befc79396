//! What a flow run, or an engine, has started and must see end. Nothing that is started here outlives its owner unseen.

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The futures that someone has started, joined before the owner ends and dropped when the owner is.
#[derive(Clone, Debug)]
pub(crate) struct Nursery {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Nursery {
    pub(crate) fn new() -> Self {
        Self { tracker: TaskTracker::new(), stop: CancellationToken::new() }
    }

    /// Runs a future until it ends or the nursery is stopped, whichever is first.
    pub(crate) fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.tracker.spawn(async move {
            stop.run_until_cancelled_owned(future).await;
        });
    }

    /// Runs a function on the blocking pool. It cannot be stopped, only waited for.
    pub(crate) fn spawn_blocking<R: Send + 'static>(
        &self,
        function: impl FnOnce() -> R + Send + 'static,
    ) -> tokio::task::JoinHandle<R> {
        self.tracker.spawn_blocking(function)
    }

    /// Waits for everything that was started.
    pub(crate) async fn join(&self) {
        if !self.tracker.is_empty() {
            self.tracker.close();
            self.tracker.wait().await;
            self.tracker.reopen();
        }
    }

    /// Drops every future that has not ended.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }
}
