//! The list of flows.

use axum::extract::State;
use futures_util::future::try_join_all;
use tidegate_core::{DefinitionRecord, Run, RunKind, RunQuery, StateType, Store, StoreError};

use super::Page;
use crate::state::AppState;
use crate::ui::frame::{Frame, Place};
use crate::ui::view::flows::{self, Flow, STRIP};

/// How many runs are looked at for those of one of several flows of the same name.
const SHARED: u64 = 300;

/// What a run is in that has begun, or has ended without.
const BEGUN: [StateType; 7] = [
    StateType::Running,
    StateType::Completed,
    StateType::Failed,
    StateType::Crashed,
    StateType::Paused,
    StateType::Cancelling,
    StateType::Cancelled,
];

/// How many scheduled runs are looked at for what is next.
const SCHEDULED: u64 = 500;

/// `GET /flows`
pub(in crate::ui) async fn show(State(state): State<AppState>) -> Page {
    let store = state.store();
    let records = store.definitions(RunKind::Flow).await?;
    let last = try_join_all(records.iter().map(|record| begun(store, record, &records))).await?;
    let scheduled = RunQuery {
        kind: Some(RunKind::Flow),
        state_types: vec![StateType::Scheduled],
        limit: Some(SCHEDULED),
        ..RunQuery::default()
    };
    let scheduled = store.runs(scheduled).await?;
    let flow = |(record, last): (DefinitionRecord, Vec<Run>)| {
        let own = scheduled.iter().filter(|run| run.definition.key == record.definition.key);
        let next = own.filter_map(|run| run.next_scheduled_start_time).min();
        Flow { record, last, next }
    };
    let flows: Vec<_> = records.iter().cloned().zip(last).map(flow).collect();
    let frame = Frame::new(&state, "Flows", Place::Flows).live("/live");
    Ok(frame.around(&flows::show(&flows, state.now())))
}

/// The last runs of a flow that have begun. Flows of one name have the runs of each other beside them.
async fn begun(
    store: &dyn Store,
    record: &DefinitionRecord,
    all: &[DefinitionRecord],
) -> Result<Vec<Run>, StoreError> {
    let own = &record.definition;
    let shared = all.iter().filter(|each| each.definition.name == own.name).count() > 1;
    let mut runs = store
        .runs(RunQuery {
            kind: Some(RunKind::Flow),
            definition_name: Some(own.name.clone()),
            state_types: BEGUN.to_vec(),
            limit: Some(if shared { SHARED } else { STRIP }),
            ..RunQuery::default()
        })
        .await?;
    runs.retain(|run| run.definition.key == own.key);
    runs.truncate(STRIP as usize);
    Ok(runs)
}
