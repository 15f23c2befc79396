//! What the first page lists: what needs people, what goes on, what comes next, and what is slow.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::future::try_join_all;
use tidegate_core::{
    DefinitionRecord, Order, Run, RunCondition, RunKind, RunQuery, RunSort, RunTime, StateType,
    StoreError, Timestamp,
};

use crate::state::AppState;
use crate::ui::part::exact;
use crate::ui::trouble::Trouble;
use crate::ui::view::dashboard::{Going, Needy, Slow};
use crate::ui::view::progress::Progress;
use crate::ui::{mark, words};

/// How many runs each list has.
const LIST: u64 = 8;

/// Of how many flows it is said how slow they are, and by how many of their last runs.
const MEASURED: usize = 100;
const LAST: u64 = 100;

/// Of so many runs that failed or crashed it is said of which flows they are.
const WRONG: u64 = 200;

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

/// Runs that wait for people or have waited too long; and of each flow whose runs failed or crashed since `start` and were not seen yet, the
/// last of those: a flow that fails every minute hides no other.
pub(super) async fn needy(
    state: &AppState,
    start: Timestamp,
    seen: Option<Timestamp>,
) -> Result<Vec<Needy>, StoreError> {
    let store = state.store();
    let of = |types: &[StateType]| RunQuery { state_types: types.to_vec(), ..flow_runs() };
    let mut waiting = store.runs(of(&[StateType::Paused])).await?;
    waiting.extend(store.runs(scheduled(late(state.now()))).await?);
    let mut needy: Vec<_> = waiting.into_iter().map(|run| Needy { run, alike: 0 }).collect();
    let wrong = of(&[StateType::Failed, StateType::Crashed]);
    let wrong = RunQuery { created_after: Some(start), limit: Some(WRONG), ..wrong };
    let mut wrong = store.runs(wrong).await?;
    wrong.retain(|run| seen.is_none_or(|seen| run.end_time.is_none_or(|end| end > seen)));
    wrong.sort_by_key(|run| std::cmp::Reverse(run.end_time));
    needy.extend(by_flow(wrong));
    needy.truncate(2 * LIST as usize);
    Ok(needy)
}

/// The first run of each flow, and how many more there are of it.
fn by_flow(runs: Vec<Run>) -> Vec<Needy> {
    let mut flows: Vec<Needy> = Vec::new();
    for run in runs {
        let known = flows.iter_mut().find(|flow| flow.run.definition.key == run.definition.key);
        match known {
            Some(flow) => flow.alike += 1,
            None => flows.push(Needy { run, alike: 0 }),
        }
    }
    flows
}

/// What goes on, with how many of the calls made so far are done.
pub(super) async fn going(state: &AppState) -> Result<Vec<Going>, StoreError> {
    let store = state.store();
    let types = vec![StateType::Running, StateType::Cancelling, StateType::Pending];
    let runs = store.runs(RunQuery { state_types: types, ..flow_runs() }).await?;
    let counts = store.count_calls(runs.iter().map(|run| run.id).collect()).await?;
    let going = |run: Run| Going { progress: Progress::of(run.id, &counts), run };
    Ok(runs.into_iter().map(going).collect())
}

/// What is scheduled and not late, the next first.
pub(super) async fn next(state: &AppState) -> Result<Vec<Run>, StoreError> {
    let in_time = RunCondition::Not(Box::new(late(state.now())));
    state.store().runs(scheduled(in_time)).await
}

/// Scheduled runs of which this holds, the next first.
fn scheduled(condition: RunCondition) -> RunQuery {
    RunQuery {
        state_types: vec![StateType::Scheduled],
        condition: Some(condition),
        sort: RunSort::NextScheduled,
        order: Order::OldestFirst,
        ..flow_runs()
    }
}

/// Whether a scheduled run should have begun, be that on record or not.
fn late(now: Timestamp) -> RunCondition {
    let on_record = RunCondition::StateName(vec!["Late".to_owned()]);
    let is_over = RunCondition::Until(RunTime::NextScheduled, mark::late_before(now));
    RunCondition::Any(vec![on_record, is_over])
}

/// The flows that take longest, by their last runs of those that completed since `start`.
pub(super) async fn slow(state: &AppState, start: Timestamp) -> Result<Vec<Slow>, StoreError> {
    let (store, now) = (state.store(), state.now());
    let flows = store.definitions(RunKind::Flow).await?;
    let has_run = |flow: &&DefinitionRecord| {
        flow.last_run.as_ref().is_some_and(|run| run.end_time.is_none_or(|end| end >= start))
    };
    let names: BTreeSet<String> =
        flows.iter().filter(has_run).map(|flow| flow.definition.name.clone()).collect();
    let measured = names.into_iter().take(MEASURED).map(|flow| async {
        let query = RunQuery {
            definition_name: Some(flow.clone()),
            state_types: vec![StateType::Completed],
            created_after: Some(start),
            limit: Some(LAST),
            ..flow_runs()
        };
        let runs = store.runs(query).await?;
        let times: Vec<_> = runs.iter().filter_map(|run| words::elapsed(run, now)).collect();
        Ok::<_, StoreError>((flow, times))
    });
    let measured = try_join_all(measured).await?;
    let slow = measured.into_iter().filter_map(|(flow, mut times)| {
        times.sort_unstable();
        let (p50, p95) = (words::share(&times, 50)?, words::share(&times, 95)?);
        Some(Slow { flow, p50, p95, runs: times.len() as u64 })
    });
    let mut slow: Vec<_> = slow.collect();
    slow.sort_by_key(|slow| std::cmp::Reverse(slow.p95));
    slow.truncate(5);
    Ok(slow)
}
