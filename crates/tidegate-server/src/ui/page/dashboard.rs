//! The first page.

use axum::extract::State;
use axum::http::HeaderMap;
use tidegate_core::{
    RunKind, RunQuery, RunTime, StateType, Steps, StoreError, Tally, TallyQuery, Timestamp,
};

use super::{Page, Pairs, attention, value};
use crate::state::AppState;
use crate::ui::frame::{Frame, Place};
use crate::ui::mark;
use crate::ui::span::Span;
use crate::ui::view::activity::Bucket;
use crate::ui::view::dashboard::{self, Dashboard};

/// `GET /`
pub(in crate::ui) async fn show(
    State(state): State<AppState>,
    headers: HeaderMap,
    pairs: Pairs,
) -> Page {
    let now = state.now();
    let span = value(&pairs, "span").and_then(Span::of).unwrap_or(Span::Day);
    let flows = RunQuery { kind: Some(RunKind::Flow), ..RunQuery::default() };
    let begun = RunQuery { created_after: Some(span.start(now)), ..flows.clone() };
    let counts = counts(&state, &begun).await?;
    let mut buckets = buckets(&state, span, now).await?;
    // What is to begin later stands under what comes next, and is no activity yet.
    for bucket in &mut buckets {
        bucket.states.retain(|(state_type, _)| *state_type != StateType::Scheduled);
    }
    let seen = attention::seen_until(&headers).filter(|_| value(&pairs, "seen") != Some("all"));
    let needy = attention::needy(&state, span.start(now), seen).await?;
    let running = attention::going(&state).await?;
    let next = attention::next(&state).await?;
    let slow = attention::slow(&state, span.start(now)).await?;
    let any = counts.iter().any(|(_, count)| *count > 0) || {
        !state.store().runs(RunQuery { limit: Some(1), ..flows }).await?.is_empty()
    };
    let page = Dashboard {
        span,
        counts: &counts,
        buckets: &buckets,
        needy: &needy,
        running: &running,
        next: &next,
        slow: &slow,
        seen,
        any,
        now,
    };
    let frame = Frame::new(&state, "Dashboard", Place::Dashboard).live("/live");
    Ok(frame.around(&dashboard::show(&page)))
}

/// How many runs are in which state.
async fn counts(state: &AppState, query: &RunQuery) -> Result<Vec<(StateType, u64)>, StoreError> {
    let query = TallyQuery { runs: query.clone(), steps: None, sums: false, now: state.now() };
    Ok(by_state(&state.store().tally_runs(query).await?))
}

/// The bars of the chart.
async fn buckets(state: &AppState, span: Span, now: Timestamp) -> Result<Vec<Bucket>, StoreError> {
    let buckets = span.buckets(now);
    let (Some(first), Some(last)) = (buckets.first(), buckets.last()) else {
        return Ok(Vec::new());
    };
    let length = (first.1 - first.0).to_std().unwrap_or_default();
    let steps = Steps { by: RunTime::Created, start: first.0, end: last.1, length };
    let runs = RunQuery { kind: Some(RunKind::Flow), ..RunQuery::default() };
    let query = TallyQuery { runs, steps: Some(steps), sums: false, now };
    let tallies = state.store().tally_runs(query).await?;
    let all = buckets.into_iter().zip(0..).map(|((start, end), step)| {
        let own: Vec<Tally> = tallies.iter().filter(|tally| tally.step == step).cloned().collect();
        Bucket { start, end, states: by_state(&own) }
    });
    Ok(all.collect())
}

/// How many are in which state, of every state.
fn by_state(tallies: &[Tally]) -> Vec<(StateType, u64)> {
    let count = |state_type| {
        let own = tallies.iter().filter(|tally| tally.state_type == state_type);
        (state_type, own.map(|tally| tally.runs).sum())
    };
    mark::ORDER.map(count).into()
}
