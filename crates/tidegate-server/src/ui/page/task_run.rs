//! What the page of a task run has of its own: its attempts, and the runs that made its inputs.

use futures_util::future::try_join_all;
use maud::{Markup, html};
use tidegate_core::{LogQuery, Run, StoreError};

use super::logs::of_run;
use crate::state::AppState;
use crate::ui::graph;
use crate::ui::view::attempts;

/// How many lines are read to be shown with attempts.
const LINES: u64 = 2000;

/// How many runs are named that made its inputs.
const GIVEN: usize = 30;

/// See the module.
pub(super) async fn of(state: &AppState, run: &Run) -> Result<Markup, StoreError> {
    let newest = LogQuery { newest_first: true, limit: Some(LINES), ..of_run(run) };
    let mut lines = state.store().logs(newest).await?;
    lines.reverse();
    let mut given = match run.place.as_ref().is_some_and(|place| !place.upstream.is_empty()) {
        true => given_by(state, run).await?,
        false => Vec::new(),
    };
    let more = given.len() > GIVEN;
    given.truncate(GIVEN);
    Ok(html! {
        (attempts::show(run, &lines, state.now()))
        (attempts::given_by(&given, more))
    })
}

/// The runs whose handles it was given, as the graph of its flow run has them.
async fn given_by(state: &AppState, run: &Run) -> Result<Vec<Run>, StoreError> {
    let Some(flow_run) = run.flow_run_id else { return Ok(Vec::new()) };
    let Some(flow_run) = state.store().run(flow_run).await? else { return Ok(Vec::new()) };
    let ids = graph::look(state, &flow_run).await?.given_to(run.id, GIVEN + 1);
    let runs = try_join_all(ids.into_iter().map(|id| state.store().run(id))).await?;
    Ok(runs.into_iter().flatten().collect())
}
