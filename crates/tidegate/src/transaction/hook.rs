//! User code that is called when a transaction is committed or rolled back. It is given the transaction; it never decides what becomes of
//! it, but by failing.

use std::fmt;
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};

use super::Transaction;
use crate::error::Result;
use crate::hook::{Asynchronous, HookOutcome, Synchronous};

type Function = Arc<dyn Fn(Transaction) -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// A function called when a transaction is committed or rolled back: `async fn(Transaction)` or `fn(Transaction)`, giving nothing or
/// a `Result`.
///
/// After a commit, an error or a panic rolls back what the hook belongs to: its task, or the transaction without what is in it.
#[derive(Clone)]
pub struct TransactionHook {
    name: &'static str,
    function: Function,
}

impl TransactionHook {
    /// A hook, called `name` in log lines and in records.
    pub fn new<Marker>(name: &'static str, function: impl IntoTransactionHook<Marker>) -> Self {
        Self { name, function: function.into_transaction_hook() }
    }

    /// Its name in log lines and in records.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn call(&self, transaction: Transaction) -> BoxFuture<'static, Result<()>> {
        (self.function)(transaction)
    }
}

impl fmt::Debug for TransactionHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransactionHook({})", self.name)
    }
}

/// A function that can be a [`TransactionHook`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a transaction hook",
    note = "a transaction hook is `async fn(Transaction)` or `fn(Transaction)`, giving `()` or a `Result<(), E>`"
)]
pub trait IntoTransactionHook<Marker> {
    #[doc(hidden)]
    fn into_transaction_hook(self) -> Function;
}

impl<F, O> IntoTransactionHook<(Synchronous, O)> for F
where
    F: Fn(Transaction) -> O + Send + Sync + 'static,
    O: HookOutcome,
{
    fn into_transaction_hook(self) -> Function {
        Arc::new(move |transaction| std::future::ready(self(transaction).into_result()).boxed())
    }
}

impl<F, Fut, O> IntoTransactionHook<(Asynchronous, Fut, O)> for F
where
    F: Fn(Transaction) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = O> + Send + 'static,
    O: HookOutcome,
{
    fn into_transaction_hook(self) -> Function {
        Arc::new(move |transaction| self(transaction).map(HookOutcome::into_result).boxed())
    }
}
