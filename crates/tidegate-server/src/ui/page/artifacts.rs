//! Artifacts: all of them, and one.

use axum::extract::{Path, State};
use tidegate_core::{ArtifactId, ArtifactQuery};

use super::{Page, Pairs, offset, run};
use crate::state::AppState;
use crate::ui::frame::{Frame, Place};
use crate::ui::trouble::Trouble;
use crate::ui::view::artifacts::{self, PAGE};

/// `GET /artifacts`: of each key the latest.
pub(in crate::ui) async fn list(State(state): State<AppState>, pairs: Pairs) -> Page {
    let offset = offset(&pairs);
    let query =
        ArtifactQuery { latest: true, limit: Some(PAGE), offset, ..ArtifactQuery::default() };
    let found = state.store().artifacts(query).await?;
    let makers = run::names(&state, found.iter().filter_map(artifacts::maker_id).collect()).await?;
    let frame = Frame::new(&state, "Artifacts", Place::Artifacts);
    Ok(frame.around(&artifacts::list(&found, &makers, offset, state.now())))
}

/// `GET /artifacts/{id}`
pub(in crate::ui) async fn show(State(state): State<AppState>, Path(id): Path<String>) -> Page {
    let missing = || Trouble::NotFound(format!("artifact '{id}'"));
    let known: ArtifactId = id.parse().map_err(|_| missing())?;
    let query = ArtifactQuery { id: Some(known), limit: Some(1), ..ArtifactQuery::default() };
    let artifact = state.store().artifacts(query).await?.pop().ok_or_else(missing)?;
    let versions = match &artifact.key {
        Some(key) => {
            let key = Some(key.clone());
            let query = ArtifactQuery { key, limit: Some(PAGE), ..ArtifactQuery::default() };
            state.store().artifacts(query).await?
        }
        None => Vec::new(),
    };
    let makers = versions.iter().filter_map(artifacts::maker_id).collect();
    let makers = run::names(&state, makers).await?;
    let title = artifact.key.clone().unwrap_or_else(|| "Artifact".to_owned());
    let frame = Frame::new(&state, title, Place::Artifacts);
    Ok(frame.around(&artifacts::page(&artifact, &versions, &makers, state.now())))
}
