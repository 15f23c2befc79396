//! The list of flow runs.

use axum::extract::State;
use tidegate_core::{RunKind, RunQuery};

use super::{Page, Pairs, run};
use crate::state::AppState;
use crate::ui::filter::Filter;
use crate::ui::frame::{Frame, Place};
use crate::ui::view::runs::{self, Runs};

/// How many runs are drawn as dots.
const DOTS: u64 = 300;

/// `GET /runs`
pub(in crate::ui) async fn show(State(state): State<AppState>, pairs: Pairs) -> Page {
    let now = state.now();
    let filter = Filter::of(&pairs);
    let store = state.store();
    let query = filter.query(now);
    let runs = store.runs(query.clone()).await?;
    let total = store.count_runs(query.clone()).await?;
    let drawn = store.runs(RunQuery { limit: Some(DOTS), ..query }).await?;
    let flows = store.definitions(RunKind::Flow).await?;
    let mut flows: Vec<_> = flows.iter().map(|flow| flow.definition.name.clone()).collect();
    flows.dedup();
    let callers =
        run::names(&state, runs.iter().filter_map(|run| run.flow_run_id).collect()).await?;
    let calls = store.count_calls(runs.iter().map(|run| run.id).collect()).await?;
    let page = Runs {
        filter: &filter,
        runs: &runs,
        callers: &callers,
        calls: &calls,
        total,
        drawn: &drawn,
        flows: &flows,
        now,
    };
    let frame = Frame::new(&state, "Runs", Place::Runs).live("/live");
    Ok(frame.around(&runs::show(&page)))
}
