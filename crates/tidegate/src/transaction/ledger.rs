//! What is recorded of the end of a transaction: that it is committed or rolled back before any hook is called, and then what has become
//! of each. A hook that is on record as done is not called again. Nothing is recorded of a transaction without hooks: there is nothing
//! that could be left undone.

use std::sync::Arc;

use tidegate_core::{
    HookKind, HookRecord, HookStatus, LeaseId, RunId, RunKind, Store, StoreError,
    TransactionRecord, TransactionState, Write,
};

use super::{Transaction, TransactionHook};

/// See the module.
pub(super) struct Ledger {
    store: Option<Arc<dyn Store>>,
    pub(super) lease: Option<LeaseId>,
    record: TransactionRecord,
    /// Which hooks of the record were come to.
    met: Vec<bool>,
    /// What an earlier attempt of the flow run has recorded.
    earlier: Vec<HookRecord>,
    /// Subflow runs that are undone. No state says so of them, so the record does for ever.
    flows: Vec<RunId>,
    /// Whether there is a record, or has to be.
    kept: bool,
}

impl Ledger {
    /// The ledger of a transaction that ends now. One that was committed in an earlier attempt of its flow run goes on with its record.
    pub(super) fn of(transaction: &Transaction) -> Self {
        let node = &*transaction.0;
        let flow = node.context.flow.as_ref();
        let earlier = node
            .call_key
            .and_then(|key| flow?.calls()?.transaction(key))
            .filter(|earlier| earlier.state != TransactionState::RolledBack);
        let (id, earlier) = match earlier {
            Some(earlier) => (earlier.id, earlier.hooks),
            None => (node.id, Vec::new()),
        };
        let values = transaction.lock().values.clone();
        let task = transaction.task().or(node.context.task.as_ref());
        let record = TransactionRecord {
            id,
            flow_run_id: flow.map(|flow| flow.id()),
            task_run_id: task.map(|task| task.id()),
            call_key: node.call_key,
            key: transaction.key().map(ToOwned::to_owned),
            state: transaction.state(),
            timestamp: node.engine.now(),
            values: values.into_iter().map(|(name, json)| (name, json.to_string())).collect(),
            hooks: Vec::new(),
            undone: Vec::new(),
        };
        Self {
            store: node.engine.store().cloned(),
            lease: transaction.lease(),
            kept: !earlier.is_empty(),
            record,
            met: Vec::new(),
            earlier,
            flows: Vec::new(),
        }
    }

    /// Adds the hooks that a commit calls, in their order.
    pub(super) fn plan_commit(&mut self, transaction: &Transaction) {
        if transaction.has_ended() {
            return;
        }
        let (children, hooks) = {
            let inner = transaction.lock();
            (inner.children.clone(), inner.on_commit.clone())
        };
        for child in &children {
            self.plan_commit(child);
        }
        self.plan(HookKind::Commit, transaction, hooks.iter());
    }

    /// Adds the hooks that a rollback calls, in their order, and the task runs that it undoes.
    pub(super) fn plan_rollback(&mut self, transaction: &Transaction) {
        if transaction.has_ended() {
            return;
        }
        let (children, hooks, completed) = {
            let inner = transaction.lock();
            (inner.children.clone(), inner.on_rollback.clone(), inner.completed)
        };
        self.plan(HookKind::Rollback, transaction, hooks.iter().rev());
        if let Some(run) = transaction.0.run.as_ref().filter(|_| completed) {
            self.record.undone.push(run.id());
            if run.kind() == RunKind::Flow {
                self.flows.push(run.id());
                self.kept = true;
            }
        }
        for child in children.iter().rev() {
            self.plan_rollback(child);
        }
    }

    fn plan<'a>(
        &mut self,
        kind: HookKind,
        transaction: &Transaction,
        hooks: impl Iterator<Item = &'a TransactionHook>,
    ) {
        let task_run_id = task_of(transaction);
        for hook in hooks {
            let hook = HookRecord {
                kind,
                name: hook.name().to_owned(),
                task_run_id,
                status: HookStatus::Done,
            };
            // Each that is done stands for one call.
            let done = self.earlier.iter().position(|earlier| *earlier == hook);
            let status = match done {
                Some(place) => {
                    self.earlier.swap_remove(place);
                    HookStatus::Done
                }
                None => HookStatus::Pending,
            };
            self.record.hooks.push(HookRecord { status, ..hook });
            self.met.push(false);
            self.kept = true;
        }
    }

    /// Whether a hook that is about to be called is done already.
    pub(super) fn meet(
        &mut self,
        kind: HookKind,
        transaction: &Transaction,
        hook: &TransactionHook,
    ) -> (usize, bool) {
        let task_run_id = task_of(transaction);
        let is_it = |(place, record): &(usize, &HookRecord)| {
            !self.met[*place]
                && record.kind == kind
                && record.task_run_id == task_run_id
                && record.name == hook.name()
        };
        if let Some(place) =
            self.record.hooks.iter().enumerate().find(is_it).map(|(place, _)| place)
        {
            self.met[place] = true;
            return (place, self.record.hooks[place].status == HookStatus::Done);
        }
        // It was added by another hook.
        self.plan(kind, transaction, std::iter::once(hook));
        let place = self.met.len() - 1;
        self.met[place] = true;
        (place, false)
    }

    /// What has become of a hook.
    pub(super) fn tell(&mut self, place: usize, status: HookStatus) {
        self.record.hooks[place].status = status;
    }

    /// The hooks of a transaction that are not called, because one before them failed.
    pub(super) fn skip(&mut self, kind: HookKind, transaction: &Transaction) {
        let task_run_id = task_of(transaction);
        for (hook, met) in self.record.hooks.iter_mut().zip(&mut self.met) {
            if !*met && hook.kind == kind && hook.task_run_id == task_run_id {
                *met = true;
                hook.status = HookStatus::Skipped;
            }
        }
    }

    /// A task run stays as it is, because what undoes it failed.
    pub(super) fn stays(&mut self, transaction: &Transaction) {
        if let Some(task) = transaction.task() {
            self.record.undone.retain(|undone| *undone != task.id());
        }
    }

    /// What is to be put now; none where there is nothing to keep.
    fn write(&self) -> Option<Write> {
        let kept = self.kept && self.store.is_some();
        kept.then(|| Write::Transaction {
            record: Box::new(self.record.clone()),
            lease: self.lease,
        })
    }

    /// Whether a hook is still to be called.
    pub(super) fn is_pending(&self) -> bool {
        self.record.hooks.iter().any(|hook| hook.status == HookStatus::Pending)
    }

    /// Whether there is something to say when all is done.
    pub(super) fn has_last_word(&self) -> bool {
        self.is_pending() || !self.flows.is_empty()
    }

    /// Makes the decision durable, before any hook is called.
    pub(super) async fn decide(&mut self, state: TransactionState) -> Result<(), StoreError> {
        self.record.state = state;
        match (self.write(), &self.store) {
            (Some(write), Some(store)) if self.is_pending() => store.put_acknowledged(write).await,
            _ => Ok(()),
        }
    }

    /// Records the decision of a task run whose own record makes it durable.
    pub(super) async fn tell_decision(&mut self, state: TransactionState) {
        self.record.state = state;
        if self.is_pending() {
            self.record().await;
        }
    }

    /// Records the values that a task has set, which is all there is to say before it is committed.
    pub(super) async fn keep_values(&mut self) {
        self.record.state = TransactionState::Staged;
        self.record.hooks.append(&mut self.earlier);
        self.kept |= !self.record.values.is_empty();
        self.record().await;
    }

    /// Records what has become of hooks so far.
    pub(super) async fn record(&self) {
        if let (Some(write), Some(store)) = (self.write(), &self.store)
            && let Err(error) = store.put(write).await
        {
            say_unrecorded(&error);
        }
    }

    /// The last word, which is durable before anything follows: by now, what is undone says so itself.
    pub(super) async fn close(&mut self, state: TransactionState) {
        self.record.undone.clone_from(&self.flows);
        self.record.state = state;
        if let (Some(write), Some(store)) = (self.write(), &self.store)
            && let Err(error) = store.put_acknowledged(write).await
        {
            say_unrecorded(&error);
        }
    }
}

fn say_unrecorded(error: &StoreError) {
    tracing::error!(target: "tidegate::engine", "what has become of a transaction is not recorded: {error}");
}

fn task_of(transaction: &Transaction) -> Option<RunId> {
    transaction.task().map(|task| task.id())
}
