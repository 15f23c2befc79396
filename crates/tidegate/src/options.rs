//! The options of flows, tasks and calls: one struct for the attribute, the builder methods and the engine.

use std::sync::Arc;
use std::time::Duration;

use tidegate_core::{Delays, InvalidRetryPolicy, Parameters, RetryPolicy};

use crate::cache::{CacheKeyFn, CachePolicy};
use crate::hook::{Hook, RetryCondition};
use crate::result::{ResultSerializer, ResultStorage};
use crate::runner::TaskRunner;
use crate::settings::EngineSettings;
use crate::transaction::TransactionHook;

/// What may be said of a flow, a task or one call of it. What is unset is taken from the next wider place: call,
/// definition, settings, default.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A free text.
    pub version: Option<String>,
    /// Tags of every run.
    pub tags: Vec<String>,
    /// How many attempts may follow the first.
    pub retries: Option<u32>,
    /// How long to wait between attempts.
    pub retry_delay: Option<Delays>,
    /// How far a delay may be stretched at random.
    pub retry_jitter_factor: Option<f64>,
    /// Says whether a failed attempt may be followed by another.
    pub retry_condition: Option<RetryCondition>,
    /// How long one attempt may take; zero means no limit.
    pub timeout: Option<Duration>,
    /// What a result depends on that later runs may take.
    pub cache_policy: Option<CachePolicy>,
    /// Makes the key under which a result is found, in the place of the policy.
    pub cache_key_fn: Option<CacheKeyFn>,
    /// How long a result may be taken; with zero, it never is.
    pub cache_expiration: Option<Duration>,
    /// Runs always, and replaces the result that is there.
    pub refresh_cache: Option<bool>,
    /// Makes the name of a run from its parameters.
    pub run_name: Option<RunName>,
    /// Whether what the body prints becomes log lines.
    pub log_prints: Option<bool>,
    /// Whether a run whose process died is gone on with.
    pub recover: Option<bool>,
    /// Whether the result is kept; unset, and nothing below either, it is where it can be.
    pub persist_result: Option<bool>,
    /// Where the result is kept.
    pub result_storage: Option<Arc<dyn ResultStorage>>,
    /// How the result is written.
    pub result_serializer: Option<Arc<dyn ResultSerializer>>,
    /// Runs the submitted task runs of a flow.
    pub task_runner: Option<Arc<dyn TaskRunner>>,
    /// Whether the function takes a thread, because it is not async and does not run in place.
    pub takes_a_thread: bool,
    /// Called when a run enters RUNNING.
    pub on_running: Vec<Hook>,
    /// Called when a run has completed.
    pub on_completion: Vec<Hook>,
    /// Called when a run has failed and no retry is left.
    pub on_failure: Vec<Hook>,
    /// Called when a run is cancelled.
    pub on_cancellation: Vec<Hook>,
    /// Called when a run has crashed.
    pub on_crashed: Vec<Hook>,
    /// Called when the transaction that a task run is in is committed.
    pub on_commit: Vec<TransactionHook>,
    /// Called when the transaction that a task run is in is rolled back.
    pub on_rollback: Vec<TransactionHook>,
}

impl Options {
    /// The retry policy these options and the settings amount to.
    pub(crate) fn retry_policy(
        &self,
        default_retries: u32,
        default_delay: Duration,
    ) -> Result<RetryPolicy, InvalidRetryPolicy> {
        let delays = match &self.retry_delay {
            Some(delays) => delays.clone(),
            None if default_delay.is_zero() => Delays::None,
            None => Delays::Fixed(default_delay),
        };
        RetryPolicy::new(
            self.retries.unwrap_or(default_retries),
            delays,
            self.retry_jitter_factor.unwrap_or(0.0),
        )
    }

    /// The time limit of one attempt, if there is one.
    pub(crate) fn time_limit(&self) -> Option<Duration> {
        self.timeout.filter(|limit| !limit.is_zero())
    }

    /// What a run goes by, given what the calling run does.
    pub(crate) fn inherited(
        &self,
        outer: Option<Inherited>,
        has_result_key: bool,
        settings: &EngineSettings,
    ) -> Inherited {
        let log_prints = self.log_prints.or(outer.map(|outer| outer.log_prints));
        let keeping = match self.persist_result {
            Some(true) => Keeping::Always,
            Some(false) => Keeping::Never,
            None if has_result_key || self.says_where_results_are() => Keeping::Always,
            // Other runs shall take it.
            None if self.says_how_to_cache() => Keeping::IfPossible,
            None => match outer.map(|outer| outer.keeping) {
                Some(Keeping::Always | Keeping::IfPossible) => Keeping::IfPossible,
                Some(Keeping::Never) => Keeping::Never,
                None if settings.persist_results => Keeping::IfPossible,
                None => Keeping::Never,
            },
        };
        Inherited { log_prints: log_prints.unwrap_or(settings.log_prints), keeping }
    }

    /// Whether it is said on what a cached result depends.
    fn says_how_to_cache(&self) -> bool {
        self.cache_key_fn.is_some()
            || self.cache_policy.as_ref().is_some_and(|policy| !policy.is_none())
    }

    /// Whether it is said where or how the result is kept, which asks for it to be.
    pub(crate) fn says_where_results_are(&self) -> bool {
        self.result_storage.is_some() || self.result_serializer.is_some()
    }
}

/// What runs inside a run go by that say nothing themselves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inherited {
    /// Whether prints become log lines.
    pub(crate) log_prints: bool,
    /// Whether results are kept.
    pub(crate) keeping: Keeping,
}

/// Whether the result of a run is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// It is not.
    Never,
    /// It is, where it can be.
    IfPossible,
    /// It is, and a run whose result cannot be has failed.
    Always,
}

/// A function that makes the name of a run from its parameters.
#[derive(Clone)]
pub struct RunName(Arc<dyn Fn(&Parameters) -> String + Send + Sync>);

impl RunName {
    /// A run name made by `function`.
    pub fn new(function: impl Fn(&Parameters) -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(function))
    }

    pub(crate) fn make(&self, parameters: &Parameters) -> String {
        (self.0)(parameters)
    }
}

impl std::fmt::Debug for RunName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RunName(..)")
    }
}
