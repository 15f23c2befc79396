//! The two ends of a transaction. A commit is recorded first, and then what is in it comes before itself; a rollback undoes itself first, and
//! then what is in it, the last first. Whether it is committed is decided by others.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};
use tidegate_core::store::Advance;
use tidegate_core::{
    HookKind, HookStatus, LeaseId, Policy, Proposal, Run, State, Timestamp, TransactionState,
    Write, transition,
};

use super::ledger::Ledger;
use super::node::Ending;
use super::{Transaction, TransactionHook};
use crate::engine::{Context, LiveRun, Panic};
use crate::error::{Error, Result};

/// Whether a rollback began with a transaction, or with the one it is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outermost,
    Inner,
}

impl Transaction {
    /// Commits it now, with what is in it: records that, and then calls the commit hooks. Says whether it is committed.
    ///
    /// A hook that fails rolls back what it belongs to.
    ///
    /// # Errors
    ///
    /// The commit cannot be recorded. No hook is called then.
    ///
    /// # Cancel safety
    ///
    /// Once it is recorded it is committed. Hooks that were not called are called when the flow run is resumed.
    pub async fn commit(&self) -> Result<bool> {
        if !self.begin_ending(Ending::Commit) {
            return Ok(self.state() == TransactionState::Committed);
        }
        let mut ledger = Ledger::of(self);
        ledger.plan_commit(self);
        let has_last_word = ledger.has_last_word();
        if self.lock().completed {
            ledger.tell_decision(TransactionState::Committed).await;
        } else if let Err(error) = ledger.decide(TransactionState::Committed).await {
            self.lock().ending = Ending::None;
            return Err(Error::store(None, error));
        }
        self.commit_node(&mut ledger).await;
        if has_last_word || ledger.has_last_word() {
            ledger.close(self.state()).await;
        }
        Ok(self.state() == TransactionState::Committed)
    }

    /// Rolls it back now, with what is in it. Says whether it is rolled back; one that is on record as committed, by a process that died
    /// after that, is not.
    ///
    /// # Cancel safety
    ///
    /// When the future is dropped, what was not undone by then stays as it is.
    pub async fn rollback(&self) -> bool {
        if self.0.was_committed || !self.begin_ending(Ending::Rollback) {
            return self.state() == TransactionState::RolledBack;
        }
        let mut ledger = Ledger::of(self);
        ledger.plan_rollback(self);
        let has_last_word = ledger.has_last_word();
        if let Err(error) = ledger.decide(TransactionState::RolledBack).await {
            self.logger()
                .error(format_args!("The rollback of a transaction is not recorded: {error}"));
        }
        self.roll_back_node(&mut ledger, Place::Outermost).await;
        if has_last_word {
            ledger.close(TransactionState::RolledBack).await;
        }
        self.state() == TransactionState::RolledBack
    }

    fn commit_node<'a>(&'a self, ledger: &'a mut Ledger) -> BoxFuture<'a, ()> {
        async move {
            if self.has_ended() {
                return;
            }
            let children = std::mem::take(&mut self.lock().children);
            for child in &children {
                child.commit_node(ledger).await;
            }
            let hooks = self.lock().on_commit.clone();
            for hook in &hooks {
                if !self.call(HookKind::Commit, hook, ledger).await {
                    ledger.skip(HookKind::Commit, self);
                    ledger.plan_rollback(self);
                    self.roll_back_node(ledger, Place::Outermost).await;
                    return;
                }
            }
            self.publish().await;
            self.lock().state = TransactionState::Committed;
            self.ended();
        }
        .boxed()
    }

    fn roll_back_node<'a>(&'a self, ledger: &'a mut Ledger, place: Place) -> BoxFuture<'a, ()> {
        async move {
            if self.has_ended() {
                return;
            }
            let hooks = self.lock().on_rollback.clone();
            for hook in hooks.iter().rev() {
                if !self.call(HookKind::Rollback, hook, ledger).await && place == Place::Inner {
                    ledger.skip(HookKind::Rollback, self);
                    ledger.stays(self);
                    return;
                }
            }
            let (children, completed) = {
                let mut inner = self.lock();
                inner.state = TransactionState::RolledBack;
                inner.deferred.clear();
                (std::mem::take(&mut inner.children), inner.completed)
            };
            if let Some(task) = self.task().filter(|_| completed) {
                record_rolled_back(task, ledger.lease).await;
            }
            for child in children.iter().rev() {
                child.roll_back_node(ledger, Place::Inner).await;
            }
            self.ended();
        }
        .boxed()
    }

    /// Calls a hook, unless it is on record as done; whether it went through.
    async fn call(&self, kind: HookKind, hook: &TransactionHook, ledger: &mut Ledger) -> bool {
        let (place, done) = ledger.meet(kind, self, hook);
        if done {
            return true;
        }
        let (name, word, logger) = (hook.name(), kind.as_str(), self.logger());
        logger.info(format_args!("Running {word} hook '{name}'"));
        let context = Arc::new(Context { transaction: None, ..(*self.0.context).clone() });
        let call = context.scope(async { hook.call(self.clone()).await });
        let failed = match Panic::catch(call).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.root_text()),
            Err(panic) => Some(panic.to_string()),
        };
        match failed {
            None => {
                let first = word[..1].to_uppercase();
                let rest = &word[1..];
                logger.info(format_args!(
                    "{first}{rest} hook '{name}' finished running successfully"
                ));
                ledger.tell(place, HookStatus::Done);
            }
            Some(text) => {
                logger.error(format_args!(
                    "An error was encountered while running {word} hook '{name}': {text}"
                ));
                ledger.tell(place, HookStatus::Failed(text));
                ledger.record().await;
                return false;
            }
        }
        ledger.record().await;
        true
    }

    /// Lets appear what waited for the commit.
    async fn publish(&self) {
        let deferred = std::mem::take(&mut self.lock().deferred);
        let value = self.kept_value();
        let Some(store) = self.0.engine.store() else { return };
        for write in deferred.into_iter().chain(value) {
            if let Err(error) = store.put(write).await {
                self.logger().warning(format_args!("A result is not kept under its key: {error}"));
            }
        }
    }

    /// Lets go of what an open transaction holds.
    fn ended(&self) {
        if let Some(keyed) = self.0.keyed.get() {
            keyed.end_turn();
        }
    }
}

/// Lets a task run that has completed enter RolledBack. Of one whose result was taken from the record, the record knows more than is
/// known here.
async fn record_rolled_back(task: &LiveRun, lease: Option<LeaseId>) {
    let engine = task.engine();
    let recorded = match engine.store() {
        Some(store) => store.run(task.id()).await.unwrap_or_default(),
        None => None,
    };
    let mut run = recorded.unwrap_or_else(|| task.record().clone());
    let known = run.states.len();
    roll_back(&mut run, lease, engine.now());
    if let Some(store) = engine.store() {
        let write = Write::Advance(Box::new(Advance::since(&run, known)));
        if let Err(error) = store.put(write).await {
            task.logger().error(format_args!("{error}"));
        }
    }
    *task.record_mut() = run;
}

/// Lets the record of a task run that has completed enter RolledBack.
pub(super) fn roll_back(run: &mut Run, lease: Option<LeaseId>, now: Timestamp) {
    let state = State::rolled_back(now).message("Task rolled back as part of transaction");
    let proposal = Proposal { policy: Policy::Force, ..Proposal::new(state) };
    let _ = transition(run, proposal, now);
    run.lease = lease;
}
