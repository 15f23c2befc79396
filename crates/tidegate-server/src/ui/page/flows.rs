//! The list of flows.

use axum::extract::State;
use futures_util::future::try_join_all;
use tidegate_core::{DefinitionRecord, Run, RunKind, RunQuery, StateType};

use super::Page;
use crate::state::AppState;
use crate::ui::frame::{Frame, Place};
use crate::ui::view::flows::{self, Flow, STRIP};

/// How many scheduled runs are looked at for what is next.
const SCHEDULED: u64 = 500;

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
    let scheduled = RunQuery {
        kind: Some(RunKind::Flow),
        state_types: vec![StateType::Scheduled],
        limit: Some(SCHEDULED),
        ..RunQuery::default()
    };
    let scheduled = store.runs(scheduled).await?;
    let flow = |(record, last): (DefinitionRecord, Vec<Run>)| {
        let own = scheduled.iter().filter(|run| run.definition.name == record.definition.name);
        let next = own.filter_map(|run| run.next_scheduled_start_time).min();
        Flow { record, last, next }
    };
    let flows: Vec<_> = records.into_iter().zip(last).map(flow).collect();
    let frame = Frame::new(&state, "Flows", Place::Flows).live("/live");
    Ok(frame.around(&flows::show(&flows, state.now())))
}
