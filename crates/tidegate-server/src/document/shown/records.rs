//! What is kept beside runs, as answers show it. Nothing here is ever made.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::Value;
use tidegate_core::{ArtifactType, Timestamp};
use uuid::Uuid;

use super::Object;

/// A flow.
#[derive(JsonSchema)]
pub(crate) struct Flow {
    id: Uuid,
    created: Option<Timestamp>,
    updated: Option<Timestamp>,
    name: String,
    tags: Vec<String>,
    labels: Object,
}

/// What a flow run was handed.
#[derive(JsonSchema)]
pub(crate) struct FlowRunInput {
    id: Uuid,
    created: Timestamp,
    updated: Timestamp,
    flow_run_id: Uuid,
    key: String,
    /// JSON, as text.
    value: String,
    sender: Option<String>,
}

/// A log line.
#[derive(JsonSchema)]
pub(crate) struct Log {
    id: Uuid,
    created: Timestamp,
    updated: Timestamp,
    name: String,
    level: u8,
    message: String,
    timestamp: Timestamp,
    flow_run_id: Option<Uuid>,
    task_run_id: Option<Uuid>,
}

/// An event. A resource is its labels, of which `prefect.resource.id` is one.
#[derive(JsonSchema)]
pub(crate) struct Event {
    id: Uuid,
    occurred: Timestamp,
    received: Timestamp,
    event: String,
    resource: BTreeMap<String, String>,
    related: Vec<BTreeMap<String, String>>,
    payload: Object,
    follows: Option<Uuid>,
}

/// Some of the events that are asked for.
#[derive(JsonSchema)]
pub(crate) struct Events {
    events: Vec<Event>,
    /// How many there are, as far as they were counted.
    total: u64,
    /// Where the next are.
    next_page: Option<String>,
}

/// An artifact.
#[derive(JsonSchema)]
pub(crate) struct Artifact {
    id: Uuid,
    created: Timestamp,
    updated: Timestamp,
    key: Option<String>,
    #[serde(rename = "type")]
    artifact_type: ArtifactType,
    description: Option<String>,
    data: Value,
    metadata_: Option<Object>,
    flow_run_id: Option<Uuid>,
    task_run_id: Option<Uuid>,
}

/// The latest artifact of a key.
#[derive(JsonSchema)]
pub(crate) struct ArtifactCollection {
    latest_id: Uuid,
    #[serde(flatten)]
    artifact: Artifact,
}

/// A variable.
#[derive(JsonSchema)]
pub(crate) struct Variable {
    id: Uuid,
    created: Timestamp,
    updated: Timestamp,
    name: String,
    value: Value,
    tags: Vec<String>,
}

/// How many events have something in common.
#[derive(JsonSchema)]
pub(crate) struct EventCount {
    /// What they have in common.
    value: String,
    /// How that is shown.
    label: String,
    count: u64,
    start_time: Timestamp,
    end_time: Timestamp,
}
