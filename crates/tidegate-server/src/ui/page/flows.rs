//! The list of flows.

use axum::extract::State;
use futures_util::future::try_join_all;
use tidegate_core::{RunKind, RunQuery};

use super::Page;
use crate::state::AppState;
use crate::ui::frame::{Frame, Place};
use crate::ui::view::flows::{self, Flow, STRIP};

/// `GET /flows`
pub(in crate::ui) async fn show(State(state): State<AppState>) -> Page {
    let store = state.store();
    let records = store.definitions(RunKind::Flow).await?;
    let last = try_join_all(records.iter().map(|record| {
        store.runs(RunQuery {
            kind: Some(RunKind::Flow),
            definition_name: Some(record.definition.name.clone()),
            limit: Some(STRIP),
            ..RunQuery::default()
        })
    }));
    let last = last.await?;
    let flows: Vec<_> =
        records.into_iter().zip(last).map(|(record, last)| Flow { record, last }).collect();
    let frame = Frame::new(&state, "Flows", Place::Flows).live("/live");
    Ok(frame.around(&flows::show(&flows, state.now())))
}
