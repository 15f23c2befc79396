//! User code that is called when a run changes state, or when a retry is in question. It is told of a run; it never
//! changes one.

use std::fmt;
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};
use tidegate_core::{Run, State};

use crate::error::{Error, Result};

type HookFunction = Arc<dyn Fn(Run, State) -> BoxFuture<'static, Result<()>> + Send + Sync>;
type ConditionFunction = Arc<dyn Fn(Run, State) -> BoxFuture<'static, bool> + Send + Sync>;

/// A function called when a run has entered a state: `async fn(Run, State)` or `fn(Run, State)`, giving nothing or a
/// `Result`. An error, like a panic, is logged and changes nothing.
#[derive(Clone)]
pub struct Hook {
    name: &'static str,
    function: HookFunction,
}

/// A function that says whether a failed attempt may be followed by another: `async fn(Run, State) -> bool` or
/// `fn(Run, State) -> bool`, given the run and the failed state that is proposed for it. A panic counts as `false`.
#[derive(Clone)]
pub struct RetryCondition {
    name: &'static str,
    function: ConditionFunction,
}

impl Hook {
    /// A hook, called `name` in log lines.
    pub fn new<Marker>(name: &'static str, function: impl IntoHook<Marker>) -> Self {
        Self { name, function: function.into_hook() }
    }

    /// Its name in log lines.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn call(&self, run: Run, state: State) -> BoxFuture<'static, Result<()>> {
        (self.function)(run, state)
    }
}

impl RetryCondition {
    /// A condition, called `name` in log lines.
    pub fn new<Marker>(name: &'static str, function: impl IntoRetryCondition<Marker>) -> Self {
        Self { name, function: function.into_retry_condition() }
    }

    /// Its name in log lines.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn call(&self, run: Run, state: State) -> BoxFuture<'static, bool> {
        (self.function)(run, state)
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hook({})", self.name)
    }
}

impl fmt::Debug for RetryCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RetryCondition({})", self.name)
    }
}

/// What a hook may give back.
pub trait HookOutcome: Send + 'static {
    #[doc(hidden)]
    fn into_result(self) -> Result<()>;
}

impl HookOutcome for () {
    fn into_result(self) -> Result<()> {
        Ok(())
    }
}

impl<E: Into<Error> + Send + 'static> HookOutcome for Result<(), E> {
    fn into_result(self) -> Result<()> {
        self.map_err(Into::into)
    }
}

#[doc(hidden)]
#[derive(Debug)]
pub struct Synchronous;
#[doc(hidden)]
#[derive(Debug)]
pub struct Asynchronous;

/// A function that can be a [`Hook`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a state hook",
    note = "a hook is `async fn(Run, State)` or `fn(Run, State)`, giving `()` or a `Result<(), E>`"
)]
pub trait IntoHook<Marker> {
    #[doc(hidden)]
    fn into_hook(self) -> HookFunction;
}

impl<F, O> IntoHook<(Synchronous, O)> for F
where
    F: Fn(Run, State) -> O + Send + Sync + 'static,
    O: HookOutcome,
{
    fn into_hook(self) -> HookFunction {
        Arc::new(move |run, state| std::future::ready(self(run, state).into_result()).boxed())
    }
}

impl<F, Fut, O> IntoHook<(Asynchronous, Fut, O)> for F
where
    F: Fn(Run, State) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = O> + Send + 'static,
    O: HookOutcome,
{
    fn into_hook(self) -> HookFunction {
        Arc::new(move |run, state| self(run, state).map(HookOutcome::into_result).boxed())
    }
}

/// A function that can be a [`RetryCondition`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a retry condition",
    note = "a retry condition is `async fn(Run, State) -> bool` or `fn(Run, State) -> bool`"
)]
pub trait IntoRetryCondition<Marker> {
    #[doc(hidden)]
    fn into_retry_condition(self) -> ConditionFunction;
}

impl<F> IntoRetryCondition<Synchronous> for F
where
    F: Fn(Run, State) -> bool + Send + Sync + 'static,
{
    fn into_retry_condition(self) -> ConditionFunction {
        Arc::new(move |run, state| std::future::ready(self(run, state)).boxed())
    }
}

impl<F, Fut> IntoRetryCondition<(Asynchronous, Fut)> for F
where
    F: Fn(Run, State) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = bool> + Send + 'static,
{
    fn into_retry_condition(self) -> ConditionFunction {
        Arc::new(move |run, state| self(run, state).boxed())
    }
}
