//! The transaction of a task run: made when the run is part of another, calls tasks, or has hooks; most runs have none. What follows from the
//! end of the run is asked for by the engine, step by step.

use std::sync::Arc;

use tidegate_core::store::Advance;
use tidegate_core::{
    LeaseId, RunId, State, Store, StoreError, Timestamp, TransactionRecord, TransactionState, Write,
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
    /// The transaction of a task run that is called at `outer`, if it is to have one from the start.
    pub(crate) fn of_call(live: &Arc<LiveRun>, outer: &Arc<Context>, options: &Options) {
        let parent = outer.transaction();
        if parent.is_none() && options.on_commit.is_empty() && options.on_rollback.is_empty() {
            return;
        }
        let transaction = Self::of_task(live, outer, parent);
        *live.own_transaction() = Own::Open(transaction);
    }

    /// The transaction of a task run whose body runs; made when it is asked for first.
    pub(crate) fn of_body(live: &Arc<LiveRun>) -> Option<Self> {
        let mut own = live.own_transaction();
        match &*own {
            Own::Open(transaction) => Some(transaction.clone()),
            Own::Left => None,
            Own::Unasked => {
                let engine = Some(live.engine().clone());
                let outer = Context { engine, flow: live.flow().cloned(), ..Context::default() };
                let transaction = Self::of_task(live, &Arc::new(outer), None);
                *own = Own::Open(transaction.clone());
                Some(transaction)
            }
        }
    }

    fn of_task(live: &Arc<LiveRun>, outer: &Arc<Context>, parent: Option<Self>) -> Self {
        let around = parent.as_ref().map(|parent| &*parent.0);
        let mode = around.map_or(CommitMode::Lazy, |around| around.mode);
        let isolation = around.map_or(IsolationLevel::default(), |around| around.isolation);
        Self::new(Parts {
            parent,
            task: Some(Arc::clone(live)),
            engine: live.engine().clone(),
            context: Arc::clone(outer),
            mode,
            isolation,
            call_key: live.record().call_key,
            on_commit: Vec::new(),
            on_rollback: Vec::new(),
        })
    }

    /// The one of a task run, while it is open.
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

    /// Its task run has completed, in this state: it has what it needs for either end. To be asked before that is recorded.
    pub(crate) async fn stage_task(&self, state: &State, options: &Options) {
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
        if has_values && self.0.call_key.is_some() {
            Ledger::of(self).keep_values().await;
        }
    }

    /// Its task run has failed: what was done in it is undone, and what it is in is rolled back. To be asked before that is recorded.
    pub(crate) async fn fail_task(&self) {
        self.rollback().await;
        self.roll_back_parent().await;
    }

    /// The end of its task run is recorded.
    pub(crate) async fn leave_task(&self) -> Result<()> {
        let Some(task) = &self.0.task else { return Ok(()) };
        *task.own_transaction() = Own::Left;
        let ended = self.end_well().await;
        if self.lock().completed && self.state() == TransactionState::RolledBack {
            self.roll_back_parent().await;
        }
        self.leave_parent();
        ended
    }

    /// Its task run was given up.
    pub(crate) fn abandon_task(live: &LiveRun) {
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
        for id in std::mem::take(&mut transaction.undone) {
            let found = store.run(id).await?;
            let state = found.as_ref().and_then(|run| run.state());
            let is_undone =
                state.is_none_or(|state| !state.is_completed() || !state.keeps_result());
            let Some(mut run) = found.filter(|_| !is_undone) else { continue };
            let known = run.states.len();
            roll_back(&mut run, lease, now);
            store.put(Write::Advance(Box::new(Advance::since(&run, known)))).await?;
        }
        let record = Box::new(transaction.clone());
        store.put(Write::Transaction { record, lease }).await?;
    }
    Ok(transactions)
}
