//! A flow run.

use schemars::JsonSchema;
use serde::Serialize;
use tidegate_core::{DeploymentId, Parameters, Run, RunId, Timestamp};
use uuid::Uuid;

use super::policy::FlowRunPolicy;
use super::times::Times;
use super::{Object, State};
use crate::api::ids;

/// A flow run: Prefect's `FlowRunResponse`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FlowRun<'a> {
    id: RunId,
    created: Timestamp,
    updated: Timestamp,
    name: &'a str,
    flow_id: Uuid,
    state_id: Option<Uuid>,
    deployment_id: Option<DeploymentId>,
    deployment_version: Option<&'a str>,
    work_queue_id: Option<Uuid>,
    work_queue_name: Option<&'a str>,
    flow_version: Option<&'a str>,
    parameters: &'a Parameters,
    idempotency_key: Option<&'a str>,
    context: Object,
    empirical_policy: FlowRunPolicy<'a>,
    tags: &'a [String],
    labels: Object,
    parent_task_run_id: Option<RunId>,
    auto_scheduled: bool,
    infrastructure_document_id: Option<Uuid>,
    infrastructure_pid: Option<&'a str>,
    created_by: Option<Object>,
    work_pool_id: Option<Uuid>,
    work_pool_name: Option<&'a str>,
    state: Option<State<'a>>,
    job_variables: Object,
    #[serde(flatten)]
    times: Times<'a>,
}

impl<'a> FlowRun<'a> {
    /// A flow run as it is at this time.
    pub(crate) fn of(run: &'a Run, now: Timestamp) -> Self {
        let state = State::current(run);
        Self {
            id: run.id,
            created: run.created,
            updated: run.state().map_or(run.created, |state| state.timestamp),
            name: &run.name,
            flow_id: ids::flow(&run.definition.name),
            state_id: state.as_ref().map(State::id),
            deployment_id: run.deployment_id,
            deployment_version: None,
            work_queue_id: None,
            work_queue_name: None,
            flow_version: run.definition.version.as_deref(),
            parameters: &run.parameters,
            idempotency_key: None,
            context: Object::new(),
            empirical_policy: FlowRunPolicy::of(&run.policy),
            tags: &run.tags,
            labels: Object::new(),
            parent_task_run_id: run.task_run_id,
            auto_scheduled: false,
            infrastructure_document_id: None,
            infrastructure_pid: run.infrastructure_pid.as_deref(),
            created_by: None,
            work_pool_id: None,
            work_pool_name: None,
            state,
            job_variables: Object::new(),
            times: Times::of(run, now),
        }
    }
}
