//! A made-up run, for testing code that asks [`runtime`](super) without running a flow.

use tidegate_core::{Parameters, RunId};
use tokio::task_local;

task_local! {
    static STAND_IN: StandIn;
}

/// Facts that [`runtime`](super) shall give inside [`scope`](StandIn::scope). What is not set is as it would be without.
///
/// ```
/// use tidegate::runtime::{self, StandIn};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let name = StandIn::new()
///     .flow_run_name("noisy-raccoon")
///     .scope(async { runtime::flow_run::name() })
///     .await;
/// assert_eq!(name.as_deref(), Some("noisy-raccoon"));
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a stand-in is seen inside its scope only"]
pub struct StandIn {
    pub(super) flow_run: Facts,
    pub(super) task_run: Facts,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) id: Option<RunId>,
    pub(super) name: Option<String>,
    pub(super) definition_name: Option<String>,
    pub(super) tags: Option<Vec<String>>,
    pub(super) parameters: Option<Parameters>,
    pub(super) run_count: Option<u32>,
}

macro_rules! setters {
    ($($(#[$doc:meta])* $function:ident: $kind:ident . $field:ident = $argument:ident: $type:ty => $value:expr;)*) => {
        $($(#[$doc])*
        pub fn $function(mut self, $argument: $type) -> Self {
            self.$kind.$field = Some($value);
            self
        })*
    };
}

impl StandIn {
    /// Nothing made up yet.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        /// What `flow_run::id` gives.
        flow_run_id: flow_run.id = id: RunId => id;
        /// What `flow_run::name` gives.
        flow_run_name: flow_run.name = name: impl Into<String> => name.into();
        /// What `flow_run::flow_name` gives.
        flow_name: flow_run.definition_name = name: impl Into<String> => name.into();
        /// What `flow_run::tags` gives.
        flow_run_tags: flow_run.tags = tags: impl IntoIterator<Item = impl Into<String>> => tags.into_iter().map(Into::into).collect();
        /// What `flow_run::parameters` gives.
        flow_run_parameters: flow_run.parameters = parameters: Parameters => parameters;
        /// What `flow_run::run_count` gives.
        flow_run_count: flow_run.run_count = count: u32 => count;
        /// What `task_run::id` gives.
        task_run_id: task_run.id = id: RunId => id;
        /// What `task_run::name` gives.
        task_run_name: task_run.name = name: impl Into<String> => name.into();
        /// What `task_run::task_name` gives.
        task_name: task_run.definition_name = name: impl Into<String> => name.into();
        /// What `task_run::tags` gives.
        task_run_tags: task_run.tags = tags: impl IntoIterator<Item = impl Into<String>> => tags.into_iter().map(Into::into).collect();
        /// What `task_run::parameters` gives.
        task_run_parameters: task_run.parameters = parameters: Parameters => parameters;
        /// What `task_run::run_count` gives.
        task_run_count: task_run.run_count = count: u32 => count;
    }

    /// Runs a future in which [`runtime`](super) gives these facts.
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as `future`.
    pub async fn scope<F: Future>(self, future: F) -> F::Output {
        STAND_IN.scope(self, future).await
    }

    /// Calls a function in which [`runtime`](super) gives these facts.
    pub fn sync_scope<R>(self, function: impl FnOnce() -> R) -> R {
        STAND_IN.sync_scope(self, function)
    }
}

/// Looks at what a test has put in the place of a run.
pub(super) fn stand_in<R>(look: impl FnOnce(&StandIn) -> Option<R>) -> Option<R> {
    STAND_IN.try_with(look).ok().flatten()
}
