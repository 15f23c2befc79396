//! The flow run that the calling code belongs to; in a task run, the one the task was called in.

use tidegate_core::{Parameters, RunId, Timestamp};

use crate::runtime::{flow, stand_in};

/// Its id.
#[must_use]
pub fn id() -> Option<RunId> {
    stand_in(|facts| facts.flow_run.id).or_else(|| flow(|run| run.id()))
}

/// Its name.
#[must_use]
pub fn name() -> Option<String> {
    stand_in(|facts| facts.flow_run.name.clone()).or_else(|| flow(|run| run.name()))
}

/// Its tags; none outside a run.
#[must_use]
pub fn tags() -> Vec<String> {
    stand_in(|facts| facts.flow_run.tags.clone())
        .or_else(|| flow(|run| run.record().tags.clone()))
        .unwrap_or_default()
}

/// The name of its flow.
#[must_use]
pub fn flow_name() -> Option<String> {
    stand_in(|facts| facts.flow_run.definition_name.clone())
        .or_else(|| flow(|run| run.definition().name().to_owned()))
}

/// The version of its flow.
#[must_use]
pub fn flow_version() -> Option<String> {
    flow(|run| run.definition().version().map(ToOwned::to_owned)).flatten()
}

/// What it was called with, as recorded; empty outside a run.
#[must_use]
pub fn parameters() -> Parameters {
    stand_in(|facts| facts.flow_run.parameters.clone())
        .or_else(|| flow(|run| run.record().parameters.clone()))
        .unwrap_or_default()
}

/// How often it has entered RUNNING, this time included; 0 outside a run.
#[must_use]
pub fn run_count() -> u32 {
    stand_in(|facts| facts.flow_run.run_count)
        .or_else(|| flow(|run| run.record().run_count))
        .unwrap_or(0)
}

/// When it was to start.
#[must_use]
pub fn scheduled_start_time() -> Option<Timestamp> {
    flow(|run| run.record().expected_start_time).flatten()
}

/// The flow run that called it, if it is a subflow run.
#[must_use]
pub fn parent_flow_run_id() -> Option<RunId> {
    flow(|run| run.record().flow_run_id).flatten()
}

/// The deployment of the flow run that called it; none while deployments are not part of Tidegate.
#[must_use]
pub fn parent_deployment_id() -> Option<tidegate_core::DeploymentId> {
    flow(|run| run.flow().and_then(|parent| parent.record().deployment_id)).flatten()
}

/// The outermost flow run; itself, if no flow run called it.
#[must_use]
pub fn root_flow_run_id() -> Option<RunId> {
    flow(|run| run.record().root_flow_run_id).flatten()
}

/// Where a server shows it to programs; none without a server.
#[must_use]
pub fn api_url() -> Option<String> {
    None
}

/// Where a server shows it to people; none without a server.
#[must_use]
pub fn ui_url() -> Option<String> {
    None
}

/// The variables of the infrastructure it runs on; empty without a work pool.
#[must_use]
pub fn job_variables() -> Parameters {
    Parameters::default()
}
