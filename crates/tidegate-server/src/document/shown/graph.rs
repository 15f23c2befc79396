//! The graph of a flow run, as answers show it. Nothing here is ever made.

use schemars::JsonSchema;
use tidegate_core::{StateType, Timestamp};
use uuid::Uuid;

/// The runs that were called in a flow run, and what each came after.
#[derive(JsonSchema)]
pub(crate) struct Graph {
    start_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
    root_node_ids: Vec<Uuid>,
    nodes: Vec<(Uuid, Node)>,
    artifacts: Vec<serde_json::Value>,
    states: Vec<NodeState>,
}

/// A run in a graph.
#[derive(JsonSchema)]
struct Node {
    kind: NodeKind,
    id: Uuid,
    label: String,
    state_type: StateType,
    start_time: Timestamp,
    end_time: Option<Timestamp>,
    parents: Vec<Edge>,
    children: Vec<Edge>,
    encapsulating: Vec<Edge>,
    artifacts: Vec<serde_json::Value>,
}

/// What is run.
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum NodeKind {
    FlowRun,
    TaskRun,
}

/// The other end of an edge.
#[derive(JsonSchema)]
struct Edge {
    id: Uuid,
}

/// A state of the flow run.
#[derive(JsonSchema)]
struct NodeState {
    id: Uuid,
    timestamp: Timestamp,
    #[serde(rename = "type")]
    state_type: StateType,
    name: String,
}
