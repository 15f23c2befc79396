//! What Prefect's own pages ask for beside the rest of its API (`/ui`): counts and points of runs. The pages of this server do not.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tidegate_core::{
    Run, RunId, RunKind, RunQuery, RunTime, StateType, Steps, Timestamp, check_json,
};
use uuid::Uuid;

use super::extract::{Body, Id, or_default};
use super::select::{Filters, RunSort, Selection};
use super::shape::TaskRun;
use super::task_runs;
use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

/// How many points one answer has at most.
const POINTS: u64 = 1000;

/// Into how many steps the time of a dashboard is cut.
const STEPS: i64 = 20;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/ui/flow_runs/history", Scope::Read, points)
            .gives::<Vec<Point>>("When flow runs began, and how long they took."),
        Route::post("/api/ui/flow_runs/count-task-runs", Scope::Read, count_task_runs)
            .gives::<BTreeMap<Uuid, u64>>("How many task runs each of these flow runs has."),
        Route::post("/api/ui/task_runs/count", Scope::Read, by_state)
            .gives::<BTreeMap<String, u64>>("How many task runs are in which state."),
        Route::post("/api/ui/task_runs/dashboard/counts", Scope::Read, ended_in_steps)
            .gives::<Vec<Ended>>("How many task runs completed and failed, in steps of time."),
        Route::get("/api/ui/task_runs/{id}", Scope::Read, task_run)
            .gives::<NamedTaskRun<'_>>("A task run with the name of its flow run."),
        Route::post("/api/ui/schemas/validate", Scope::Read, validate)
            .gives::<Validated>("Whether values are what a JSON Schema asks for."),
    ]
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct PointsBody {
    #[serde(deserialize_with = "or_default")]
    sort: Option<RunSort>,
    limit: Option<u64>,
    #[serde(deserialize_with = "or_default")]
    offset: u64,
    #[serde(flatten)]
    filters: Filters,
}

/// A flow run as a point of a chart: Prefect's `SimpleFlowRun`.
#[derive(Debug, Serialize, JsonSchema)]
struct Point {
    id: RunId,
    state_type: StateType,
    /// When it began, or was to begin.
    timestamp: Timestamp,
    /// In seconds.
    duration: f64,
    /// By how many seconds it began too late.
    lateness: f64,
}

impl Point {
    /// A run in no state is no point.
    fn of(run: &Run, now: Timestamp) -> Option<Self> {
        Some(Self {
            id: run.id,
            state_type: run.state()?.state_type(),
            timestamp: run.start_time.or(run.expected_start_time).unwrap_or(run.created),
            duration: run.estimated_run_time(now).as_secs_f64(),
            lateness: run.lateness(now).as_secs_f64(),
        })
    }
}

async fn points(
    State(state): State<AppState>,
    Body(body): Body<PointsBody>,
) -> Result<Json<Vec<Point>>, ApiError> {
    let limit = body.limit.unwrap_or(POINTS);
    if limit > POINTS {
        let why = format!("Input should be less than or equal to {POINTS}");
        return Err(ApiError::invalid(&["body", "limit"], why, "less_than_equal"));
    }
    let sort = body.sort.unwrap_or(RunSort::ExpectedStartTimeDesc);
    let selection = Selection::new(RunKind::Flow, body.filters);
    let runs = selection.list(&state, sort, body.offset, limit).await?;
    let now = state.now();
    Ok(Json(runs.iter().filter_map(|run| Point::of(run, now)).collect()))
}

#[derive(Debug, Deserialize, JsonSchema)]
struct OfFlowRuns {
    flow_run_ids: Vec<Uuid>,
}

async fn count_task_runs(
    State(state): State<AppState>,
    Body(body): Body<OfFlowRuns>,
) -> Result<Json<BTreeMap<Uuid, u64>>, ApiError> {
    let mut counts = BTreeMap::new();
    for id in body.flow_run_ids {
        let query = RunQuery {
            kind: Some(RunKind::Task),
            flow_run_id: Some(id.into()),
            ..RunQuery::default()
        };
        counts.insert(id, state.store().count_runs(query).await?);
    }
    Ok(Json(counts))
}

/// How many task runs are in which state.
async fn by_state(
    State(state): State<AppState>,
    Body(filters): Body<Filters>,
) -> Result<Json<BTreeMap<&'static str, u64>>, ApiError> {
    let mut counts: BTreeMap<&'static str, u64> =
        StateType::ALL.into_iter().map(|each| (each.as_str(), 0)).collect();
    for tally in Selection::new(RunKind::Task, filters).tally(&state, None).await? {
        *counts.entry(tally.state_type.as_str()).or_default() += tally.runs;
    }
    Ok(Json(counts))
}

/// How many task runs ended well, and how many did not.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
struct Ended {
    completed: u64,
    failed: u64,
}

/// How many task runs have completed and failed in each of the steps between two times: those that the filter says they started between.
async fn ended_in_steps(
    State(state): State<AppState>,
    Body(filters): Body<Filters>,
) -> Result<Json<Vec<Ended>>, ApiError> {
    let asked = filters.task_runs.as_ref().and_then(|asked| asked.start_time.as_ref());
    let Some(start) = asked.and_then(|times| times.after_) else {
        let why = "task_runs.start_time.after_ is required";
        return Err(ApiError::invalid(&["body", "task_runs", "start_time"], why, "value_error"));
    };
    let end = asked.and_then(|times| times.before_).unwrap_or_else(|| state.now());
    let mut steps = vec![Ended::default(); STEPS as usize];
    let span = (end - start).num_microseconds().unwrap_or(i64::MAX).max(1);
    let length = Duration::from_micros((span / STEPS + 1).cast_unsigned());
    let asked = Steps { by: RunTime::End, start, end, length };
    for tally in Selection::new(RunKind::Task, filters).tally(&state, Some(asked)).await? {
        let step = usize::try_from(tally.step).ok().and_then(|step| steps.get_mut(step));
        let Some(step) = step else { continue };
        if tally.state_type == StateType::Completed {
            step.completed += tally.runs;
        } else if [StateType::Failed, StateType::Crashed].contains(&tally.state_type) {
            step.failed += tally.runs;
        }
    }
    Ok(Json(steps))
}

/// A task run with the name of its flow run: Prefect's `UITaskRun`.
#[derive(Debug, Serialize, JsonSchema)]
struct NamedTaskRun<'a> {
    flow_run_name: Option<&'a str>,
    #[serde(flatten)]
    task_run: TaskRun<'a>,
}

async fn task_run(State(state): State<AppState>, id: Id) -> Result<Response, ApiError> {
    let run = task_runs::find(&state, id).await?;
    let flow_run = match run.flow_run_id {
        Some(id) => state.store().run(id).await?,
        None => None,
    };
    let shown = NamedTaskRun {
        flow_run_name: flow_run.as_ref().map(|flow_run| &*flow_run.name),
        task_run: TaskRun::of(&run, state.now()),
    };
    Ok(Json(shown).into_response())
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Validate {
    schema: Map<String, Value>,
    values: Map<String, Value>,
}

/// Whether values are what a schema asks for.
#[derive(Debug, Serialize, JsonSchema)]
struct Validated {
    valid: bool,
    errors: Vec<String>,
}

/// What is wrong with values by a JSON Schema: the first thing, where Prefect tells all.
async fn validate(_: State<AppState>, Body(body): Body<Validate>) -> Json<Validated> {
    let Validate { schema, values } = body;
    let checked = check_json(&Value::Object(schema), &Value::Object(values));
    let errors: Vec<String> = checked.err().into_iter().collect();
    Json(Validated { valid: errors.is_empty(), errors })
}
