//! How many of the runs that a flow run, or an engine, has submitted have ended, and how. Counting is all that a run pays for progress.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::Result;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    submitted: AtomicUsize,
    ended: AtomicUsize,
    failed: AtomicUsize,
    cancelled: AtomicUsize,
}

/// What a tally says at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) submitted: usize,
    /// Those that have ended, whatever their ends.
    pub(crate) ended: usize,
    /// Of those: they gave an error, and were not cancelled.
    pub(crate) failed: usize,
    /// Of those: they were cancelled.
    pub(crate) cancelled: usize,
}

/// How a submitted run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Completed,
    Failed,
    Cancelled,
}

/// What a future ends with that is counted, or not.
pub(crate) trait Counted {
    fn count(self, tally: &Tally);
}

impl Tally {
    pub(in crate::engine) fn submitted(&self) {
        self.submitted.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn ended(&self, how: Ended) {
        self.ended.fetch_add(1, Ordering::Relaxed);
        match how {
            Ended::Completed => {}
            Ended::Failed => drop(self.failed.fetch_add(1, Ordering::Relaxed)),
            Ended::Cancelled => drop(self.cancelled.fetch_add(1, Ordering::Relaxed)),
        }
    }

    /// How many have not ended.
    pub(in crate::engine) fn unfinished(&self) -> usize {
        let counts = self.counts();
        counts.submitted - counts.ended
    }

    /// Begins anew, when nothing that was counted is under way.
    pub(in crate::engine) fn clear(&self) {
        for count in [&self.submitted, &self.ended, &self.failed, &self.cancelled] {
            count.store(0, Ordering::Relaxed);
        }
    }

    /// What it says now.
    pub(crate) fn counts(&self) -> Counts {
        // In this order, so that no more have ended than were submitted, nor more failed than have ended.
        let failed = self.failed.load(Ordering::Acquire);
        let cancelled = self.cancelled.load(Ordering::Acquire);
        let ended = self.ended.load(Ordering::Acquire).max(failed + cancelled);
        let submitted = self.submitted.load(Ordering::Acquire).max(ended);
        Counts { submitted, ended, failed, cancelled }
    }
}

impl Counts {
    /// What has come since it was `before`.
    pub(super) fn since(self, before: Self) -> Self {
        Self {
            submitted: self.submitted.saturating_sub(before.submitted),
            ended: self.ended.saturating_sub(before.ended),
            failed: self.failed.saturating_sub(before.failed),
            cancelled: self.cancelled.saturating_sub(before.cancelled),
        }
    }
}

impl Ended {
    pub(crate) fn of<T>(result: &Result<T>) -> Self {
        match result {
            Ok(_) => Self::Completed,
            Err(error) if error.is_cancelled() => Self::Cancelled,
            Err(_) => Self::Failed,
        }
    }
}

/// What is no run is not counted.
impl Counted for () {
    fn count(self, _tally: &Tally) {}
}
