//! How many runs there were in which state, in steps of time: what bars of activity are drawn from.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate_core::{RunKind, RunTime, StateType, Steps, Tally, Timestamp};

use super::extract::Body;
use super::select::{Filters, Selection};
use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

/// How many steps one answer has at most.
const STEPS: usize = 500;

/// The end of the last step there can be: later times cannot be written as others read them (RFC 3339).
const LAST: Timestamp = match Timestamp::from_timestamp_micros(253_402_300_799_999_999) {
    Some(last) => last,
    None => Timestamp::MAX_UTC,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/flow_runs/history", Scope::Read, of_flow_runs).gives::<Vec<HistoryStep>>(
            "How many flow runs there were in which state, in steps of time.",
        ),
        Route::post("/api/task_runs/history", Scope::Read, of_task_runs).gives::<Vec<HistoryStep>>(
            "How many task runs there were in which state, in steps of time.",
        ),
        Route::post("/api/flow_runs/lateness", Scope::Read, mean_lateness)
            .gives::<Option<f64>>("By how many seconds flow runs started too late, in the mean."),
    ]
}

/// The runs of one step of time, by state.
#[derive(Debug, Serialize, JsonSchema)]
struct HistoryStep {
    interval_start: Timestamp,
    interval_end: Timestamp,
    states: Vec<HistoryState>,
}

/// The runs of one step of time that are in one state.
#[derive(Debug, Serialize, JsonSchema)]
struct HistoryState {
    state_type: StateType,
    state_name: String,
    count_runs: u64,
    sum_estimated_run_time: f64,
    sum_estimated_lateness: f64,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct HistoryBody {
    history_start: Timestamp,
    history_end: Timestamp,
    history_interval_seconds: f64,
    #[serde(flatten)]
    filters: Filters,
}

async fn of_flow_runs(
    state: State<AppState>,
    body: Body<HistoryBody>,
) -> Result<Json<Vec<HistoryStep>>, ApiError> {
    history(state, body, RunKind::Flow).await
}

async fn of_task_runs(
    state: State<AppState>,
    body: Body<HistoryBody>,
) -> Result<Json<Vec<HistoryStep>>, ApiError> {
    history(state, body, RunKind::Task).await
}

async fn history(
    State(state): State<AppState>,
    Body(body): Body<HistoryBody>,
    kind: RunKind,
) -> Result<Json<Vec<HistoryStep>>, ApiError> {
    let HistoryBody { history_start: start, history_end: end, history_interval_seconds, filters } =
        body;
    let interval = Duration::try_from_secs_f64(history_interval_seconds).unwrap_or_default();
    if interval < Duration::from_secs(1) {
        let why = "History interval must not be less than 1 second.";
        return Err(ApiError::invalid(&["body", "history_interval_seconds"], why, "value_error"));
    }
    let mut steps = steps(start, end, interval);
    if let (Some(first), Some(last)) = (steps.first(), steps.last()) {
        let asked = Steps {
            by: RunTime::ExpectedStart,
            start: first.interval_start,
            end: end.min(last.interval_end),
            length: interval,
        };
        for tally in Selection::new(kind, filters).tally(&state, Some(asked)).await? {
            let step = usize::try_from(tally.step).ok().and_then(|step| steps.get_mut(step));
            if let Some(step) = step {
                step.states.push(tally.into());
            }
        }
    }
    Ok(Json(steps))
}

/// The steps between two times, as many as one answer has, with nothing in them.
fn steps(start: Timestamp, end: Timestamp, length: Duration) -> Vec<HistoryStep> {
    let length = TimeDelta::from_std(length).unwrap_or(TimeDelta::MAX);
    let mut steps = Vec::new();
    let mut next = start;
    while next < end.min(LAST) && steps.len() < STEPS {
        let after = next.checked_add_signed(length).unwrap_or(LAST).min(LAST);
        steps.push(HistoryStep { interval_start: next, interval_end: after, states: Vec::new() });
        next = after;
    }
    steps
}

impl From<Tally> for HistoryState {
    fn from(tally: Tally) -> Self {
        Self {
            state_type: tally.state_type,
            state_name: tally.state_name,
            count_runs: tally.runs,
            sum_estimated_run_time: tally.run_time.as_secs_f64(),
            sum_estimated_lateness: tally.lateness.as_secs_f64(),
        }
    }
}

/// By how many seconds the flow runs that are asked for started too late, in the mean; nothing if there is none.
async fn mean_lateness(
    State(state): State<AppState>,
    Body(filters): Body<Filters>,
) -> Result<Json<Option<f64>>, ApiError> {
    let tallies = Selection::new(RunKind::Flow, filters).tally(&state, None).await?;
    let runs: u64 = tallies.iter().map(|tally| tally.runs).sum();
    let sum: f64 = tallies.iter().map(|tally| tally.lateness.as_secs_f64()).sum();
    Ok(Json((runs > 0).then(|| sum / runs as f64)))
}
