//! The page of one run.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use futures_util::future::try_join_all;
use maud::{Markup, html};
use tidegate_core::{
    ArtifactQuery, LogQuery, LogRecord, Run, RunId, RunKind, RunQuery, StateType, StoreError,
};

use super::graph::id_of;
use super::{Page, Pairs, logs, offset, task_run, value};
use crate::change;
use crate::state::AppState;
use crate::ui::form::Form;
use crate::ui::frame::{Frame, Place};
use crate::ui::trouble::Trouble;
use crate::ui::view::run::{self, Cause, Tab};
use crate::ui::view::task_runs::{self, Calls};
use crate::ui::view::{artifacts, flow_run, history};
use crate::ui::{mark, part};

/// How many log lines stand with what went wrong.
const LAST_LINES: u64 = 5;

/// So deep what went wrong is looked for, in subflows of subflows.
const DEPTH: usize = 8;

/// `GET /runs/{id}`
pub(in crate::ui) async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    pairs: Pairs,
    headers: HeaderMap,
) -> Page {
    // The script of the page has asked, which has what is large already.
    let live = headers.contains_key("x-live");
    let run = find(&state, &id).await?;
    page(&state, &run, &pairs, None, live).await
}

/// The page of a run; `answer` is a form that answers its pause, and does not do yet. A page that is `live` has what is large already.
pub(super) async fn page(
    state: &AppState,
    run: &Run,
    pairs: &[(String, String)],
    answer: Option<&Form<'_>>,
    live: bool,
) -> Page {
    let now = state.now();
    let tab = value(pairs, "tab").map_or(Tab::Logs, Tab::of);
    let calls = calls(state, run).await?;
    let called: u64 = calls.iter().map(|(_, count)| count).sum();
    let parent = match run.task_run_id.or(run.flow_run_id) {
        Some(id) => state.store().run(id).await?,
        None => None,
    };
    let actions = match run.kind() {
        RunKind::Flow => flow_run::actions(run, called, change::who_runs_again(state, run)),
        RunKind::Task => html! {},
    };
    let body = html! {
        (run::head(run, parent.as_ref(), &actions))
        (super::resume::section(state, run, answer).await?)
        (trouble(state, run).await?)
        (run::facts(run, now))
        @match run.kind() {
            RunKind::Flow => { (flow_run::graph(run, called)) }
            RunKind::Task => { (task_run::of(state, run).await?) }
        }
        section {
            (run::tabs(run, tab, called))
            @match tab {
                Tab::Logs => { (logs::of(state, run, pairs, live).await?) }
                Tab::Tasks => { (list(state, run, &calls, pairs).await?) }
                Tab::Parameters => { div #parameters data-part { (run::parameters(run)) } }
                Tab::Artifacts => { (artifacts_of(state, run).await?) }
                Tab::History => { div #history data-part { (history::show(run, now)) } }
            }
        }
    };
    let name = run.state().map_or(String::new(), |state| format!(" · {}", state.name));
    let mut frame = Frame::new(state, format!("{}{name}", run.name), Place::Runs);
    // What was posted cannot be asked for again, and what was typed would be lost.
    if !run.is_terminal() && answer.is_none() {
        frame = frame.live(format!("{}/live", part::run_url(run.id)));
    }
    Ok(frame.around(&body))
}

/// The run of this id.
pub(in crate::ui) async fn find(state: &AppState, id: &str) -> Result<Run, Trouble> {
    let run = state.store().run(id_of(id)?).await?;
    run.ok_or_else(|| Trouble::NotFound(format!("run '{id}'")))
}

fn inside(run: &Run) -> RunQuery {
    RunQuery { flow_run_id: Some(run.id), ..RunQuery::default() }
}

/// How many runs that were called in it are in which state.
async fn calls(state: &AppState, run: &Run) -> Result<Vec<(StateType, u64)>, StoreError> {
    if run.kind() == RunKind::Task {
        return Ok(Vec::new());
    }
    let count = |state_type| {
        state.store().count_runs(RunQuery { state_types: vec![state_type], ..inside(run) })
    };
    let counted = try_join_all(mark::ORDER.map(count)).await?;
    Ok(mark::ORDER.into_iter().zip(counted).collect())
}

/// The last call that failed in a flow run; of a subflow run, the last one in that.
async fn cause(state: &AppState, run: &Run) -> Result<Option<Run>, StoreError> {
    let mut found: Option<Run> = None;
    for _ in 0..DEPTH {
        let of = found.as_ref().unwrap_or(run);
        if of.kind() == RunKind::Task {
            break;
        }
        let wrong = RunQuery {
            state_types: vec![StateType::Failed, StateType::Crashed],
            limit: Some(1),
            ..inside(of)
        };
        let Some(call) = state.store().runs(wrong).await?.pop() else { break };
        found = Some(call);
    }
    Ok(found)
}

/// What went wrong: with where it began, and the lines before.
async fn trouble(state: &AppState, run: &Run) -> Result<Markup, StoreError> {
    let again = change::who_runs_again(state, run);
    let failed = |run: &Run| {
        run.state().is_some_and(|state| {
            matches!(state.state_type(), StateType::Failed | StateType::Crashed)
        })
    };
    if !failed(run) {
        return Ok(run::trouble(run, &Cause { call: None, lines: &[], again }));
    }
    let cause = cause(state, run).await?;
    let subject = cause.as_ref().unwrap_or(run);
    let (flow, task) = match subject.kind() {
        RunKind::Flow => (Some(subject.id), None),
        RunKind::Task => (None, Some(subject.id)),
    };
    let mut lines = state
        .store()
        .logs(LogQuery {
            flow_run_id: flow,
            task_run_id: task,
            newest_first: true,
            limit: Some(4 * LAST_LINES),
            ..LogQuery::default()
        })
        .await?;
    lines.retain(|line| !repeats(line));
    lines.truncate(LAST_LINES as usize);
    lines.reverse();
    Ok(run::trouble(run, &Cause { call: cause.as_ref(), lines: &lines, again }))
}

/// Whether a line says what the page says already: how the run ended.
fn repeats(line: &LogRecord) -> bool {
    let starts = ["Finished in state", "Received non-final state", "Task failed with exception"];
    starts.iter().any(|start| line.message.starts_with(start))
        || line.message.ends_with(" - Retries are exhausted")
        || line.message.contains("run encountered an exception")
}

async fn list(
    state: &AppState,
    run: &Run,
    counts: &[(StateType, u64)],
    pairs: &[(String, String)],
) -> Result<Markup, StoreError> {
    let chosen = value(pairs, "state").and_then(|state| state.parse::<StateType>().ok());
    let offset = offset(pairs);
    let runs = match run.kind() {
        RunKind::Flow => {
            let query = RunQuery {
                state_types: chosen.into_iter().collect(),
                limit: Some(task_runs::PAGE),
                offset,
                ..inside(run)
            };
            state.store().runs(query).await?
        }
        RunKind::Task => Vec::new(),
    };
    Ok(task_runs::show(&Calls {
        of: run.id,
        runs: &runs,
        counts,
        state: chosen,
        offset,
        now: state.now(),
    }))
}

/// The names of runs.
pub(super) async fn names(
    state: &AppState,
    mut ids: Vec<RunId>,
) -> Result<Vec<(RunId, String)>, StoreError> {
    ids.sort_unstable();
    ids.dedup();
    let runs = try_join_all(ids.into_iter().map(|id| state.store().run(id))).await?;
    Ok(runs.into_iter().flatten().map(|run| (run.id, run.name)).collect())
}

async fn artifacts_of(state: &AppState, run: &Run) -> Result<Markup, StoreError> {
    let (flow, task) = match run.kind() {
        RunKind::Flow => (Some(run.id), None),
        RunKind::Task => (None, Some(run.id)),
    };
    let query = ArtifactQuery {
        flow_run_id: flow,
        task_run_id: task,
        limit: Some(artifacts::PAGE),
        ..ArtifactQuery::default()
    };
    Ok(artifacts::of_run(&state.store().artifacts(query).await?, state.now()))
}
