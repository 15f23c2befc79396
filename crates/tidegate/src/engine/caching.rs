//! Taking a result that another run has left, and leaving one. What makes a key, and whether there is one, is decided in `cache`;
//! when whose turn it is to compute, in `turn`.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tidegate_core::{CacheEntry, CacheKey, Run, RunKind, State, StateResult, Verdict, Write};

use crate::cache::{By, Choice, Facts, IsolationLevel, key_of_policy, key_of_text};
use crate::engine::context::Computing;
use crate::engine::ownership::Claim;
use crate::engine::panics::Panic;
use crate::engine::turn::{Line, Turn};
use crate::engine::{Body, Context, Execution, waiting};
use crate::error::Result;
use crate::options::Keeping;
use crate::transaction::Transaction;

/// Under what a run leaves its result, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leave {
    key: CacheKey,
    expiration: Option<Duration>,
}

/// How the result of a run is cached.
pub(super) struct Caching {
    leave: Leave,
    isolation: IsolationLevel,
    refresh: bool,
    /// The result was left in the transaction in which the run has ended.
    left: bool,
    /// Kept until the result is recorded.
    turn: Option<Turn>,
}

impl Leave {
    /// What others find of a run that has completed, if its result is kept.
    pub(super) fn write(self, run: &Run) -> Option<Write> {
        let state = run.state().filter(|state| state.is_completed())?;
        let result = state.result.clone().filter(|result| match result {
            StateResult::Recorded { .. } | StateResult::Persisted { .. } => true,
            StateResult::Unpersisted => false,
        })?;
        let created = state.timestamp;
        let expires = self.expiration.and_then(|expiration| {
            created.checked_add_signed(TimeDelta::from_std(expiration).ok()?)
        });
        let entry = CacheEntry { key: self.key, run_id: run.id, result, created, expires };
        Some(Write::Cache { entry: Box::new(entry), lease: run.lease })
    }
}

impl Execution {
    /// Keeps what is known of the arguments of a flow run, which its first attempt may use up, for the keys of its tasks.
    pub(super) fn remember_inputs(&self, body: &dyn Body) {
        let engine = self.live.engine();
        if self.live.kind() == RunKind::Flow
            && engine.store().is_some()
            && !engine.settings().disable_caching
        {
            self.live.remember_inputs(body.inputs());
        }
    }

    /// Ends the run with a result that another has left, if there is one that may be taken.
    pub(super) async fn take_cached(&mut self, body: &mut dyn Body) -> Option<Result<()>> {
        let engine = self.live.engine();
        let choice = Choice::of(&self.options, engine.settings())?;
        engine.store()?;
        if let Some(ignored) = self.ignored()
            && self.live.definition().tells_first_time()
        {
            self.live.logger().warning(ignored);
        }
        let kept = self.live.keeping() != Keeping::Never && body.is_recordable();
        if !kept || self.result_key.is_some() {
            return None;
        }
        let caching = self.key(&choice, body).map(|(key, isolation)| Caching {
            leave: Leave { key, expiration: choice.expiration },
            isolation,
            refresh: choice.refresh,
            left: false,
            turn: None,
        })?;
        self.caching = Some(Box::new(caching));
        Box::pin(self.look_up(body)).await
    }

    /// The key of what the run computes. That there is none because something is wrong is said.
    fn key(&self, choice: &Choice<'_>, body: &dyn Body) -> Option<(CacheKey, IsolationLevel)> {
        let made = match choice.by {
            By::Function(function) => {
                let run = self.live.record().clone();
                match Panic::catch_sync(|| function.call(&run)) {
                    Ok(Ok(key)) => Ok(key.map(|key| key_of_text(&key))),
                    Ok(Err(error)) => Err(format!("{} failed: {error}", function.name())),
                    Err(panic) => Err(format!("{} {panic}", function.name())),
                }
            }
            By::Policy(policy) => {
                let (definition, inputs) = (self.live.definition(), body.inputs());
                let flow = self.live.flow();
                let facts = Facts {
                    task: definition.key(),
                    source: definition.source_number(),
                    run: flow.map_or_else(|| self.live.id(), |flow| flow.id()),
                    flow: flow.and_then(|flow| flow.inputs()),
                    inputs: &inputs,
                };
                key_of_policy(policy, &facts).map_err(|uncacheable| uncacheable.to_string())
            }
        };
        match made {
            Ok(key) => key.map(|key| (key, choice.isolation())),
            Err(why) => {
                self.live.logger().error(format_args!(
                    "Error encountered when computing cache key - result will not be cached: {why}"
                ));
                None
            }
        }
    }

    /// What the options of the task say of caching in vain.
    fn ignored(&self) -> Option<String> {
        let (options, name) = (&self.options, self.live.definition().name());
        let asked = match (&options.cache_key_fn, &options.cache_policy) {
            (Some(_), _) => "cache_key_fn",
            (None, Some(_)) => "cache_policy",
            (None, None) => return None,
        };
        if options.persist_result == Some(false) {
            return Some(format!(
                "`{asked}` of task '{name}' is ignored, because `persist_result` is false."
            ));
        }
        if self.result_key.is_some() {
            return Some(format!(
                "Both `{asked}` and `result_storage_key` are set on task '{name}'. `result_storage_key` will be used."
            ));
        }
        (options.cache_key_fn.is_some() && options.cache_policy.is_some()).then(|| {
            format!(
                "Both `cache_policy` and `cache_key_fn` are set on task '{name}'. `cache_key_fn` will be used."
            )
        })
    }

    /// Looks for a result, and waits for those who compute it where they keep out of each other's way.
    async fn look_up(&mut self, body: &mut dyn Body) -> Option<Result<()>> {
        let (key, isolation, refresh) = {
            let caching = self.caching.as_ref()?;
            (caching.leave.key, caching.isolation, caching.refresh)
        };
        if let Some(end) = self.take_entry(key, refresh, body).await {
            return Some(end);
        }
        match isolation {
            IsolationLevel::Serializable if !self.context.computes(key) => {}
            // What is called in the computation of a key is part of it, and would wait for itself.
            IsolationLevel::Serializable | IsolationLevel::ReadCommitted => return None,
        }
        let lease = self.claim.as_ref().map(Claim::lease);
        let mut line = Line::new(self.live.engine(), key, lease);
        let turn = loop {
            match waiting(line.step()).await {
                Ok(Some(turn)) => break Some(turn),
                Ok(None) => {
                    if let Some(end) = self.take_entry(key, refresh, body).await {
                        return Some(end);
                    }
                }
                Err(error) => {
                    self.say_lookup_failed(&error);
                    break line.into_turn();
                }
            }
        };
        self.context = Arc::new(Context {
            computing: Some(Arc::new(Computing::new(key, self.context.computing.clone()))),
            ..(*self.context).clone()
        });
        if let Some(caching) = &mut self.caching {
            caching.turn = turn;
        }
        None
    }

    /// Ends the run with the result that is kept under the key, if it can be read and has not expired.
    async fn take_entry(
        &mut self,
        key: CacheKey,
        refresh: bool,
        body: &mut dyn Body,
    ) -> Option<Result<()>> {
        if refresh {
            return None;
        }
        let engine = self.live.engine().clone();
        let found = match engine.store()?.cached(key).await {
            Ok(found) => found,
            Err(error) => {
                self.say_lookup_failed(&error);
                return None;
            }
        };
        let now = engine.now();
        let entry = found.filter(|entry| !entry.has_expired(now))?;
        let state = State::cached(now).with_result(entry.result);
        if let Err(error) = self.restore_result(&state, body).await {
            self.live.logger().warning(format_args!(
                "What is cached of run {} cannot be taken, so the task runs: {error}",
                entry.run_id
            ));
            return None;
        }
        match self.propose(state) {
            Verdict::Accept | Verdict::Replace(_) => {
                self.caching = None;
                let entered = self.live.state()?;
                Some(self.ended_in(entered, None))
            }
            Verdict::Reject(_) | Verdict::Wait(_) => None,
        }
    }

    fn say_lookup_failed(&self, error: &dyn std::fmt::Display) {
        self.live.logger().warning(format_args!(
            "Cannot find out whether a result is cached, so the task runs: {error}"
        ));
    }

    /// Leaves the result of a run that has completed to others.
    pub(super) async fn leave_result(&mut self) {
        let Some(caching) = self.caching.as_ref().filter(|caching| !caching.left) else { return };
        let write = caching.leave.write(&self.live.record());
        let transaction = Transaction::open_of(&self.live);
        // What is called in a transaction is left to others when that is committed.
        let write = match (write, transaction) {
            (Some(write), Some(transaction)) => transaction.defer(write),
            (write, _) => write,
        };
        if let Some(write) = write
            && let Some(store) = self.live.engine().store()
            && let Err(error) = store.put(write).await
        {
            self.live.logger().warning(format_args!("The result is not cached: {error}"));
        }
    }

    /// Under what the result is left, for a transaction that leaves it.
    pub(super) fn leave(&self) -> Option<Leave> {
        let waits = Transaction::open_of(&self.live).is_some_and(|each| each.defers());
        self.caching.as_ref().filter(|_| !waits).map(|caching| caching.leave)
    }

    /// The result was left in a transaction.
    pub(super) fn has_left_result(&mut self) {
        let left = self.leave().is_some();
        if let Some(caching) = &mut self.caching {
            caching.left = left;
        }
    }
}
