//! The graph of a flow run, from its records.

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use tidegate_core::graph::{Graph, GraphBuilder};
use tidegate_core::{Order, Run, RunId, RunKind, RunQuery, StoreError};

use super::run::find;
use crate::state::AppState;
use crate::ui::trouble::Trouble;

/// How many calls are drawn at most.
const MOST: u64 = 20_000;

/// What a flow run has called so far; and whether there was more than is drawn.
pub(super) async fn of(state: &AppState, flow_run: &Run) -> Result<(Graph, bool), StoreError> {
    let mut builder = GraphBuilder::new(flow_run);
    let (mut flow_runs, mut left) = (vec![flow_run.id], MOST);
    while let Some(flow_run_id) = flow_runs.pop().filter(|_| left > 0) {
        let query = RunQuery {
            flow_run_id: Some(flow_run_id),
            order: Order::OldestFirst,
            limit: Some(left),
            ..RunQuery::default()
        };
        let runs = state.store().runs(query).await?;
        left = left.saturating_sub(runs.len() as u64);
        for run in &runs {
            builder.add(run);
            if run.kind() == RunKind::Flow {
                flow_runs.push(run.id);
            }
        }
    }
    Ok((builder.build(state.now()), left == 0))
}

/// `GET /runs/{id}/graph.svg`: the image as a file, which looks the same everywhere.
pub(in crate::ui) async fn save(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let run = find(&state, &id).await?;
    let (graph, _) = of(&state, &run).await?;
    // Its own style sheet is inside it, and nothing else may be.
    let headers = [
        (CONTENT_TYPE, "image/svg+xml"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    ];
    Ok((headers, graph.to_svg()).into_response())
}

/// The run that a text is the id of, as a flow run or a task run.
pub(super) fn id_of(text: &str) -> Result<RunId, Trouble> {
    text.parse().map_err(|_| Trouble::NotFound(format!("run '{text}'")))
}
