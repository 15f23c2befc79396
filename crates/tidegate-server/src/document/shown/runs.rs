//! Runs and their states, as answers show them. Nothing here is ever made.

use schemars::JsonSchema;
use serde_json::Value;
use tidegate_core::{RetryType, StateType, Timestamp};
use uuid::Uuid;

use super::Object;

/// What flow runs and task runs have in common.
#[derive(JsonSchema)]
struct Times {
    state_type: Option<StateType>,
    state_name: Option<String>,
    run_count: u64,
    expected_start_time: Option<Timestamp>,
    next_scheduled_start_time: Option<Timestamp>,
    start_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
    total_run_time: f64,
    estimated_run_time: f64,
    /// By how many seconds it started too late, or is late by now.
    estimated_start_time_delta: f64,
}

/// A flow run.
#[derive(JsonSchema)]
pub(crate) struct FlowRun {
    id: Uuid,
    created: Timestamp,
    updated: Timestamp,
    name: String,
    flow_id: Uuid,
    state_id: Option<Uuid>,
    deployment_id: Option<Uuid>,
    deployment_version: Option<String>,
    work_queue_id: Option<Uuid>,
    work_queue_name: Option<String>,
    flow_version: Option<String>,
    parameters: Object,
    idempotency_key: Option<String>,
    context: Object,
    empirical_policy: FlowRunPolicy,
    tags: Vec<String>,
    labels: Object,
    parent_task_run_id: Option<Uuid>,
    auto_scheduled: bool,
    infrastructure_document_id: Option<Uuid>,
    infrastructure_pid: Option<String>,
    created_by: Option<Object>,
    work_pool_id: Option<Uuid>,
    work_pool_name: Option<String>,
    state: Option<State>,
    job_variables: Object,
    #[serde(flatten)]
    times: Times,
}

/// A task run.
#[derive(JsonSchema)]
pub(crate) struct TaskRun {
    id: Uuid,
    created: Timestamp,
    updated: Timestamp,
    name: String,
    flow_run_id: Option<Uuid>,
    task_key: String,
    dynamic_key: String,
    cache_key: Option<String>,
    cache_expiration: Option<Timestamp>,
    task_version: Option<String>,
    empirical_policy: TaskRunPolicy,
    tags: Vec<String>,
    labels: Object,
    state_id: Option<Uuid>,
    /// Which runs each argument came from.
    task_inputs: Object,
    flow_run_run_count: u64,
    state: Option<State>,
    #[serde(flatten)]
    times: Times,
}

/// What the rules go by for a flow run.
#[derive(JsonSchema)]
struct FlowRunPolicy {
    max_retries: u32,
    retry_delay_seconds: f64,
    retries: u32,
    retry_delay: u64,
    pause_keys: Vec<String>,
    resuming: bool,
    retry_type: Option<RetryType>,
}

/// What the rules go by for a task run.
#[derive(JsonSchema)]
struct TaskRunPolicy {
    max_retries: u32,
    retry_delay_seconds: f64,
    retries: u32,
    retry_delay: f64,
    retry_jitter_factor: Option<f64>,
}

/// A state of a run.
#[derive(JsonSchema)]
pub(crate) struct State {
    id: Uuid,
    #[serde(rename = "type")]
    state_type: StateType,
    name: String,
    timestamp: Timestamp,
    message: Option<String>,
    /// What a client has said of a result.
    data: Value,
    state_details: StateDetails,
}

/// What else is said of a state.
#[derive(JsonSchema)]
struct StateDetails {
    flow_run_id: Option<Uuid>,
    task_run_id: Option<Uuid>,
    child_flow_run_id: Option<Uuid>,
    scheduled_time: Option<Timestamp>,
    cache_key: Option<String>,
    cache_expiration: Option<Timestamp>,
    deferred: bool,
    untrackable_result: bool,
    pause_timeout: Option<Timestamp>,
    pause_reschedule: bool,
    pause_key: Option<String>,
    run_input_keyset: Option<Object>,
    refresh_cache: Option<bool>,
    retriable: Option<bool>,
    transition_id: Option<Uuid>,
    task_parameters_id: Option<Uuid>,
    traceparent: Option<String>,
    deployment_concurrency_lease_id: Option<Uuid>,
}

/// What came of a proposed state.
#[derive(JsonSchema)]
pub(crate) struct OrchestrationResult {
    state: Option<State>,
    status: Outcome,
    details: Object,
}

/// What came of a state that was proposed to many flow runs.
#[derive(JsonSchema)]
pub(crate) struct Results {
    results: Vec<FlowRunResult>,
}

/// What came of a state that was proposed to a flow run.
#[derive(JsonSchema)]
struct FlowRunResult {
    flow_run_id: Uuid,
    #[serde(flatten)]
    result: OrchestrationResult,
}

/// What was deleted.
#[derive(JsonSchema)]
pub(crate) struct Deleted {
    deleted: Vec<Uuid>,
}

/// Whether a proposed state was taken.
#[derive(JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Outcome {
    Accept,
    Reject,
    Abort,
    Wait,
}

/// The runs of one step of time, by state.
#[derive(JsonSchema)]
pub(crate) struct HistoryStep {
    interval_start: Timestamp,
    interval_end: Timestamp,
    states: Vec<HistoryState>,
}

/// The runs of one step of time that are in one state.
#[derive(JsonSchema)]
struct HistoryState {
    state_type: StateType,
    state_name: String,
    count_runs: u64,
    sum_estimated_run_time: f64,
    sum_estimated_lateness: f64,
}
