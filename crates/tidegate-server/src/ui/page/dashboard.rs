//! The first page.

use axum::extract::State;
use axum::http::HeaderMap;
use futures_util::future::try_join_all;
use tidegate_core::{RunKind, RunQuery, StateType, StoreError, Timestamp};

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
    let mut buckets = buckets(&state, span, now, &counts).await?;
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

/// How many runs are in which state. What completed is what is left, so that nobody counts it one by one.
async fn counts(state: &AppState, query: &RunQuery) -> Result<Vec<(StateType, u64)>, StoreError> {
    let store = state.store();
    let count = |state_type: StateType| {
        let all = state_type == StateType::Completed;
        let types = if all { Vec::new() } else { vec![state_type] };
        store.count_runs(RunQuery { state_types: types, ..query.clone() })
    };
    let counted = try_join_all(mark::ORDER.map(count)).await?;
    Ok(with_rest(mark::ORDER.into_iter().zip(counted)))
}

/// Takes the others from the number of all, which stands where what completed belongs.
fn with_rest(counts: impl Iterator<Item = (StateType, u64)>) -> Vec<(StateType, u64)> {
    let mut counts: Vec<_> = counts.collect();
    let others: u64 =
        counts.iter().filter(|(each, _)| *each != StateType::Completed).map(|(_, n)| n).sum();
    for (_, all) in counts.iter_mut().filter(|(each, _)| *each == StateType::Completed) {
        *all = all.saturating_sub(others);
    }
    counts
}

/// The bars of the chart. States of which the span has none are not asked for again.
async fn buckets(
    state: &AppState,
    span: Span,
    now: Timestamp,
    counts: &[(StateType, u64)],
) -> Result<Vec<Bucket>, StoreError> {
    let store = state.store();
    let there: Vec<StateType> = counts
        .iter()
        .filter(|(each, count)| *count > 0 || *each == StateType::Completed)
        .map(|(each, _)| *each)
        .collect();
    let there = &there;
    let count = |(start, end): (Timestamp, Timestamp)| async move {
        let query = RunQuery {
            kind: Some(RunKind::Flow),
            created_after: Some(start),
            created_before: Some(end),
            ..RunQuery::default()
        };
        let counted = try_join_all(there.iter().map(|state_type| {
            let all = *state_type == StateType::Completed;
            let types = if all { Vec::new() } else { vec![*state_type] };
            store.count_runs(RunQuery { state_types: types, ..query.clone() })
        }));
        let states = with_rest(there.iter().copied().zip(counted.await?));
        Ok::<_, StoreError>(Bucket { start, end, states })
    };
    try_join_all(span.buckets(now).into_iter().map(count)).await
}
