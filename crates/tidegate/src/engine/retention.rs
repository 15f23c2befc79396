//! Deleting runs that are no longer wanted: at once, or now and then in the background. Which runs those are is said by the
//! settings, and what goes with them by the store.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use tidegate_core::{Deleted, Expired, ResultReference, RunId, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::engine::panics::Panic;
use crate::engine::result::is_key_of_its_own;
use crate::error::{Error, Result};
use crate::retention::before;

/// How often runs are deleted in the background.
const EVERY: Duration = Duration::from_secs(60);

/// So long after its end a run is left alone in the background.
const LATELY: Duration = Duration::from_secs(60);

/// How many runs and log lines are deleted in one transaction.
const AT_ONCE: u64 = 250;

/// How many results are removed at the same time.
const REMOVALS: usize = 8;

/// In the background, a rest is so many times as long as the work before it.
const RESTS: u32 = 3;

/// When runs were last deleted in the background, and whether that is to end.
#[derive(Debug, Default)]
pub(super) struct Housekeeping {
    last: Mutex<Option<Timestamp>>,
    stop: CancellationToken,
}

impl Housekeeping {
    /// Deletes no further: what is under way ends with the transaction it is at.
    pub(super) fn stop(&self) {
        self.stop.cancel();
    }

    /// Whether it is time again; not before long, if it is.
    fn is_due(&self, now: Timestamp) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back does not put it off for long.
        let due =
            last.is_none_or(|last| (now - last).abs().to_std().is_ok_and(|past| past >= EVERY));
        if due {
            *last = Some(now);
        }
        due
    }
}

impl Engine {
    /// Deletes the runs that the [`Retention`](crate::Retention) of this engine does not keep, also those that ended just now;
    /// how many, task runs and subflow runs included. Without a retention it deletes nothing.
    ///
    /// Results that only these runs kept in result storages are removed too; those that were cached, or are under a
    /// `result_storage_key`, stay, because other runs may have taken them. Others write meanwhile. Log lines that another process, or a hook, writes of a run after it is deleted are kept.
    ///
    /// ```
    /// use tidegate::prelude::*;
    /// use tidegate::{Engine, Retention};
    ///
    /// #[task]
    /// async fn step() {}
    ///
    /// #[flow]
    /// async fn hourly() -> Result<()> {
    ///     step().await
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// let retention = Retention::default().count(2);
    /// let engine = Engine::builder().database("sqlite::memory:").retention(retention).open()?;
    /// for _ in 0..5 {
    ///     engine.run(hourly()).await?;
    /// }
    /// assert_eq!(engine.apply_retention().await?, 6);
    /// assert_eq!(engine.runs().flow("hourly").count().await?, 2);
    /// # engine.close().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// The store cannot be read or written.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops it halfway; what is left is deleted the next time.
    pub async fn apply_retention(&self) -> Result<u64> {
        let Some(expired) = self.settings().retention.expired(self.now()) else { return Ok(0) };
        let mut runs = 0;
        loop {
            let deleted = self.delete_some(expired).await?;
            runs += deleted.runs;
            if !deleted.more {
                return Ok(runs);
            }
        }
    }

    /// Deletes a run that was called in no other and has ended, with everything inside it; how many runs that were. None if there is
    /// none of this id, if something of it has not ended, or if it was called in another.
    ///
    /// What goes with it is said at [`apply_retention`](Self::apply_retention).
    ///
    /// ```
    /// use tidegate::Engine;
    /// use tidegate::prelude::*;
    ///
    /// #[flow]
    /// async fn hourly() {}
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
    /// let run = hourly().submit();
    /// run.wait().await;
    /// let (engine, id) = (Engine::current()?, run.id().unwrap());
    /// assert_eq!(engine.delete_run(id).await?, 1);
    /// assert_eq!(engine.run_record(id).await?, None);
    /// # Ok(()) }).await }
    /// ```
    ///
    /// # Errors
    ///
    /// The store cannot be read or written, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops it halfway; what is left is deleted when runs are deleted next.
    pub async fn delete_run(&self, id: RunId) -> Result<u64> {
        let this = Expired { run: Some(id), ..Expired::default() };
        let mut runs = 0;
        loop {
            let deleted = self.delete_some(this).await?;
            runs += deleted.runs;
            if !deleted.more {
                return Ok(runs);
            }
        }
    }

    /// Deletes in the background, if it is time again.
    pub(super) fn keep_house(&self) {
        if self.store().is_none()
            || self.settings().retention.expired(self.now()).is_none()
            || tokio::runtime::Handle::try_current().is_err()
            || !self.0.housekeeping.is_due(self.now())
        {
            return;
        }
        let engine = self.clone();
        self.nursery().spawn(async move {
            if let Err(error) = engine.delete_slowly().await {
                tracing::warn!(target: "tidegate::engine", "old runs were not deleted: {error}");
            }
        });
    }

    async fn delete_slowly(&self) -> Result<()> {
        let now = self.now();
        let Some(mut expired) = self.settings().retention.expired(now) else { return Ok(()) };
        expired.ended_lately = before(now, LATELY);
        let mut runs = 0;
        loop {
            let started = Instant::now();
            let deleted = self.delete_some(expired).await?;
            runs += deleted.runs;
            let rest = tokio::time::sleep(started.elapsed() * RESTS);
            let stopped = self.0.housekeeping.stop.run_until_cancelled(rest).await.is_none();
            if stopped || !deleted.more {
                tracing::debug!(target: "tidegate::engine", "{runs} runs were deleted that are no longer to be kept");
                return Ok(());
            }
        }
    }

    async fn delete_some(&self, expired: Expired) -> Result<Deleted> {
        let deleted = self.require_store()?.delete_runs(expired, AT_ONCE).await;
        let mut deleted = deleted.map_err(|error| Error::store(None, error))?;
        self.remove_results(std::mem::take(&mut deleted.results)).await;
        Ok(deleted)
    }

    /// Removes the results of deleted runs from their storages, but for those under keys that other runs may share.
    async fn remove_results(&self, results: Vec<(RunId, Arc<ResultReference>)>) {
        let own = results.into_iter().filter(|(run, result)| is_key_of_its_own(&result.key, *run));
        let removing = own.map(|(_, result)| async move {
            let removed = Panic::catch(self.archive().remove(&result)).await;
            let why = match removed {
                Ok(Ok(())) => return,
                Ok(Err(error)) => error.to_string(),
                Err(panic) => panic.to_string(),
            };
            tracing::warn!(
                target: "tidegate::engine",
                "the result {} of a run that was deleted stays in {}: {why}",
                result.key,
                result.storage
            );
        });
        futures_util::stream::iter(removing).for_each_concurrent(REMOVALS, |remove| remove).await;
    }
}
