//! Log lines of runs: taking, listing and following them.

mod download;
mod follow;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Map;
use tidegate_core::{LogLevel, LogQuery, LogRecord, RunId, Timestamp};
use uuid::Uuid;

use super::extract::{Body, Limit, or_default};
use super::filter::{AnyOf, Between, Operator, TextFilter};
use super::ids;
use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

/// How many lines are asked of the store at once.
const PAGE: u64 = 5000;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/logs/", Scope::Run, create).does(StatusCode::CREATED, "Takes log lines."),
        Route::post("/api/logs/filter", Scope::Read, filter)
            .gives::<Vec<Log<'_>>>("The log lines that match."),
        Route::get("/api/flow_runs/{id}/logs/download", Scope::Read, download::of_flow_run)
            .writes(download::CSV, "The log lines of a flow run as a file."),
        // A socket says who it is in its first message, so anyone may open one.
        Route::get("/api/logs/out", Scope::Open, follow::logs_out)
            .opens("A socket on which log lines that match come as they are stored."),
    ]
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LogCreate {
    name: String,
    level: i64,
    message: String,
    timestamp: Timestamp,
    #[serde(default)]
    flow_run_id: Option<Uuid>,
    #[serde(default)]
    task_run_id: Option<Uuid>,
}

async fn create(
    State(state): State<AppState>,
    Body(lines): Body<Vec<LogCreate>>,
) -> Result<StatusCode, ApiError> {
    let records = lines.into_iter().map(|line| LogRecord {
        flow_run_id: line.flow_run_id.map(Into::into),
        task_run_id: line.task_run_id.map(Into::into),
        timestamp: line.timestamp,
        level: LogLevel::from_number(u8::try_from(line.level.clamp(0, 255)).unwrap_or(u8::MAX)),
        target: line.name,
        message: line.message,
        fields: Map::new(),
    });
    state.store().put_logs(records.collect());
    Ok(StatusCode::CREATED)
}

/// Prefect's `LogFilter`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LogFilter {
    operator: Operator,
    level: Option<Level>,
    timestamp: Option<Between>,
    flow_run_id: Option<AnyOf<Uuid>>,
    task_run_id: Option<TaskRun>,
    text: Option<TextFilter>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Level {
    ge_: Option<i64>,
    le_: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct TaskRun {
    any_: Option<Vec<Uuid>>,
    is_null_: Option<bool>,
}

impl LogFilter {
    fn matches(&self, line: &LogRecord) -> bool {
        let number = i64::from(line.level.number());
        let flow_run = line.flow_run_id.map(|id| *id.as_uuid());
        let task_run = line.task_run_id.map(|id| *id.as_uuid());
        let level = self.level.as_ref().and_then(|asked| {
            let least = asked.ge_.map(|least| number >= least);
            Operator::And.of(&[least, asked.le_.map(|most| number <= most)])
        });
        let of_task_run = self.task_run_id.as_ref().and_then(|asked| {
            let any = asked.any_.as_ref().map(|any| task_run.is_some_and(|id| any.contains(&id)));
            Operator::And.of(&[any, asked.is_null_.map(|null| null == task_run.is_none())])
        });
        let conditions = [
            level,
            self.timestamp.as_ref().and_then(|times| times.holds(Some(line.timestamp))),
            self.flow_run_id.as_ref().and_then(|ids| ids.holds(|id| Some(*id) == flow_run)),
            of_task_run,
            self.text.as_ref().map(|text| text.holds(&format!("{} {}", line.message, line.target))),
        ];
        self.operator.of(&conditions).unwrap_or(true)
    }

    /// Moves what a store can answer into a question to it; what is left is asked of each line.
    fn ask(&mut self, query: &mut LogQuery) {
        if !self.operator.is_and() {
            return;
        }
        if let Some(AnyOf { any_: Some(ids) }) = &mut self.flow_run_id
            && ids.len() == 1
        {
            query.flow_run_id = ids.pop().map(Into::into);
            self.flow_run_id = None;
        }
        if let Some(TaskRun { any_: Some(ids), is_null_: None }) = &mut self.task_run_id
            && ids.len() == 1
        {
            query.task_run_id = ids.pop().map(Into::into);
            self.task_run_id = None;
        }
        if let Some(Level { ge_: Some(least), le_: None }) = &self.level {
            let least = *least;
            query.at_least =
                LogLevel::ALL.into_iter().find(|level| i64::from(level.number()) >= least);
            if query.at_least.is_some() {
                self.level = None;
            }
        }
        if let Some(Between { before_, after_, is_null_: None }) = &self.timestamp {
            query.since = *after_;
            query.before = before_.map(|before| before + TimeDelta::microseconds(1));
            self.timestamp = None;
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum LogSort {
    #[default]
    TimestampAsc,
    TimestampDesc,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct ListBody {
    logs: Option<LogFilter>,
    #[serde(deserialize_with = "or_default")]
    sort: LogSort,
    #[serde(deserialize_with = "or_default")]
    offset: u64,
    limit: Limit,
}

async fn filter(
    State(state): State<AppState>,
    Body(body): Body<ListBody>,
) -> Result<Response, ApiError> {
    let mut asked = body.logs.unwrap_or_default();
    let mut query =
        LogQuery { newest_first: body.sort == LogSort::TimestampDesc, ..LogQuery::default() };
    asked.ask(&mut query);
    let (offset, limit) = (body.offset, body.limit.0);
    if limit == 0 {
        return Ok(answer(&[]));
    }
    if asked == LogFilter::default() {
        let query = LogQuery { limit: Some(limit), offset, ..query };
        return Ok(answer(&state.store().logs(query).await?));
    }
    let mut found = Vec::new();
    let (mut looked_at, mut skipped) = (0, 0);
    loop {
        let page = LogQuery { limit: Some(PAGE), offset: looked_at, ..query.clone() };
        let lines = state.store().logs(page).await?;
        let count = lines.len() as u64;
        looked_at += count;
        for line in lines.into_iter().filter(|line| asked.matches(line)) {
            if skipped < offset {
                skipped += 1;
            } else {
                found.push(line);
            }
            if found.len() as u64 == limit {
                return Ok(answer(&found));
            }
        }
        if count < PAGE {
            return Ok(answer(&found));
        }
    }
}

fn answer(lines: &[LogRecord]) -> Response {
    let shown: Vec<Log<'_>> = lines.iter().map(Log::of).collect();
    Json(shown).into_response()
}

/// A log line: Prefect's `Log`.
#[derive(Debug, Serialize, JsonSchema)]
struct Log<'a> {
    id: Uuid,
    created: Timestamp,
    updated: Timestamp,
    name: &'a str,
    level: u8,
    message: &'a str,
    timestamp: Timestamp,
    flow_run_id: Option<RunId>,
    task_run_id: Option<RunId>,
}

impl<'a> Log<'a> {
    fn of(line: &'a LogRecord) -> Self {
        Self {
            id: ids::log(line),
            created: line.timestamp,
            updated: line.timestamp,
            name: &line.target,
            level: line.level.number(),
            message: &line.message,
            timestamp: line.timestamp,
            flow_run_id: line.flow_run_id,
            task_run_id: line.task_run_id,
        }
    }
}
