//! Making, changing, finding and deleting concurrency limits, and asking who holds their slots.

use tidegate_core::{ConcurrencyLimit, LimitChange, LimitUse, SlotHolder};

use super::ConcurrencyError;
use crate::engine::Engine;
use crate::error::{Error, Result};

/// The concurrency limits of an engine's database, which all processes share that use it.
///
/// A limit called `tag:` and a tag is on the task runs that carry the tag: each needs a slot of it before it runs, and lets go of it when
/// it has ended or waits for its next attempt. Other limits are for [`concurrency`](crate::concurrency) and
/// [`rate_limit`](crate::rate_limit).
///
/// What this process changes here holds at once. Task runs of another process go by a new limit on their tag a second later.
///
/// ```
/// use tidegate::prelude::*;
/// use tidegate::{ConcurrencyLimit, Engine};
///
/// #[task(tags = ["http"])]
/// async fn fetch(number: u32) -> u32 {
///     number
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// let limits = Engine::current()?.concurrency_limits();
/// limits.create(ConcurrencyLimit::for_tag("http", 3)).await?;
/// fetch(1).await?;
///
/// // Nothing that is tagged begins until the limit is raised again.
/// limits.update(ConcurrencyLimit::for_tag("http", 0)).await?;
/// assert!(fetch(2).await.unwrap_err().is_crashed());
/// assert_eq!(limits.get("tag:http").await?.unwrap().occupied, 0);
/// assert!(limits.delete("tag:http").await?);
/// # Ok(()) }).await }
/// ```
#[derive(Clone, Debug)]
pub struct ConcurrencyLimits(Engine);

/// A limit, and how much of it is taken.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ConcurrencyLimitState {
    /// The limit.
    pub limit: ConcurrencyLimit,
    /// How many slots are taken, in all processes.
    pub occupied: u64,
    /// How many wait for slots, in this process.
    pub waiting: usize,
}

impl Engine {
    /// Its concurrency limits.
    #[must_use]
    pub fn concurrency_limits(&self) -> ConcurrencyLimits {
        ConcurrencyLimits(self.clone())
    }
}

impl ConcurrencyLimits {
    /// Makes a limit.
    ///
    /// # Errors
    ///
    /// There is one of its name, or there can be none like it ([`ConcurrencyError`]). The store cannot write, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, it may be made or not.
    pub async fn create(&self, limit: ConcurrencyLimit) -> Result<()> {
        let name = limit.name.clone();
        if self.change(LimitChange::Create(limit)).await? {
            return Ok(());
        }
        Err(ConcurrencyError::Exists { name }.into())
    }

    /// Changes the limit of this name to be like this. Who holds slots keeps them; if there are too many of them now, nobody else gets
    /// any until there are not.
    ///
    /// # Errors
    ///
    /// There is none of its name, or there can be none like it ([`ConcurrencyError`]). The store cannot write, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, it may be changed or not.
    pub async fn update(&self, limit: ConcurrencyLimit) -> Result<()> {
        let name = limit.name.clone();
        if self.change(LimitChange::Update(limit)).await? {
            return Ok(());
        }
        Err(ConcurrencyError::NotFound { name }.into())
    }

    /// Makes the limit, or changes the one of its name: for a program that says at its start what its limits are.
    ///
    /// # Errors
    ///
    /// There can be no such limit ([`ConcurrencyError`]). The store cannot write, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, it may be made or changed, or not.
    pub async fn set(&self, limit: ConcurrencyLimit) -> Result<()> {
        // Between the two another process may delete what was there, or make it.
        while !self.change(LimitChange::Update(limit.clone())).await?
            && !self.change(LimitChange::Create(limit.clone())).await?
        {}
        Ok(())
    }

    /// The limit of this name.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn get(&self, name: &str) -> Result<Option<ConcurrencyLimitState>> {
        let store = self.0.require_store()?;
        let found = store.limits(vec![name.to_owned()]).await;
        let mut found = found.map_err(|error| Error::store(None, error))?;
        Ok(found.pop().map(|used| self.state(used)))
    }

    /// All limits, by name.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn list(&self) -> Result<Vec<ConcurrencyLimitState>> {
        let store = self.0.require_store()?;
        let found = store.limits(Vec::new()).await.map_err(|error| Error::store(None, error))?;
        Ok(found.into_iter().map(|used| self.state(used)).collect())
    }

    /// Who holds slots of this limit, and since when; the longest first. Slots that were left to time have no holder.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn holders(&self, name: &str) -> Result<Vec<SlotHolder>> {
        let store = self.0.require_store()?;
        store.slot_holders(name.to_owned()).await.map_err(|error| Error::store(None, error))
    }

    /// Deletes the limit of this name; whether there was one. Who waits for it goes on, and who holds slots of it holds none any more.
    ///
    /// # Errors
    ///
    /// The store cannot write, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, it may be deleted or not.
    pub async fn delete(&self, name: &str) -> Result<bool> {
        self.change(LimitChange::Delete(name.to_owned())).await
    }

    async fn change(&self, change: LimitChange) -> Result<bool> {
        let (name, limit) = match &change {
            LimitChange::Create(limit) | LimitChange::Update(limit) => {
                limit.check().map_err(ConcurrencyError::Invalid)?;
                (limit.name.clone(), Some(limit.clone()))
            }
            LimitChange::Delete(name) => (name.clone(), None),
        };
        let engine = &self.0;
        let changed = engine.require_store()?.change_limit(change, engine.now()).await;
        let changed = changed.map_err(|error| Error::store(None, error))?;
        if changed {
            engine.limit_has_changed(&name, limit.as_ref());
        }
        Ok(changed)
    }

    fn state(&self, used: LimitUse) -> ConcurrencyLimitState {
        let occupied = used.occupied(self.0.now());
        let waiting = self.0.waiting_for(&used.limit.name);
        ConcurrencyLimitState { limit: used.limit, occupied, waiting }
    }
}
