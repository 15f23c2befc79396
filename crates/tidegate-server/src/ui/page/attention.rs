//! What the first page lists: what needs people, what goes on, what comes next, and what is slow.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::future::try_join_all;
use tidegate_core::{Run, RunKind, RunQuery, StateType, StoreError, Timestamp};

use crate::state::AppState;
use crate::ui::part::exact;
use crate::ui::trouble::Trouble;
use crate::ui::view::dashboard::{Going, Slow};
use crate::ui::words;

/// How many runs each list has.
const LIST: u64 = 8;

/// Of how many runs it is said which flows are slow.
const MEASURED: u64 = 500;

/// What the cookie is called that says what somebody has seen.
const SEEN: &str = "tidegate-seen";

/// `POST /seen`: what has failed until now needs nobody any more.
pub(in crate::ui) async fn seen(State(state): State<AppState>) -> Result<Response, Trouble> {
    let now = exact(state.now());
    let cookie = format!("{SEEN}={now}; Path=/; Max-Age=31536000; SameSite=Strict; HttpOnly");
    Ok(([(SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}

/// Until when somebody has seen what failed.
pub(super) fn seen_until(headers: &HeaderMap) -> Option<Timestamp> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == SEEN).and_then(|(_, value)| value.parse().ok())
}

fn flow_runs() -> RunQuery {
    RunQuery { kind: Some(RunKind::Flow), limit: Some(LIST), ..RunQuery::default() }
}

/// Runs that wait for people or have waited too long, and those that failed or crashed since `start` and were not seen yet.
pub(super) async fn needy(
    state: &AppState,
    start: Timestamp,
    seen: Option<Timestamp>,
) -> Result<Vec<Run>, StoreError> {
    let store = state.store();
    let of = |types: &[StateType]| RunQuery { state_types: types.to_vec(), ..flow_runs() };
    let mut needy = store.runs(of(&[StateType::Paused])).await?;
    let late = RunQuery { state_names: vec!["Late".to_owned()], ..of(&[StateType::Scheduled]) };
    needy.extend(store.runs(late).await?);
    let wrong = of(&[StateType::Failed, StateType::Crashed]);
    let mut wrong = store.runs(RunQuery { created_after: Some(start), ..wrong }).await?;
    wrong.retain(|run| seen.is_none_or(|seen| run.end_time.is_none_or(|end| end > seen)));
    needy.extend(wrong);
    needy.truncate(2 * LIST as usize);
    Ok(needy)
}

/// What goes on, with how many of the calls made so far are done.
pub(super) async fn going(state: &AppState) -> Result<Vec<Going>, StoreError> {
    let store = state.store();
    let types = vec![StateType::Running, StateType::Cancelling, StateType::Pending];
    let runs = store.runs(RunQuery { state_types: types, ..flow_runs() }).await?;
    let with_calls = runs.into_iter().map(|run| async move {
        let inside = RunQuery { flow_run_id: Some(run.id), ..RunQuery::default() };
        let all = store.count_runs(inside.clone()).await?;
        let done = RunQuery { state_types: vec![StateType::Completed], ..inside };
        Ok(Going { done: store.count_runs(done).await?, all, run })
    });
    try_join_all(with_calls).await
}

/// What is scheduled, the next first.
pub(super) async fn next(state: &AppState) -> Result<Vec<Run>, StoreError> {
    let query =
        RunQuery { state_types: vec![StateType::Scheduled], limit: Some(100), ..flow_runs() };
    let mut next = state.store().runs(query).await?;
    next.retain(|run| run.state().is_some_and(|state| state.name != "Late"));
    next.sort_by_key(|run| run.next_scheduled_start_time);
    next.truncate(LIST as usize);
    Ok(next)
}

/// The flows that take longest, of the last runs that completed since `start`.
pub(super) async fn slow(state: &AppState, start: Timestamp) -> Result<Vec<Slow>, StoreError> {
    let query = RunQuery {
        state_types: vec![StateType::Completed],
        created_after: Some(start),
        limit: Some(MEASURED),
        ..flow_runs()
    };
    let mut times: BTreeMap<String, Vec<Duration>> = BTreeMap::new();
    let now = state.now();
    for run in state.store().runs(query).await? {
        if let Some(took) = words::elapsed(&run, now) {
            times.entry(run.definition.name.clone()).or_default().push(took);
        }
    }
    let slow = times.into_iter().filter_map(|(flow, mut times)| {
        times.sort_unstable();
        let (p50, p95) = (words::share(&times, 50)?, words::share(&times, 95)?);
        Some(Slow { flow, p50, p95, runs: times.len() as u64 })
    });
    let mut slow: Vec<_> = slow.collect();
    slow.sort_by_key(|slow| std::cmp::Reverse(slow.p95));
    slow.truncate(5);
    Ok(slow)
}
