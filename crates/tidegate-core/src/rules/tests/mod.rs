//! The rules as a whole: against every probed cell of Prefect, as a drawn table, and case by case. An id such as ORCH-02
//! names a case of Prefect's behaviour that a test takes over.

mod cancelling;
mod cells;
mod differences;
mod moves;
mod pausing;
mod retrying;
mod scheduling;
mod task_runs;
mod terminal;
mod transitions;

use std::sync::Arc;

use chrono::TimeDelta;

use crate::{
    Definition, Policy, Proposal, Run, RunKind, State, StateResult, StateType, Timestamp, Verdict,
    transition,
};

/// A fixed time, so that no test depends on when it runs.
pub(super) fn noon() -> Timestamp {
    "2026-01-15T12:00:00Z".parse().unwrap()
}

pub(super) fn seconds(seconds: i64) -> TimeDelta {
    TimeDelta::seconds(seconds)
}

pub(super) fn new_run(kind: RunKind) -> Run {
    Run::new(Arc::new(Definition::new(kind, "sample")), "sample-0", noon() - seconds(60))
}

/// A run that has been through these states, a minute apart until a minute ago, with its books kept.
fn run_in(kind: RunKind, states: impl IntoIterator<Item = State>) -> Run {
    let mut run = new_run(kind);
    let states: Vec<_> = states.into_iter().collect();
    for (index, mut state) in states.iter().cloned().enumerate() {
        state.timestamp = noon() - seconds(60 * (states.len() - index) as i64);
        let proposal = Proposal { policy: Policy::Force, ..Proposal::new(state) };
        assert_eq!(transition(&mut run, proposal, noon()), Verdict::Accept);
    }
    run
}

fn flow_run_in(state: State) -> Run {
    run_in(RunKind::Flow, [State::running(noon()), state])
}

fn task_run_in(state: State) -> Run {
    run_in(RunKind::Task, [State::running(noon()), state])
}

fn deployed(mut run: Run) -> Run {
    run.deployment_id = Some((*crate::RunId::new().as_uuid()).into());
    run
}

/// A plain state of this type.
fn any(state_type: StateType) -> State {
    let now = noon();
    match state_type {
        StateType::Scheduled => State::scheduled(now, now),
        StateType::Pending => State::pending(now),
        StateType::Running => State::running(now),
        StateType::Completed => State::completed(now),
        StateType::Failed => State::failed(now),
        StateType::Cancelled => State::cancelled(now),
        StateType::Crashed => State::crashed(now),
        StateType::Paused => State::paused(now),
        StateType::Cancelling => State::cancelling(now),
    }
}

fn kept() -> StateResult {
    StateResult::Recorded { json: "1".into() }
}

/// Proposes a state at noon, and tells what came of it.
fn propose(run: &mut Run, state: State) -> String {
    answer(run, Proposal::new(state))
}

fn force(run: &mut Run, state: State) -> String {
    answer(run, Proposal { policy: Policy::Force, ..Proposal::new(state) })
}

fn answer(run: &mut Run, proposal: Proposal<'_>) -> String {
    let before = run.clone();
    match transition(run, proposal, noon()) {
        Verdict::Accept => told(run),
        Verdict::Replace(_) => format!("instead {}", told(run)),
        Verdict::Reject(rejection) => {
            assert_eq!(*run, before, "a run that keeps its state is not touched");
            let verb = if rejection.abort { "abort" } else { "no" };
            format!("{verb}: {}", rejection.reason)
        }
        Verdict::Wait(until) => {
            assert_eq!(*run, before, "a run that keeps its state is not touched");
            format!("wait {} s", (until - noon()).num_seconds())
        }
    }
}

fn told(run: &Run) -> String {
    let state = run.state().unwrap();
    match state.scheduled_time() {
        Some(time) => format!("{} in {} s", state.name, (time - noon()).num_seconds()),
        None => state.name.to_string(),
    }
}
