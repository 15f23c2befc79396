//! What the rules go by, as Prefect's `FlowRunPolicy` and `TaskRunPolicy`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate_core::{Delays, RetryPolicy, RetryType, RunPolicy};

/// A policy as clients send it. What Prefect's clients send and we go by otherwise is left out.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct PolicyBody {
    max_retries: u32,
    retries: Option<u32>,
    retry_delay_seconds: f64,
    retry_delay: Option<DelayBody>,
    retry_jitter_factor: Option<f64>,
    pause_keys: Option<Vec<String>>,
    resuming: Option<bool>,
    retry_type: Option<RetryType>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum DelayBody {
    One(f64),
    Each(Vec<f64>),
}

impl PolicyBody {
    /// The policy, in the place of what a run has.
    pub(crate) fn apply_to(
        &self,
        policy: &mut RunPolicy,
    ) -> Result<(), tidegate_core::InvalidRetryPolicy> {
        let duration = |seconds: &f64| Duration::try_from_secs_f64(*seconds).unwrap_or_default();
        let delays = match &self.retry_delay {
            Some(DelayBody::One(seconds)) => Delays::Fixed(duration(seconds)),
            Some(DelayBody::Each(each)) => Delays::List(each.iter().map(duration).collect()),
            None => Delays::Fixed(duration(&self.retry_delay_seconds)),
        };
        let retries = self.retries.unwrap_or(self.max_retries);
        policy.retry =
            RetryPolicy::new(retries, delays, self.retry_jitter_factor.unwrap_or_default())?;
        if let Some(keys) = &self.pause_keys {
            policy.pause_keys.clone_from(keys);
        }
        policy.resuming = self.resuming.unwrap_or_default();
        policy.retry_type = self.retry_type;
        Ok(())
    }
}

/// What the rules go by for a flow run: Prefect's `FlowRunPolicy`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct FlowRunPolicy<'a> {
    max_retries: u32,
    retry_delay_seconds: f64,
    retries: u32,
    /// In seconds. A whole number, since Prefect's clients expect that of flow runs.
    retry_delay: u64,
    pause_keys: &'a [String],
    resuming: bool,
    retry_type: Option<RetryType>,
}

impl<'a> FlowRunPolicy<'a> {
    pub(super) fn of(policy: &'a RunPolicy) -> Self {
        Self {
            max_retries: 0,
            retry_delay_seconds: 0.0,
            retries: policy.retry.retries(),
            retry_delay: first_delay(&policy.retry).as_secs_f64().ceil() as u64,
            pause_keys: &policy.pause_keys,
            resuming: policy.resuming,
            retry_type: policy.retry_type,
        }
    }
}

/// What the rules go by for a task run: Prefect's `TaskRunPolicy`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct TaskRunPolicy {
    max_retries: u32,
    retry_delay_seconds: f64,
    retries: u32,
    retry_delay: f64,
    retry_jitter_factor: Option<f64>,
}

impl TaskRunPolicy {
    pub(super) fn of(policy: &RunPolicy) -> Self {
        Self {
            max_retries: 0,
            retry_delay_seconds: 0.0,
            retries: policy.retry.retries(),
            retry_delay: first_delay(&policy.retry).as_secs_f64(),
            retry_jitter_factor: None,
        }
    }
}

fn first_delay(policy: &RetryPolicy) -> Duration {
    let failure = tidegate_core::Failure { retriable: None, roll: 0.5 };
    policy.next_delay(1, &failure).unwrap_or_default()
}
