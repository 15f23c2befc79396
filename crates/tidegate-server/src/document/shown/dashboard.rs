//! What Prefect's own pages ask for, as answers show it. Nothing here is ever made.

use schemars::JsonSchema;
use tidegate_core::{StateType, Timestamp};
use uuid::Uuid;

use super::TaskRun;

/// A flow run as a point of a chart.
#[derive(JsonSchema)]
pub(crate) struct Point {
    id: Uuid,
    state_type: StateType,
    /// When it began, or was to begin.
    timestamp: Timestamp,
    /// In seconds.
    duration: f64,
    /// By how many seconds it began too late.
    lateness: f64,
}

/// A task run with the name of its flow run.
#[derive(JsonSchema)]
pub(crate) struct NamedTaskRun {
    flow_run_name: Option<String>,
    #[serde(flatten)]
    task_run: TaskRun,
}

/// Whether values are what a schema asks for.
#[derive(JsonSchema)]
pub(crate) struct Validated {
    valid: bool,
    errors: Vec<String>,
}
