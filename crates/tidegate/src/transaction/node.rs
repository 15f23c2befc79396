//! A transaction while it lives: its place among others, its state, and what it will do in the end. It is a plain value under a lock,
//! and never calls a hook.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tidegate_core::{CallKey, LeaseId, RunKind, TransactionId, TransactionState, Write};
use tokio::sync::watch;

use super::TransactionHook;
use super::key::Keyed;
use crate::engine::{Claim, Context, Engine, LiveRun};
use crate::isolation::IsolationLevel;
use crate::log::RunLogger;

/// When a transaction is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CommitMode {
    /// With the one it is in; the outermost, when its body has ended well. The default.
    Lazy,
    /// When its own body has ended well.
    Eager,
    /// When [`Transaction::commit`] is called; otherwise it is rolled back.
    Off,
}

/// A transaction of tasks. Cheap to clone; the clones are one transaction.
#[derive(Clone)]
pub struct Transaction(pub(super) Arc<Node>);

/// The shared side of a transaction.
pub(super) struct Node {
    pub(super) id: TransactionId,
    pub(super) parent: Option<Transaction>,
    /// The run whose own it is: a task run, or a subflow run that is called in another transaction.
    pub(super) run: Option<Arc<LiveRun>>,
    pub(super) engine: Engine,
    /// Where it was made. Its hooks are called there.
    pub(super) context: Arc<Context>,
    pub(super) mode: CommitMode,
    pub(super) isolation: IsolationLevel,
    /// What finds its record when the body of its flow run runs again.
    pub(super) call_key: Option<CallKey>,
    /// Found out when it is entered.
    pub(super) keyed: OnceLock<Keyed>,
    /// An earlier attempt of its flow run has recorded that it, or one around it, is committed, which is not taken back.
    pub(super) was_committed: bool,
    /// Owns what is written of it, outside of runs.
    pub(super) claim: Option<Claim>,
    /// How many transactions in it have not ended.
    open: watch::Sender<usize>,
    inner: Mutex<Inner>,
}

pub(super) struct Inner {
    pub(super) state: TransactionState,
    pub(super) ending: Ending,
    /// A call in it was dropped, so it is not committed.
    pub(super) doomed: bool,
    /// Its run has completed, and says so in its record.
    pub(super) completed: bool,
    /// Values as JSON.
    pub(super) values: BTreeMap<String, Arc<str>>,
    /// The value that is kept under its key, as JSON.
    pub(super) staged: Option<Arc<str>>,
    pub(super) on_commit: Vec<TransactionHook>,
    pub(super) on_rollback: Vec<TransactionHook>,
    /// Those in it that have ended, and wait for it.
    pub(super) children: Vec<Transaction>,
    /// What appears when it is committed.
    pub(super) deferred: Vec<Write>,
}

/// Which end a transaction is about to come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    None,
    Commit,
    Rollback,
}

/// What a new transaction is made of.
pub(super) struct Parts {
    pub(super) parent: Option<Transaction>,
    pub(super) run: Option<Arc<LiveRun>>,
    pub(super) engine: Engine,
    pub(super) context: Arc<Context>,
    pub(super) mode: CommitMode,
    pub(super) isolation: IsolationLevel,
    pub(super) call_key: Option<CallKey>,
    pub(super) on_commit: Vec<TransactionHook>,
    pub(super) on_rollback: Vec<TransactionHook>,
}

impl Transaction {
    pub(super) fn new(parts: Parts) -> Self {
        let Parts {
            parent,
            run,
            engine,
            context,
            mode,
            isolation,
            call_key,
            on_commit,
            on_rollback,
        } = parts;
        if let Some(parent) = &parent {
            parent.0.open.send_modify(|open| *open += 1);
        }
        let earlier = call_key.and_then(|key| context.flow.as_ref()?.calls()?.transaction(key));
        let was_committed = parent.as_ref().is_some_and(|parent| parent.0.was_committed)
            || (run.is_none()
                && earlier.is_some_and(|earlier| earlier.state == TransactionState::Committed));
        let claim = if parent.is_none() && run.is_none() { engine.claim(&context) } else { None };
        let inner = Inner {
            state: TransactionState::Active,
            ending: Ending::None,
            doomed: false,
            completed: false,
            values: BTreeMap::new(),
            staged: None,
            on_commit,
            on_rollback,
            children: Vec::new(),
            deferred: Vec::new(),
        };
        Self(Arc::new(Node {
            id: TransactionId::new(),
            parent,
            run,
            engine,
            context,
            mode,
            isolation,
            call_key,
            keyed: OnceLock::new(),
            was_committed,
            claim,
            open: watch::channel(0).0,
            inner: Mutex::new(inner),
        }))
    }

    /// The transaction that the calling code is part of: the innermost that is open, or that of its task run.
    #[must_use]
    pub fn current() -> Option<Self> {
        Context::with(Context::transaction).flatten()
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> TransactionState {
        self.lock().state
    }

    /// The key it was given.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.0.keyed.get().map(|keyed| &*keyed.key)
    }

    /// When it is committed.
    #[must_use]
    pub fn commit_mode(&self) -> CommitMode {
        self.0.mode
    }

    /// Whether others may have one with its key open at the same time.
    #[must_use]
    pub fn isolation_level(&self) -> IsolationLevel {
        self.0.isolation
    }

    /// Calls `hook` after it is committed, after what is in it and after the hooks that were added before. Nothing is added to a
    /// transaction that is committed already.
    pub fn on_commit(&self, hook: TransactionHook) {
        let mut inner = self.lock();
        if inner.state != TransactionState::Committed {
            inner.on_commit.push(hook);
        }
    }

    /// Calls `hook` when it is rolled back, before the hooks that were added before and before what is in it. Nothing is added to a
    /// transaction that is committed already.
    pub fn on_rollback(&self, hook: TransactionHook) {
        let mut inner = self.lock();
        if inner.state != TransactionState::Committed {
            inner.on_rollback.push(hook);
        }
    }

    /// Whether it is in another.
    pub(crate) fn is_nested(&self) -> bool {
        self.0.parent.is_some()
    }

    /// Held for a look, never across an await.
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(self.state(), TransactionState::Committed | TransactionState::RolledBack)
    }

    /// Goes for an end, unless it has ended or is about to.
    pub(super) fn begin_ending(&self, ending: Ending) -> bool {
        let mut inner = self.lock();
        let free = inner.ending == Ending::None
            && !matches!(inner.state, TransactionState::Committed | TransactionState::RolledBack);
        if free {
            inner.ending = ending;
        }
        free
    }

    /// Waits until every transaction in it has ended or waits for it.
    pub(super) async fn join(&self) {
        let mut open = self.0.open.subscribe();
        // The sender is in the transaction, which is here.
        let _ = open.wait_for(|open| *open == 0).await;
    }

    /// This one counts no longer as open in the one it is in.
    pub(super) fn leave_parent(&self) {
        if let Some(parent) = &self.0.parent {
            parent.0.open.send_modify(|open| *open = open.saturating_sub(1));
        }
    }

    /// The lease under which something is written of it.
    pub(super) fn lease(&self) -> Option<LeaseId> {
        let node = &*self.0;
        if let Some(claim) = &node.claim {
            return Some(claim.lease());
        }
        match (&node.parent, &node.run) {
            (Some(parent), _) => parent.lease(),
            (None, Some(run)) => run.record().lease,
            (None, None) => None,
        }
    }

    /// The task run whose own it is.
    pub(super) fn task(&self) -> Option<&Arc<LiveRun>> {
        self.0.run.as_ref().filter(|run| run.kind() == RunKind::Task)
    }

    pub(super) fn logger(&self) -> RunLogger {
        let node = &*self.0;
        let run = node.run.as_ref().or_else(|| node.context.run());
        run.map_or_else(RunLogger::outside, |run| run.logger())
    }

    /// How log lines call it.
    pub(super) fn name(&self) -> String {
        match (&self.0.run, self.key()) {
            (Some(run), _) => format!(
                "of {}",
                run.label().to_string().replace("Task", "task").replace("Flow", "flow")
            ),
            (None, Some(key)) => format!("'{key}'"),
            (None, None) => "without a key".to_owned(),
        }
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("key", &self.key())
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

/// The transaction of a run.
#[derive(Debug, Default)]
pub(crate) enum Own {
    /// Nobody has asked for it.
    #[default]
    Unasked,
    /// It is open.
    Open(Transaction),
    /// It waits for another, or has ended.
    Left,
}
