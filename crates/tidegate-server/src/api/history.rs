//! How many runs there were in which state, in steps of time: what bars of activity are drawn from.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tidegate_core::{RunKind, StateType, Timestamp};

use super::extract::Body;
use super::select::{Filters, Selection};
use super::shape;
use crate::document::shown;
use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

/// How many steps one answer has at most.
const STEPS: usize = 500;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/flow_runs/history", Scope::Read, of_flow_runs)
            .gives::<Vec<shown::HistoryStep>>(
                "How many flow runs there were in which state, in steps of time.",
            ),
        Route::post("/api/task_runs/history", Scope::Read, of_task_runs)
            .gives::<Vec<shown::HistoryStep>>(
                "How many task runs there were in which state, in steps of time.",
            ),
        Route::post("/api/flow_runs/lateness", Scope::Read, mean_lateness)
            .gives::<Option<f64>>("By how many seconds flow runs started too late, in the mean."),
    ]
}

#[derive(Debug, Deserialize, JsonSchema)]
struct HistoryBody {
    history_start: Timestamp,
    history_end: Timestamp,
    history_interval_seconds: f64,
    #[serde(flatten)]
    filters: Filters,
}

/// What is told of the runs of one step that are in one state.
#[derive(Debug, Default)]
struct Sums {
    runs: u64,
    run_time: f64,
    lateness: f64,
}

async fn of_flow_runs(
    state: State<AppState>,
    body: Body<HistoryBody>,
) -> Result<Json<Vec<Value>>, ApiError> {
    history(state, body, RunKind::Flow).await
}

async fn of_task_runs(
    state: State<AppState>,
    body: Body<HistoryBody>,
) -> Result<Json<Vec<Value>>, ApiError> {
    history(state, body, RunKind::Task).await
}

async fn history(
    State(state): State<AppState>,
    Body(body): Body<HistoryBody>,
    kind: RunKind,
) -> Result<Json<Vec<Value>>, ApiError> {
    let HistoryBody { history_start: start, history_end: end, history_interval_seconds, filters } =
        body;
    let interval = Duration::try_from_secs_f64(history_interval_seconds).unwrap_or_default();
    if interval < Duration::from_secs(1) {
        let why = "History interval must not be less than 1 second.";
        return Err(ApiError::invalid(&["body", "history_interval_seconds"], why, "value_error"));
    }
    let mut starts = Vec::new();
    let mut next = start;
    while next < end && starts.len() < STEPS {
        starts.push(next);
        let Some(after) =
            next.checked_add_signed(chrono::TimeDelta::from_std(interval).unwrap_or_default())
        else {
            break;
        };
        next = after;
    }
    let mut steps: Vec<BTreeMap<(StateType, String), Sums>> = Vec::new();
    steps.resize_with(starts.len(), BTreeMap::new);
    let now = state.now();
    Selection::new(kind, filters)
        .each(&state, |run| {
            if let (Some(expected), Some(current)) = (run.expected_start_time, run.state())
                && expected >= start
                && expected < end
            {
                let step = starts.partition_point(|start| *start <= expected) - 1;
                if expected < next {
                    let key = (current.state_type(), current.name.to_string());
                    let sums = steps[step].entry(key).or_default();
                    sums.runs += 1;
                    sums.run_time += run.estimated_run_time(now).as_secs_f64();
                    sums.lateness += shape::lateness(&run, now);
                }
            }
            true
        })
        .await?;
    let answer = starts.iter().zip(&steps).map(|(start, states)| {
        let states: Vec<Value> = states
            .iter()
            .map(|((state_type, name), sums)| {
                json!({
                    "state_type": state_type,
                    "state_name": name,
                    "count_runs": sums.runs,
                    "sum_estimated_run_time": sums.run_time,
                    "sum_estimated_lateness": sums.lateness,
                })
            })
            .collect();
        json!({ "interval_start": start, "interval_end": *start + interval, "states": states })
    });
    Ok(Json(answer.collect()))
}

/// By how many seconds the flow runs that are asked for started too late, in the mean; nothing if there is none.
async fn mean_lateness(
    State(state): State<AppState>,
    Body(filters): Body<Filters>,
) -> Result<Json<Option<f64>>, ApiError> {
    let (mut runs, mut sum) = (0_u64, 0.0);
    let now = state.now();
    Selection::new(RunKind::Flow, filters)
        .each(&state, |run| {
            runs += 1;
            sum += shape::lateness(&run, now);
            true
        })
        .await?;
    Ok(Json((runs > 0).then(|| sum / runs as f64)))
}
