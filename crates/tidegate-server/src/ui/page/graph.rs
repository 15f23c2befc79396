//! The graph of a flow run, from its records: what the script of its page draws, and the image to save.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use tidegate_core::{RunId, RunKind};

use super::run::find;
use super::{Pairs, value};
use crate::state::AppState;
use crate::ui::graph::{self, Ask};
use crate::ui::trouble::Trouble;

/// `GET /runs/{id}/graph.json`: what the asker sees of it and does not know yet, as `ui/graph/told.rs` says it.
pub(in crate::ui) async fn tell(
    State(state): State<AppState>,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Response, Trouble> {
    let run = find(&state, &id).await?;
    if run.kind() == RunKind::Task {
        return Err(Trouble::NotFound(format!("graph of '{id}', which is a task run")));
    }
    let drawn = graph::look(&state, &run).await?;
    let told = graph::tell(&drawn, &Ask::of(&pairs), state.now());
    Ok(([(CACHE_CONTROL, "no-store")], Json(told)).into_response())
}

/// `GET /runs/{id}/graph.svg`: the image as a file, which looks the same everywhere; with `?all=yes`, every run is drawn.
pub(in crate::ui) async fn save(
    State(state): State<AppState>,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Response, Trouble> {
    let run = find(&state, &id).await?;
    let (builder, _) = graph::read(&state, &run).await?;
    let mut graph = builder.build(state.now());
    if value(&pairs, "all") == Some("yes") {
        graph = graph.folding_over(usize::MAX);
    }
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
