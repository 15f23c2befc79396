//! Wakes whoever follows events when something was recorded in this process. While nobody does, it costs one look at a number.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Feed {
    followers: AtomicUsize,
    recorded: Notify,
}

impl Feed {
    /// Something was given to the store.
    pub(crate) fn recorded(&self) {
        if self.followers.load(Ordering::Relaxed) > 0 {
            self.recorded.notify_waiters();
        }
    }

    /// One more follows, until [`unfollow`](Self::unfollow).
    pub(crate) fn follow(&self) {
        self.followers.fetch_add(1, Ordering::Relaxed);
    }

    /// One less follows.
    pub(crate) fn unfollow(&self) {
        self.followers.fetch_sub(1, Ordering::Relaxed);
    }

    /// Waits for the next time that something is recorded, from when this is called.
    pub(crate) fn next(&self) -> Notified<'_> {
        self.recorded.notified()
    }
}
