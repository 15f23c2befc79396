//! The log lines of a run: those that its page shows, and all of them as its script and people who save them ask for them.

use std::collections::HashMap;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::future::try_join_all;
use futures_util::stream;
use maud::Markup;
use tidegate_core::{LogLevel, LogQuery, LogRecord, Run, RunId, RunKind, RunQuery, StoreError};

use super::run::find;
use super::{Pairs, offset, value};
use crate::state::AppState;
use crate::ui::trouble::Trouble;
use crate::ui::view::logs::{self, LINES, Logs, Told, Which};

/// How many lines one answer has at most.
const ANSWER: u64 = 5000;

/// More names than this are asked for together.
const FEW: usize = 64;

/// The tab with the lines; `live` if the page is asked for by its script, which has them.
pub(super) async fn of(
    state: &AppState,
    run: &Run,
    pairs: &[(String, String)],
    live: bool,
) -> Result<Markup, StoreError> {
    let known = |name: &str| LogLevel::ALL.into_iter().find(|level| level.as_str() == name);
    let at_least = value(pairs, "level").and_then(known).unwrap_or(LogLevel::Trace);
    let line = value(pairs, "line").and_then(|line| line.parse::<u64>().ok());
    let which = match line {
        Some(line) => Which::Around(line.saturating_sub(LINES / 2), line),
        None => Which::Last(offset(pairs)),
    };
    let asked = LogQuery { at_least: Some(at_least), limit: Some(LINES), ..of_run(run) };
    let lines = match which {
        Which::Last(_) if live => Vec::new(),
        Which::Last(offset) => {
            let query = LogQuery { newest_first: true, offset, ..asked };
            let mut lines = state.store().logs(query).await?;
            lines.reverse();
            lines
        }
        Which::Around(offset, _) => {
            state.store().logs(LogQuery { at_least: None, offset, ..asked }).await?
        }
    };
    let names = names(state, run, &lines).await?;
    let going_on = !run.is_terminal() || live;
    Ok(logs::show(&Logs { run: run.id, at_least, lines: &lines, which, names: &names, going_on }))
}

/// `GET /runs/{id}/log.json?from=N`: lines after the first so many.
pub(in crate::ui) async fn tell(
    State(state): State<AppState>,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Response, Trouble> {
    let run = find(&state, &id).await?;
    let from = offset(&pairs);
    let (lines, more) = page(&state, &run, from).await?;
    let names = names(&state, &run, &lines).await?;
    let told: Told = logs::tell(&lines, from, more, names);
    Ok(([(CACHE_CONTROL, "no-store")], Json(told)).into_response())
}

/// `GET /runs/{id}/log.txt`: all lines as a file, read as they are sent.
pub(in crate::ui) async fn save(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let run = find(&state, &id).await?;
    let pages = stream::try_unfold((state, run, Some(0)), |(state, run, from)| async move {
        let Some(from) = from else { return Ok::<_, StoreError>(None) };
        let (lines, more) = page(&state, &run, from).await?;
        let names: HashMap<RunId, String> =
            names(&state, &run, &lines).await?.into_iter().collect();
        let name = |line: &LogRecord| line.task_run_id.and_then(|id| names.get(&id));
        let text: String =
            lines.iter().map(|line| logs::plain(line, name(line).map(String::as_str))).collect();
        let next = more.then_some(from + lines.len() as u64);
        Ok(Some((Bytes::from(text), (state, run, next))))
    });
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"log.txt\""),
    ];
    Ok((headers, Body::from_stream(pages)).into_response())
}

/// An answer's worth of lines, and whether there are more.
async fn page(
    state: &AppState,
    run: &Run,
    offset: u64,
) -> Result<(Vec<LogRecord>, bool), StoreError> {
    let query = LogQuery { offset, limit: Some(ANSWER + 1), ..of_run(run) };
    let mut lines = state.store().logs(query).await?;
    let more = lines.len() as u64 > ANSWER;
    lines.truncate(ANSWER as usize);
    Ok((lines, more))
}

/// All lines of a run.
pub(super) fn of_run(run: &Run) -> LogQuery {
    let (flow_run_id, task_run_id) = match run.kind() {
        RunKind::Flow => (Some(run.id), None),
        RunKind::Task => (None, Some(run.id)),
    };
    LogQuery { flow_run_id, task_run_id, ..LogQuery::default() }
}

/// The names of the task runs of a flow run that wrote lines; on the page of a task run they need none.
async fn names(
    state: &AppState,
    run: &Run,
    lines: &[LogRecord],
) -> Result<Vec<(RunId, String)>, StoreError> {
    if run.kind() == RunKind::Task {
        return Ok(Vec::new());
    }
    let mut ids: Vec<RunId> = lines.iter().filter_map(|line| line.task_run_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let runs = if ids.len() <= FEW {
        let runs = try_join_all(ids.into_iter().map(|id| state.store().run(id))).await?;
        runs.into_iter().flatten().collect()
    } else {
        let ends = ids.first().copied().zip(ids.last().copied());
        let inside = RunQuery { flow_run_id: Some(run.id), ids: ends, ..RunQuery::default() };
        let mut runs = state.store().runs(inside).await?;
        runs.retain(|run| ids.binary_search(&run.id).is_ok());
        runs
    };
    Ok(runs.into_iter().map(|run| (run.id, run.name)).collect())
}
