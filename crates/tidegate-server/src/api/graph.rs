//! The graph of a flow run as Prefect's `graph-v2` tells it: the runs that were called in it, and what each came after. It is the graph
//! that all others show too; joints are taken apart here, since Prefect has none.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tidegate_core::graph::{Graph, GraphBuilder, Point};
use tidegate_core::{
    ArtifactId, ArtifactQuery, ArtifactType, Order, Run, RunId, RunKind, RunQuery, StateType,
    Timestamp,
};
use uuid::Uuid;

use super::extract::{Id, Query};
use super::{flow_runs, ids};
use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

/// How many runs one answer tells of at most.
const NODES: usize = 10_000;

/// How many edges a joint is taken apart into at most. Above that, each call after it is told to come after the last before it.
const EDGES: usize = 10_000;

/// How many artifacts are told of at most.
const ARTIFACTS: u64 = 1000;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/flow_runs/{id}/graph-v2", Scope::Read, graph).gives::<Told<'_>>(
            "The runs that were called in a flow run, and what each came after.",
        ),
    ]
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
) -> Result<Response, ApiError> {
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
    let made = artifacts(&state, flow_run.id).await?;
    let mut builder = GraphBuilder::new(&flow_run);
    calls.iter().for_each(|run| builder.add(run));
    let parents = parents(&builder.build(state.now()));
    let mut children: HashMap<RunId, Vec<Edge>> = HashMap::with_capacity(calls.len());
    for (child, parents) in &parents {
        for parent in parents {
            children.entry(parent.id).or_default().push(Edge { id: *child });
        }
    }
    // The order of a map is another one each time.
    children.values_mut().for_each(|children| children.sort_unstable());
    let is_told =
        |run: &&Run| query.since.is_none_or(|since| run.end_time.is_none_or(|end| end >= since));
    let nodes: Vec<(RunId, Node<'_>)> = calls
        .iter()
        .filter(is_told)
        .filter_map(|run| {
            let made = made.get(&Some(run.id)).map_or(&[][..], |made| made);
            let edges = [&parents, &children].map(|of| of.get(&run.id).map_or(&[][..], |all| all));
            Some((run.id, node(run, edges, made)?))
        })
        .collect();
    let roots: Vec<RunId> =
        nodes.iter().filter(|(_, node)| node.parents.is_empty()).map(|(id, _)| *id).collect();
    let states = flow_run.states.iter().enumerate().map(|(place, each)| NodeState {
        id: ids::state(flow_run.id, place),
        timestamp: each.timestamp,
        state_type: each.state_type(),
        name: &each.name,
    });
    let states: Vec<NodeState<'_>> = states.collect();
    let told = Told {
        start_time: flow_run.start_time,
        end_time: flow_run.end_time,
        root_node_ids: roots,
        nodes,
        artifacts: made.get(&None).map_or(&[][..], |made| made),
        states,
    };
    Ok(Json(told).into_response())
}

type Edges = HashMap<RunId, Vec<Edge>>;

/// The runs that were called in a flow run, and what each came after: Prefect's `Graph`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Graph")]
struct Told<'a> {
    start_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
    root_node_ids: Vec<RunId>,
    nodes: Vec<(RunId, Node<'a>)>,
    artifacts: &'a [GraphArtifact],
    states: Vec<NodeState<'a>>,
}

/// A run in a graph: Prefect's `Node`.
#[derive(Debug, Serialize, JsonSchema)]
struct Node<'a> {
    kind: NodeKind,
    id: RunId,
    label: Cow<'a, str>,
    state_type: StateType,
    start_time: Timestamp,
    end_time: Option<Timestamp>,
    parents: &'a [Edge],
    children: &'a [Edge],
    encapsulating: Vec<Edge>,
    artifacts: &'a [GraphArtifact],
}

/// What is run.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum NodeKind {
    FlowRun,
    TaskRun,
}

/// A state of the flow run.
#[derive(Debug, Serialize, JsonSchema)]
struct NodeState<'a> {
    id: Uuid,
    timestamp: Timestamp,
    #[serde(rename = "type")]
    state_type: StateType,
    name: &'a str,
}

/// What was made in a run: Prefect's `GraphArtifact`.
#[derive(Debug, Serialize, JsonSchema)]
struct GraphArtifact {
    id: ArtifactId,
    created: Timestamp,
    key: Option<String>,
    #[serde(rename = "type")]
    artifact_type: ArtifactType,
    is_latest: bool,
    /// How far something has got; nothing of other artifacts.
    data: Option<Value>,
}

/// The run at the other end of an edge: Prefect's `Edge`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
struct Edge {
    id: RunId,
}

/// A run that never started has no place in time, and is left out.
fn node<'a>(
    run: &'a Run,
    [parents, children]: [&'a [Edge]; 2],
    artifacts: &'a [GraphArtifact],
) -> Option<Node<'a>> {
    let (kind, label) = match run.kind() {
        RunKind::Flow => {
            (NodeKind::FlowRun, Cow::Owned(format!("{} / {}", run.definition.name, run.name)))
        }
        RunKind::Task => (NodeKind::TaskRun, Cow::Borrowed(&*run.name)),
    };
    Some(Node {
        kind,
        id: run.id,
        label,
        state_type: run.state()?.state_type(),
        start_time: run.start_time.or(run.expected_start_time)?,
        end_time: run.end_time,
        parents,
        children,
        encapsulating: run.task_run_id.map(|id| Edge { id }).into_iter().collect(),
        artifacts,
    })
}

/// All that was made in a flow run, by the task run that made it; none for the flow run itself.
async fn artifacts(
    state: &AppState,
    flow_run: RunId,
) -> Result<HashMap<Option<RunId>, Vec<GraphArtifact>>, ApiError> {
    let made = ArtifactQuery {
        flow_run_id: Some(flow_run),
        order: Order::OldestFirst,
        limit: Some(ARTIFACTS),
        ..ArtifactQuery::default()
    };
    let latest = ArtifactQuery { latest: true, ..made.clone() };
    let latest: HashSet<ArtifactId> =
        state.store().artifacts(latest).await?.into_iter().map(|record| record.id).collect();
    let mut by_run: HashMap<Option<RunId>, Vec<GraphArtifact>> = HashMap::new();
    for record in state.store().artifacts(made).await? {
        // Only how far something has got is drawn from what is in an artifact.
        let data = Some(record.data).filter(|_| record.artifact_type == ArtifactType::Progress);
        by_run.entry(record.task_run_id).or_default().push(GraphArtifact {
            id: record.id,
            created: record.created,
            is_latest: record.key.is_none() || latest.contains(&record.id),
            key: record.key,
            artifact_type: record.artifact_type,
            data,
        });
    }
    Ok(by_run)
}

/// What each run came after.
fn parents(graph: &Graph) -> Edges {
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
    let mut parents: Edges = HashMap::with_capacity(graph.nodes.len());
    let id_of = |node: usize| graph.nodes[node].run_id;
    for edge in &graph.edges {
        let Point::Node(to) = edge.to else { continue };
        let Some(to) = id_of(to) else { continue };
        let from = match &edge.from {
            Point::Node(node) => std::slice::from_ref(node),
            Point::Joint(joint) => {
                let into = &*into_joint[*joint];
                let are_many = into.len() * out_of_joint[*joint] > EDGES;
                if are_many { &into[into.len() - 1..] } else { into }
            }
        };
        let from = from.iter().filter_map(|node| id_of(*node)).map(|id| Edge { id });
        parents.entry(to).or_default().extend(from);
    }
    for known in parents.values_mut() {
        known.sort_unstable();
        known.dedup();
    }
    parents
}
