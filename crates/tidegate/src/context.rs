//! Which run the current code belongs to. It follows futures that the engine polls; it is never global.

use std::sync::Arc;

use tidegate_core::RunKind;
use tokio::task_local;

use crate::engine::{Engine, LiveRun};

task_local! {
    static CURRENT: Arc<Context>;
}

/// Where code runs: in which engine, flow run and task run, and under which tags.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context {
    pub(crate) engine: Option<Engine>,
    pub(crate) flow: Option<Arc<LiveRun>>,
    pub(crate) task: Option<Arc<LiveRun>>,
    pub(crate) tags: Arc<[String]>,
    pub(crate) stand_in: Option<Arc<crate::runtime::StandIn>>,
}

impl Context {
    /// The context of the code that asks, if it has one.
    pub(crate) fn current() -> Option<Arc<Self>> {
        CURRENT.try_with(Arc::clone).ok()
    }

    /// Looks at the context of the code that asks.
    pub(crate) fn with<R>(look: impl FnOnce(&Self) -> R) -> Option<R> {
        CURRENT.try_with(|context| look(context)).ok()
    }

    /// The innermost run.
    pub(crate) fn run(&self) -> Option<&Arc<LiveRun>> {
        self.task.as_ref().or(self.flow.as_ref())
    }

    /// The context of the body of `run`, called in this context.
    pub(crate) fn inside(&self, run: Arc<LiveRun>) -> Self {
        let engine = Some(run.engine().clone());
        let (flow, task) = match run.kind() {
            RunKind::Flow => (Some(run), None),
            RunKind::Task => (self.flow.clone(), Some(run)),
        };
        Self { engine, flow, task, tags: Arc::clone(&self.tags), stand_in: None }
    }

    /// Runs a future in this context.
    pub(crate) async fn scope<F: Future>(self: Arc<Self>, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }

    /// Runs a function in this context.
    pub(crate) fn sync_scope<R>(self: Arc<Self>, function: impl FnOnce() -> R) -> R {
        CURRENT.sync_scope(self, function)
    }
}

/// Adds tags to every run that is called inside `future`.
///
/// ```
/// use tidegate::prelude::*;
///
/// #[task]
/// async fn tags() -> Vec<String> {
///     tidegate::runtime::task_run::tags()
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// let seen = tidegate::with_tags(["nightly"], async { tags().await }).await?;
/// assert_eq!(seen, ["nightly"]);
/// # Ok(()) }).await }
/// ```
///
/// # Cancel safety
///
/// As cancel safe as `future`.
pub async fn with_tags<F: Future>(
    tags: impl IntoIterator<Item = impl Into<String>>,
    future: F,
) -> F::Output {
    let mut context =
        Context::current().map_or_else(Context::default, |context| (*context).clone());
    context.tags = union(&context.tags, tags.into_iter().map(Into::into)).into();
    Arc::new(context).scope(future).await
}

/// Both sets of tags, sorted and without repetition.
pub(crate) fn union(first: &[String], second: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut tags: Vec<String> = first.iter().cloned().chain(second).collect();
    tags.sort_unstable();
    tags.dedup();
    tags
}
