//! Which tags have a limit, so that task runs under other tags cost the store nothing. What this process changes is known at once;
//! what another changes, a second later.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use tidegate_core::{ConcurrencyLimit, StoreError, Timestamp};
use tokio::sync::OnceCell;

use crate::engine::Engine;

/// How old what is known may be, where other processes use the same store.
const FRESH_FOR: TimeDelta = TimeDelta::seconds(1);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct TagLimits {
    /// Set once the store was asked for the first time.
    asked: OnceCell<()>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The names of active limits on tags.
    limits: Arc<HashSet<String>>,
    as_of: Option<Timestamp>,
    /// How often this process has changed a limit.
    changes: u64,
}

impl TagLimits {
    /// A limit was made, changed, or deleted in this process.
    pub(super) fn changed(&self, name: &str, limit: Option<&ConcurrencyLimit>) {
        if ConcurrencyLimit::tag_of_name(name).is_none() {
            return;
        }
        let mut known = self.lock();
        known.changes += 1;
        let limits = Arc::make_mut(&mut known.limits);
        if limit.is_some_and(|limit| limit.active) {
            limits.insert(name.to_owned());
        } else {
            limits.remove(name);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known, unless it is too old; then whoever is told so asks, and the others make do with it meanwhile.
    fn fresh(&self, now: Timestamp, shared: bool) -> Option<Arc<HashSet<String>>> {
        let mut known = self.lock();
        let is_old = |as_of: Timestamp| shared && now - as_of >= FRESH_FOR;
        match known.as_of {
            Some(as_of) if !is_old(as_of) => Some(Arc::clone(&known.limits)),
            Some(_) => {
                known.as_of = Some(now);
                None
            }
            None => None,
        }
    }
}

impl Engine {
    /// The limits on these tags.
    pub(super) async fn limits_on(&self, tags: &[String]) -> Result<Vec<String>, StoreError> {
        let known = &self.0.slots.tags;
        if tags.is_empty() || self.store().is_none() {
            return Ok(Vec::new());
        }
        if !known.asked.initialized() {
            known.asked.get_or_try_init(|| self.learn_tag_limits()).await?;
        }
        let shared = self.store().is_some_and(|store| store.info().shared);
        let limits = match known.fresh(self.now(), shared) {
            Some(limits) => limits,
            None => {
                if let Err(error) = self.learn_tag_limits().await {
                    tracing::debug!(target: "tidegate::engine", "limits on tags as they were: {error}");
                }
                Arc::clone(&known.lock().limits)
            }
        };
        if limits.is_empty() {
            return Ok(Vec::new());
        }
        let names = tags.iter().map(|tag| ConcurrencyLimit::name_for_tag(tag));
        Ok(names.filter(|name| limits.contains(name)).collect())
    }

    /// Asks the store which tags have a limit.
    async fn learn_tag_limits(&self) -> Result<(), StoreError> {
        let Some(store) = self.store() else { return Ok(()) };
        let (changes, now) = (self.0.slots.tags.lock().changes, self.now());
        let found = store.limits(Vec::new()).await?;
        let active = found.into_iter().map(|found| found.limit).filter(|limit| limit.active);
        let names = active.map(|limit| limit.name);
        let on_tags = names.filter(|name| ConcurrencyLimit::tag_of_name(name).is_some()).collect();
        let mut known = self.0.slots.tags.lock();
        // An answer from before a change is not as good as what is known.
        if known.changes == changes {
            known.limits = Arc::new(on_tags);
            known.as_of = Some(now);
        }
        Ok(())
    }
}
