//! The search: from what somebody typed to where it is shown.

use axum::extract::State;
use axum::response::Redirect;
use tidegate_core::{RunId, RunKind};

use super::{Pairs, value};
use crate::state::AppState;
use crate::ui::filter::Filter;
use crate::ui::part;
use crate::ui::trouble::Trouble;

/// `GET /search`: a run by its id, or the runs of a flow, of a name, or with a tag, whichever there are.
pub(in crate::ui) async fn find(
    State(state): State<AppState>,
    pairs: Pairs,
) -> Result<Redirect, Trouble> {
    let text = value(&pairs, "q").unwrap_or_default().to_owned();
    if text.is_empty() {
        return Ok(Redirect::to("/runs"));
    }
    if let Ok(id) = text.parse::<RunId>()
        && state.store().run(id).await?.is_some()
    {
        return Ok(Redirect::to(&part::run_url(id)));
    }
    let flows = state.store().definitions(RunKind::Flow).await?;
    if flows.iter().any(|flow| flow.definition.name == text) {
        let filter = Filter { flow: Some(text), ..Filter::default() };
        return Ok(Redirect::to(&filter.url("/runs")));
    }
    let named = Filter { name: Some(text.clone()), ..Filter::default() };
    let tagged = Filter { tags: vec![text], ..Filter::default() };
    let now = state.now();
    let found = state.store().count_runs(named.query(now)).await? > 0;
    let tags = !found && state.store().count_runs(tagged.query(now)).await? > 0;
    Ok(Redirect::to(&if tags { tagged } else { named }.url("/runs")))
}
