//! Cancelling flow runs.

use super::{any, flow_run_in, force, noon, propose, run_in};
use crate::{RunKind, State, StateType};

/// CANCEL-06
#[test]
fn a_scheduled_run_that_runs_nowhere_is_cancelled_at_once() {
    let mut run = run_in(RunKind::Flow, [State::scheduled(noon(), noon())]);
    assert_eq!(propose(&mut run, State::cancelling(noon())), "instead Cancelled");
}

/// CANCEL-07
#[test]
fn a_scheduled_run_that_runs_somewhere_is_wound_down() {
    let mut run = flow_run_in(State::awaiting_retry(noon(), noon()));
    run.infrastructure_pid = Some("4711".into());
    assert_eq!(propose(&mut run, State::cancelling(noon())), "Cancelling");

    let mut run = flow_run_in(State::resuming(noon(), noon()));
    run.infrastructure_pid = Some("4711".into());
    assert_eq!(propose(&mut run, State::cancelling(noon())), "instead Cancelled");
}

/// PAUSE-06
#[test]
fn a_suspended_run_is_cancelled_at_once() {
    for propose in [propose, force] {
        let mut run = flow_run_in(State::suspended(noon()));
        run.infrastructure_pid = Some("4711".into());
        assert_eq!(propose(&mut run, State::cancelling(noon())), "instead Cancelled");
    }
}

/// Prefect 3.8 turns this down.
#[test]
fn a_run_in_a_blocking_pause_is_wound_down() {
    let mut run = flow_run_in(State::paused(noon()));
    assert_eq!(propose(&mut run, State::cancelling(noon())), "Cancelling");
    assert!(!run.policy.resuming);
}

/// CANCEL-08, CANCEL-09
#[test]
fn a_run_that_is_being_cancelled_becomes_nothing_else_but_by_force() {
    for to in StateType::ALL.into_iter().filter(|to| *to != StateType::Cancelled) {
        let mut run = flow_run_in(State::cancelling(noon()));
        assert_eq!(
            propose(&mut run, any(to)),
            "no: Cannot transition flows that are cancelling to a state other than Cancelled.",
        );
        assert!(force(&mut run, any(to)).starts_with(to.default_name()));
    }
    let mut run = flow_run_in(State::cancelling(noon()));
    assert_eq!(propose(&mut run, State::cancelled(noon())), "Cancelled");
}
