//! Entering and leaving a transaction: whether it is committed, rolled back, or left to the one it is in.

use std::sync::Arc;

use tidegate_core::{CallKey, TransactionState};

use super::key::Taking;
use super::node::{Ending, Parts};
use super::{CommitMode, Transaction, TransactionBuilder};
use crate::engine::{Context, Engine, Panic, UnderWay, transaction_key};
use crate::error::{Error, Result};
use crate::isolation::IsolationLevel;

impl TransactionBuilder {
    /// Runs `body` in the transaction, and commits it if that ends well; otherwise it is rolled back. The body may borrow: give an async
    /// closure, `async |txn| { .. }`, or `|txn| async move { .. }`.
    ///
    /// It waits for the tasks that are submitted in it before it ends.
    ///
    /// # Errors
    ///
    /// The error of the body, when what was to be undone is; or that the commit cannot be recorded. A configuration error where it has
    /// a key and nothing keeps records.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future rolls the transaction back: its hooks are called in the background, and the engine waits for them when it is
    /// closed.
    pub fn run<F, Fut, T, E>(self, body: F) -> impl Future<Output = Result<T>> + use<F, Fut, T, E>
    where
        F: FnOnce(Transaction) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: Into<Error>,
    {
        let context = Context::current().unwrap_or_default();
        // Counted now, as calls are.
        let call_key = transaction_key(&context, self.key.as_deref());
        async move {
            let outermost = context.task.is_none() && context.transaction().is_none();
            let flow = context.flow.clone().filter(|_| outermost);
            let _under_way = Box::pin(UnderWay::begin(flow)).await?;
            let transaction = Box::pin(self.enter(context, call_key)).await?;
            let mut entered = Entered(Some(transaction.clone()));
            let inside = Arc::new(Context {
                engine: Some(transaction.0.engine.clone()),
                transaction: Some(transaction.clone()),
                ..(*transaction.0.context).clone()
            });
            let given = transaction.clone();
            let outcome = Panic::catch(inside.scope(async move { body(given).await })).await;
            let ended_well = matches!(outcome, Ok(Ok(_)));
            let left = Box::pin(transaction.leave(ended_well)).await;
            entered.0 = None;
            let value = outcome.unwrap_or_else(|panic| panic.resume()).map_err(Into::into)?;
            left.map(|()| value)
        }
    }

    async fn enter(self, context: Arc<Context>, call_key: Option<CallKey>) -> Result<Transaction> {
        let engine = match &context.engine {
            Some(engine) => engine.clone(),
            None => Engine::current()?,
        };
        let parent = context.transaction();
        let outer = parent.as_ref().map(|parent| &*parent.0);
        let mode = self.commit_mode.or(outer.map(|outer| outer.mode)).unwrap_or(CommitMode::Lazy);
        let isolation = self.isolation_level.or(outer.map(|outer| outer.isolation));
        let isolation = isolation.unwrap_or_default();
        if isolation == IsolationLevel::Serializable && engine.store().is_none() {
            return Err(Error::configuration(
                "a transaction is SERIALIZABLE, and this engine keeps no records by which others could be kept out: open it with a database",
            ));
        }
        let transaction = Transaction::new(Parts {
            parent,
            run: None,
            engine: engine.clone(),
            context,
            mode,
            isolation,
            call_key,
            on_commit: self.on_commit,
            on_rollback: self.on_rollback,
        });
        let Some(key) = self.key else { return Ok(transaction) };
        let mut unentered = Unentered(Some(transaction));
        let Some(transaction) = &unentered.0 else { unreachable!("it was put there") };
        let (overwrite, write_on_commit) = (self.overwrite, self.write_on_commit);
        // It would wait for itself.
        let isolation =
            if transaction.is_inside(&key) { IsolationLevel::default() } else { isolation };
        let taking = Taking { key, isolation, overwrite, write_on_commit };
        let keyed = taking.take(&engine, transaction.lease()).await?;
        if keyed.is_found() {
            let mut inner = transaction.lock();
            inner.state = TransactionState::Committed;
            inner.on_commit.clear();
            inner.on_rollback.clear();
        }
        let _ = transaction.0.keyed.set(keyed);
        Ok(unentered.0.take().expect("it was put there"))
    }
}

/// A transaction whose key is waited for. It counts as open in the one it is in, until dropped.
struct Unentered(Option<Transaction>);

impl Drop for Unentered {
    fn drop(&mut self) {
        if let Some(transaction) = &self.0 {
            transaction.leave_parent();
        }
    }
}

/// A transaction whose body runs. Dropped before it was left, it is rolled back.
struct Entered(Option<Transaction>);

impl Drop for Entered {
    fn drop(&mut self) {
        if let Some(transaction) = &self.0 {
            transaction.abandon();
        }
    }
}

impl Transaction {
    /// Its body has ended.
    async fn leave(&self, ended_well: bool) -> Result<()> {
        self.join().await;
        if !ended_well || self.lock().doomed {
            self.rollback().await;
        }
        let ended = self.end_well().await;
        let state = self.state();
        if ended_well && state == TransactionState::RolledBack && self.0.mode != CommitMode::Off {
            self.logger().warning(format_args!(
                "The transaction {} is rolled back though its body went through, because something in it failed",
                self.name()
            ));
        }
        if state == TransactionState::RolledBack {
            self.roll_back_parent().await;
        }
        self.leave_parent();
        ended
    }

    /// Whether one around it has this key.
    fn is_inside(&self, key: &str) -> bool {
        let mut next = self.0.parent.as_ref();
        while let Some(each) = next {
            if each.key() == Some(key) {
                return true;
            }
            next = each.0.parent.as_ref();
        }
        false
    }

    /// Its body went through: it is committed, or left to the one it is in.
    pub(super) async fn end_well(&self) -> Result<()> {
        if self.has_ended() {
            return Ok(());
        }
        match (self.0.mode, &self.0.parent) {
            (CommitMode::Eager, _) | (CommitMode::Lazy, None) => self.commit().await.map(drop),
            (CommitMode::Lazy | CommitMode::Off, Some(parent)) => parent.adopt(self).await,
            (CommitMode::Off, None) => {
                self.rollback().await;
                Ok(())
            }
        }
    }

    /// Whether it is committed by itself when its body went through.
    pub(super) fn commits_itself(&self) -> bool {
        match (self.0.mode, &self.0.parent) {
            (CommitMode::Eager, _) | (CommitMode::Lazy, None) => true,
            (CommitMode::Lazy | CommitMode::Off, Some(_)) | (CommitMode::Off, None) => false,
        }
    }

    /// Takes over one in it that waits for the end; where the end has come already, so it does for that one.
    pub(super) async fn adopt(&self, child: &Self) -> Result<()> {
        let end = {
            let mut inner = self.lock();
            match (inner.ending, inner.state) {
                (Ending::Commit, _) | (_, TransactionState::Committed) => Ending::Commit,
                (Ending::Rollback, _) | (_, TransactionState::RolledBack) => Ending::Rollback,
                (
                    Ending::None,
                    TransactionState::Pending | TransactionState::Active | TransactionState::Staged,
                ) => {
                    inner.children.push(child.clone());
                    Ending::None
                }
            }
        };
        match end {
            Ending::None => Ok(()),
            Ending::Commit => child.commit().await.map(drop),
            Ending::Rollback => {
                child.rollback().await;
                Ok(())
            }
        }
    }

    /// One that is rolled back takes the one it is in along. A task goes on as it sees fit.
    pub(super) async fn roll_back_parent(&self) {
        if let Some(parent) = self.0.parent.as_ref().filter(|parent| parent.task().is_none()) {
            parent.rollback().await;
        }
    }

    /// It was dropped before its end: what it is in is not committed any more, and undoes it.
    pub(super) fn abandon(&self) {
        if let Some(parent) = &self.0.parent {
            {
                let mut inner = parent.lock();
                // A task goes on as it sees fit, but what was done in the call is undone with it.
                inner.doomed |= parent.task().is_none();
                inner.children.push(self.clone());
            }
            self.leave_parent();
        } else if !self.has_ended() {
            self.roll_back_later();
        }
    }

    /// Rolls back from where nothing can be awaited. One of a flow run that will be recovered when the engine is started again is left
    /// open: it goes on then.
    fn roll_back_later(&self) {
        let engine = self.0.engine.clone();
        let goes_on = engine.is_stopping() && self.0.context.is_recovered();
        if goes_on || tokio::runtime::Handle::try_current().is_err() {
            return;
        }
        let transaction = self.clone();
        engine.nursery().clone().spawn(async move {
            transaction.rollback().await;
        });
    }
}
