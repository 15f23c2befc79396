//! The page of one run.

use axum::extract::{Path, State};
use futures_util::future::try_join_all;
use maud::{Markup, html};
use tidegate_core::{
    ArtifactQuery, LogLevel, LogQuery, Run, RunId, RunKind, RunQuery, StateType, StoreError,
};

use super::graph::id_of;
use super::{Page, Pairs, offset, value};
use crate::state::AppState;
use crate::ui::frame::{Frame, Place};
use crate::ui::trouble::Trouble;
use crate::ui::view::logs::{LINES, Logs};
use crate::ui::view::run::{self, Cause, Tab};
use crate::ui::view::task_runs::{self, Calls};
use crate::ui::view::{artifacts, flow_run, history, logs};
use crate::ui::{mark, part};

/// How many log lines stand with what went wrong.
const LAST_LINES: u64 = 5;

/// `GET /runs/{id}`
pub(in crate::ui) async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Page {
    let run = find(&state, &id).await?;
    let now = state.now();
    let tab = value(&pairs, "tab").map_or(Tab::Logs, Tab::of);
    let calls = calls(&state, &run).await?;
    let called: u64 = calls.iter().map(|(_, count)| count).sum();
    let parent = match run.task_run_id.or(run.flow_run_id) {
        Some(id) => state.store().run(id).await?,
        None => None,
    };
    let actions = match run.kind() {
        RunKind::Flow => flow_run::actions(&run, called),
        RunKind::Task => html! {},
    };
    let body = html! {
        (run::head(&run, parent.as_ref(), &actions))
        (trouble(&state, &run).await?)
        (run::facts(&run, now))
        @if run.kind() == RunKind::Flow {
            (flow_run::graph(&run, called))
        }
        section {
            (run::tabs(&run, tab, called))
            @match tab {
                Tab::Logs => { (logs_of(&state, &run, &pairs).await?) }
                Tab::Tasks => { (list(&state, &run, &calls, &pairs).await?) }
                Tab::Parameters => { div #parameters data-part { (run::parameters(&run)) } }
                Tab::Artifacts => { (artifacts_of(&state, &run).await?) }
                Tab::History => { div #history data-part { (history::show(&run, now)) } }
            }
        }
    };
    let name = run.state().map_or(String::new(), |state| format!(" · {}", state.name));
    let mut frame = Frame::new(&state, format!("{}{name}", run.name), Place::Runs);
    if !run.is_terminal() {
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

/// What went wrong: with the last call that failed in it, and the lines before.
async fn trouble(state: &AppState, run: &Run) -> Result<Markup, StoreError> {
    let failed = |run: &Run| {
        run.state().is_some_and(|state| {
            matches!(state.state_type(), StateType::Failed | StateType::Crashed)
        })
    };
    if !failed(run) {
        return Ok(run::trouble(run, None));
    }
    let wrong = RunQuery {
        state_types: vec![StateType::Failed, StateType::Crashed],
        limit: Some(1),
        ..inside(run)
    };
    let cause = match run.kind() {
        RunKind::Flow => state.store().runs(wrong).await?.pop(),
        RunKind::Task => None,
    };
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
            limit: Some(LAST_LINES),
            ..LogQuery::default()
        })
        .await?;
    lines.reverse();
    let cause = cause.as_ref().map(|run| Cause { run, lines: &lines });
    Ok(run::trouble(run, cause.as_ref()))
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

async fn logs_of(
    state: &AppState,
    run: &Run,
    pairs: &[(String, String)],
) -> Result<Markup, StoreError> {
    let known = |name: &str| LogLevel::ALL.into_iter().find(|level| level.as_str() == name);
    let at_least = value(pairs, "level").and_then(known).unwrap_or(LogLevel::Trace);
    let offset = offset(pairs);
    let (flow, task) = match run.kind() {
        RunKind::Flow => (Some(run.id), None),
        RunKind::Task => (None, Some(run.id)),
    };
    let query = LogQuery {
        flow_run_id: flow,
        task_run_id: task,
        at_least: Some(at_least),
        newest_first: true,
        limit: Some(LINES),
        offset,
        ..LogQuery::default()
    };
    let mut lines = state.store().logs(query).await?;
    lines.reverse();
    let names = match run.kind() {
        RunKind::Flow => {
            names(state, lines.iter().filter_map(|line| line.task_run_id).collect()).await?
        }
        RunKind::Task => Vec::new(),
    };
    Ok(logs::show(&Logs {
        run: run.id,
        at_least,
        lines: &lines,
        offset,
        names: &names,
        going_on: !run.is_terminal(),
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
