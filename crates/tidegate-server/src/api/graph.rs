//! The graph of a flow run as Prefect's `graph-v2` tells it: the runs that were called in it, and what each came after. It is the graph
//! that all others show too; joints are taken apart here, since Prefect has none.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Query, State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tidegate_core::graph::{Graph, GraphBuilder, Point};
use tidegate_core::{Order, Run, RunId, RunKind, RunQuery, Timestamp};

use super::extract::Id;
use super::{flow_runs, ids};
use crate::document::shown;
use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

/// How many runs one answer tells of at most.
const NODES: usize = 10_000;

/// How many edges a joint is taken apart into at most. Above that, each call after it is told to come after the last before it.
const EDGES: usize = 10_000;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/api/flow_runs/{id}/graph-v2", Scope::Read, graph).gives::<shown::Graph>(
        "The runs that were called in a flow run, and what each came after.",
    )]
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Since {
    /// Runs that ended before are left out.
    since: Option<Timestamp>,
}

async fn graph(
    State(state): State<AppState>,
    id: Id,
    Query(query): Query<Since>,
) -> Result<Json<Value>, ApiError> {
    let flow_run = flow_runs::find(&state, id).await?;
    let calls = RunQuery {
        flow_run_id: Some(flow_run.id),
        order: Order::OldestFirst,
        limit: Some(NODES as u64 + 1),
        ..RunQuery::default()
    };
    let calls = state.store().runs(calls).await?;
    if calls.len() > NODES {
        return Err(ApiError::BadRequest(format!(
            "the flow run has more than {NODES} runs, and so many are not told at once"
        )));
    }
    let mut builder = GraphBuilder::new(&flow_run);
    calls.iter().for_each(|run| builder.add(run));
    let parents = parents(&builder.build(state.now()));
    let mut children: HashMap<RunId, Vec<RunId>> = HashMap::new();
    for (child, parents) in &parents {
        for parent in parents {
            children.entry(*parent).or_default().push(*child);
        }
    }
    let is_told =
        |run: &&Run| query.since.is_none_or(|since| run.end_time.is_none_or(|end| end >= since));
    let told: Vec<&Run> = calls.iter().filter(is_told).collect();
    let none = Vec::new();
    let nodes: Vec<Value> = told
        .iter()
        .filter_map(|run| {
            let of =
                |edges: &HashMap<RunId, Vec<RunId>>| edges.get(&run.id).unwrap_or(&none).clone();
            node(run, &of(&parents), &of(&children)).map(|node| json!([run.id, node]))
        })
        .collect();
    let roots: Vec<RunId> = told
        .iter()
        .filter(|run| parents.get(&run.id).is_none_or(Vec::is_empty))
        .map(|run| run.id)
        .collect();
    let states: Vec<Value> = flow_run
        .states
        .iter()
        .enumerate()
        .map(|(place, each)| {
            json!({
                "id": ids::state(flow_run.id, place),
                "timestamp": each.timestamp,
                "type": each.state_type(),
                "name": each.name,
            })
        })
        .collect();
    Ok(Json(json!({
        "start_time": flow_run.start_time,
        "end_time": flow_run.end_time,
        "root_node_ids": roots,
        "nodes": nodes,
        "artifacts": [],
        "states": states,
    })))
}

/// Prefect's `Node`. A run that never started has no place in time, and is left out.
fn node(run: &Run, parents: &[RunId], children: &[RunId]) -> Option<Value> {
    let state = run.state()?;
    let start = run.start_time.or(run.expected_start_time)?;
    let edges = |ids: &[RunId]| ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>();
    let kind = match run.kind() {
        RunKind::Flow => "flow-run",
        RunKind::Task => "task-run",
    };
    Some(json!({
        "kind": kind,
        "id": run.id,
        "label": run.name,
        "state_type": state.state_type(),
        "start_time": start,
        "end_time": run.end_time,
        "parents": edges(parents),
        "children": edges(children),
        "encapsulating": run.task_run_id.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>(),
        "artifacts": [],
    }))
}

/// What each run came after.
fn parents(graph: &Graph) -> HashMap<RunId, Vec<RunId>> {
    let mut into_joint: Vec<Vec<usize>> = vec![Vec::new(); graph.joints];
    let mut out_of_joint = vec![0; graph.joints];
    for edge in &graph.edges {
        if let (Point::Node(node), Point::Joint(joint)) = (edge.from, edge.to) {
            into_joint[joint].push(node);
        }
        if let Point::Joint(joint) = edge.from {
            out_of_joint[joint] += 1;
        }
    }
    let mut parents: HashMap<RunId, Vec<RunId>> = HashMap::new();
    let id_of = |node: usize| graph.nodes[node].run_id;
    for edge in &graph.edges {
        let Point::Node(to) = edge.to else { continue };
        let Some(to) = id_of(to) else { continue };
        let from: Vec<RunId> = match edge.from {
            Point::Node(node) => id_of(node).into_iter().collect(),
            Point::Joint(joint) if into_joint[joint].len() * out_of_joint[joint] > EDGES => {
                into_joint[joint].last().and_then(|last| id_of(*last)).into_iter().collect()
            }
            Point::Joint(joint) => {
                into_joint[joint].iter().filter_map(|node| id_of(*node)).collect()
            }
        };
        let known = parents.entry(to).or_default();
        known.extend(from);
        known.sort();
        known.dedup();
    }
    parents
}
