//! The transaction of a run. A task run has one when it is part of another, calls tasks, or has hooks; a subflow run only when it is part of
//! another. Most runs have none. What follows from the end of the run is asked for by the engine, step by step.

use std::sync::Arc;

use tidegate_core::store::Advance;
use tidegate_core::{
    LeaseId, RunId, RunKind, State, Store, StoreError, Timestamp, TransactionRecord,
    TransactionState, Write,
};

use super::end::roll_back;
use super::ledger::Ledger;
use super::node::{Own, Parts};
use super::{CommitMode, Transaction};
use crate::engine::{Context, LiveRun};
use crate::error::Result;
use crate::isolation::IsolationLevel;
use crate::options::Options;

impl Transaction {
    /// The transaction of a run that is called at `outer`, if it is to have one from the start.
    pub(crate) fn of_call(live: &Arc<LiveRun>, outer: &Arc<Context>, options: &Options) {
        let parent = outer.transaction();
        if parent.is_none() && options.on_commit.is_empty() && options.on_rollback.is_empty() {
            return;
        }
        let transaction = Self::of_run(live, outer, parent);
        *live.own_transaction() = Own::Open(transaction);
    }

    /// The transaction of a run whose body runs; that of a task run is made when it is asked for first.
    pub(crate) fn of_body(live: &Arc<LiveRun>) -> Option<Self> {
        let mut own = live.own_transaction();
        match (&*own, live.kind()) {
            (Own::Open(transaction), _) => Some(transaction.clone()),
            (Own::Left, _) | (Own::Unasked, RunKind::Flow) => None,
            (Own::Unasked, RunKind::Task) => {
                let engine = Some(live.engine().clone());
                let outer = Context { engine, flow: live.flow().cloned(), ..Context::default() };
                let transaction = Self::of_run(live, &Arc::new(outer), None);
                *own = Own::Open(transaction.clone());
                Some(transaction)
            }
        }
    }

    fn of_run(live: &Arc<LiveRun>, outer: &Arc<Context>, parent: Option<Self>) -> Self {
        let around = parent.as_ref().map(|parent| &*parent.0);
        let mode = around.map_or(CommitMode::Lazy, |around| around.mode);
        let isolation = around.map_or(IsolationLevel::default(), |around| around.isolation);
        Self::new(Parts {
            parent,
            run: Some(Arc::clone(live)),
            engine: live.engine().clone(),
            context: Arc::clone(outer),
            mode,
            isolation,
            call_key: live.record().call_key,
            on_commit: Vec::new(),
            on_rollback: Vec::new(),
        })
    }

    /// The one of a run, while it is open.
    pub(crate) fn open_of(live: &LiveRun) -> Option<Self> {
        match &*live.own_transaction() {
            Own::Open(transaction) => Some(transaction.clone()),
            Own::Unasked | Own::Left => None,
        }
    }

    /// Takes the values that an earlier attempt of the flow run has recorded of a task run, whose body does not run again.
    pub(crate) fn restore_values(live: &Arc<LiveRun>) {
        let key = live.record().call_key;
        let record = key.and_then(|key| live.flow()?.calls()?.transaction(key));
        let Some(record) = record.filter(|record| !record.values.is_empty()) else { return };
        if let Some(transaction) = Self::of_body(live) {
            let values = record.values.into_iter().map(|(name, json)| (name, json.into()));
            transaction.lock().values.extend(values);
        }
    }

    /// Its run has completed, in this state: it has what it needs for either end. To be asked before that is recorded.
    pub(crate) async fn stage_run(&self, state: &State, options: &Options, replayed: bool) {
        let has_values = {
            let mut inner = self.lock();
            if state.name == "Cached" {
                // What it took was done by another.
                inner.state = TransactionState::Committed;
                return;
            }
            inner.completed = true;
            if inner.state == TransactionState::Active {
                inner.state = TransactionState::Staged;
            }
            inner.on_commit.extend(options.on_commit.iter().cloned());
            inner.on_rollback.extend(options.on_rollback.iter().cloned());
            !inner.values.is_empty()
        };
        if has_values && !replayed && self.0.call_key.is_some() {
            Ledger::of(self).keep_values().await;
        }
    }

    /// Its run has failed. What was done in a task is undone, and what it is in is rolled back; what was done in a subflow is left to what
    /// that is in. To be asked before the end is recorded.
    pub(crate) async fn fail_run(&self) {
        if self.task().is_some() {
            self.rollback().await;
            self.roll_back_parent().await;
        }
    }

    /// The end of its run is recorded.
    pub(crate) async fn leave_run(&self) -> Result<()> {
        let Some(run) = &self.0.run else { return Ok(()) };
        if self.task().is_none() {
            self.join().await;
        }
        *run.own_transaction() = Own::Left;
        let ended = self.end_well().await;
        let by_itself = self.lock().completed || self.task().is_none();
        if by_itself && self.state() == TransactionState::RolledBack {
            self.roll_back_parent().await;
        }
        self.leave_parent();
        ended
    }

    /// Its run was given up.
    pub(crate) fn abandon_run(live: &LiveRun) {
        let own = std::mem::replace(&mut *live.own_transaction(), Own::Left);
        if let Own::Open(transaction) = own {
            transaction.abandon();
        }
    }

    /// Has a write wait for the commit; what the writer does now if it does not have to wait.
    pub(crate) fn defer(&self, write: Write) -> Option<Write> {
        if self.commits_itself() {
            return Some(write);
        }
        self.lock().deferred.push(write);
        None
    }

    /// Whether what is left for others has to wait for a commit.
    pub(crate) fn defers(&self) -> bool {
        !self.commits_itself()
    }
}

/// What earlier attempts have recorded of the transactions of a flow run. A rollback that its process did not live to finish is finished:
/// the task runs in it become RolledBack, so that they run again.
pub(crate) async fn interrupted_rollbacks(
    store: &dyn Store,
    flow_run: RunId,
    lease: Option<LeaseId>,
    now: Timestamp,
) -> Result<Vec<TransactionRecord>, StoreError> {
    let mut transactions = store.transactions(flow_run).await?;
    for transaction in transactions.iter_mut().filter(|each| !each.undone.is_empty()) {
        let mut flows = Vec::new();
        for id in &transaction.undone {
            match store.run(*id).await? {
                Some(run) if run.kind() == RunKind::Flow => flows.push(*id),
                Some(mut run) if run.state().is_some_and(is_taken) => {
                    let known = run.states.len();
                    roll_back(&mut run, lease, now);
                    store.put(Write::Advance(Box::new(Advance::since(&run, known)))).await?;
                }
                Some(_) | None => {}
            }
        }
        if flows.len() < transaction.undone.len() {
            transaction.undone = flows;
            let record = Box::new(transaction.clone());
            store.put(Write::Transaction { record, lease }).await?;
        }
    }
    Ok(transactions)
}

/// Whether a run in this state would be taken for completed by one that runs again.
fn is_taken(state: &State) -> bool {
    state.is_completed() && state.keeps_result()
}
