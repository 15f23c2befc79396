//! What answers look like, for the document alone: the answers themselves are made in `api/shape` and beside their routes. A test
//! compares the two.

#![expect(dead_code, reason = "the fields are read by nobody but the makers of schemas")]

mod blocks;
mod dashboard;
mod graph;
mod limits;
mod records;
mod runs;

use schemars::JsonSchema;
use serde_json::{Map, Value};
use uuid::Uuid;

pub(crate) use blocks::{BlockDocument, BlockSchema, BlockType};
pub(crate) use dashboard::{NamedTaskRun, Point, Validated};
pub(crate) use graph::Graph;
pub(crate) use limits::{ConcurrencyLimit, Limit, TagLimit, TakenSlots};
pub(crate) use records::{
    Artifact, ArtifactCollection, EventCount, Events, Flow, FlowRunInput, Log, Variable,
};
pub(crate) use runs::{
    Deleted, FlowRun, HistoryStep, OrchestrationResult, Results, State, TaskRun,
};

/// Any JSON object.
type Object = Map<String, Value>;

/// Why a request is not done.
#[derive(JsonSchema)]
pub(crate) struct Refusal {
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exception_message: Option<String>,
}

/// What is wrong with a request.
#[derive(JsonSchema)]
pub(crate) struct InvalidRequest {
    exception_message: String,
    exception_detail: Vec<Problem>,
    request_body: Value,
}

/// What is wrong with one part of a request.
#[derive(JsonSchema)]
struct Problem {
    /// Where: `["body", "flow_runs", "limit"]`.
    loc: Vec<Value>,
    msg: String,
    #[serde(rename = "type")]
    kind: String,
}

/// One page of a list.
#[derive(JsonSchema)]
pub(crate) struct Page<T> {
    results: Vec<T>,
    count: u64,
    limit: u64,
    pages: u64,
    page: u64,
}

/// Whether the store answers.
#[derive(JsonSchema)]
pub(crate) struct Message {
    message: String,
}

/// Where clients keep results unless they are told otherwise.
#[derive(JsonSchema)]
pub(crate) struct Storage {
    default_result_storage_block_id: Option<Uuid>,
}
