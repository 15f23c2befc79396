//! Runs that have ended.

use super::{any, deployed, flow_run_in, force, kept, noon, propose, run_in, task_run_in};
use crate::{RetryType, RunKind, State, StateResult, StateType};

/// CANCEL-10
#[test]
fn a_run_that_has_ended_cannot_be_cancelled_paused_or_crash() {
    for from in StateType::ALL.into_iter().filter(|state_type| state_type.is_terminal()) {
        for to in [State::cancelling(noon()), State::paused(noon()), State::crashed(noon())] {
            let answer = propose(&mut flow_run_in(any(from)), to.clone());
            assert_eq!(answer, format!("abort: Run is already in terminal state {from}."));
            let answer = propose(&mut task_run_in(any(from)), to);
            assert_eq!(answer, format!("abort: Run is already {from}."));
        }
    }
}

/// CANCEL-05
#[test]
fn a_crash_after_the_end_keeps_the_end() {
    let mut run = flow_run_in(State::completed(noon()));
    propose(&mut run, State::crashed(noon()));
    assert!(run.state().unwrap().is_completed());
}

/// ORCH-06
#[test]
fn a_completed_flow_run_may_run_again_unless_its_result_is_kept() {
    for to in [State::scheduled(noon(), noon()), State::pending(noon()), State::running(noon())] {
        let mut run = deployed(flow_run_in(State::completed(noon()).with_result(kept())));
        assert_eq!(propose(&mut run, to.clone()), "no: Run is already COMPLETED.");

        for result in [None, Some(StateResult::Unpersisted)] {
            let mut run = deployed(flow_run_in(State { result, ..State::completed(noon()) }));
            let start_time = run.start_time;
            assert!(run.end_time.is_some());
            assert!(propose(&mut run, to.clone()).starts_with(&*to.name));
            assert_eq!(run.end_time, None);
            assert_eq!(run.start_time, start_time);
        }
    }
}

/// ORCH-07
#[test]
fn a_kept_result_is_never_overwritten_by_none() {
    let reason = "no: Cannot overwrite a COMPLETED state that carries persisted result data with \
                  one that does not.";
    let completed = || flow_run_in(State::completed(noon()).with_result(kept()));
    for result in [None, Some(StateResult::Unpersisted)] {
        let lost = State { result, ..State::completed(noon()) };
        assert_eq!(propose(&mut completed(), lost.clone()), reason);
        assert_eq!(force(&mut completed(), lost), reason);
    }
    let replaced = State::completed(noon()).with_result(kept());
    assert_eq!(propose(&mut completed(), replaced), "Completed");
}

/// ORCH-26
#[test]
fn a_completed_task_run_whose_result_is_kept_stays_as_it_is() {
    for to in [StateType::Completed, StateType::Failed, StateType::Running, StateType::Scheduled] {
        let mut run = task_run_in(State::completed(noon()).with_result(kept()));
        let to = any(to).with_result(kept());
        assert_eq!(propose(&mut run, to), "no: This run is already completed.");
    }
}

/// ORCH-08
#[test]
fn a_flow_run_that_has_ended_is_scheduled_again_only_by_its_deployment() {
    let again = State::scheduled(noon(), noon());
    let mut run = flow_run_in(State::failed(noon()));
    assert_eq!(
        propose(&mut run, again.clone()),
        "abort: Cannot reschedule a run without an associated deployment.",
    );

    let mut run = deployed(run);
    run.policy.resuming = true;
    run.policy.pause_keys.push("1".into());
    assert_eq!(propose(&mut run, again), "Scheduled in 0 s");
    assert_eq!(run.policy.retry_type, Some(RetryType::Reschedule));
    assert!(!run.policy.resuming && run.policy.pause_keys.is_empty());
}

/// A rule that wanted something to happen to the run does not get it when a later rule turns the proposal down.
#[test]
fn what_a_turned_down_proposal_would_have_changed_stays_unchanged() {
    let mut run = deployed(flow_run_in(State::failed(noon())));
    run.policy.pause_keys.push("1".into());
    assert_eq!(
        propose(&mut run, State::late(noon(), noon())),
        "no: Only scheduled flows can be marked late.",
    );
    assert_eq!(run.policy.pause_keys, ["1"]);
    assert_eq!(run.policy.retry_type, None);
}

/// ORCH-09
#[test]
fn one_end_may_replace_another() {
    let mut run = flow_run_in(State::failed(noon()));
    assert_eq!(propose(&mut run, State::completed(noon())), "Completed");
    assert_eq!(propose(&mut run, State::cancelled(noon())), "Cancelled");
}

/// ORCH-18
#[test]
fn a_second_end_keeps_the_time_of_the_first() {
    let mut run = flow_run_in(State::failed(noon()));
    let end_time = run.end_time;
    propose(&mut run, State::completed(noon()));
    assert!(end_time.is_some());
    assert_eq!(run.end_time, end_time);
}

/// ORCH-17
#[test]
fn a_run_whose_first_state_is_an_end_starts_and_ends_then() {
    let mut run = run_in(RunKind::Flow, []);
    propose(&mut run, State::failed(noon()));
    assert_eq!(run.start_time, Some(noon()));
    assert_eq!(run.end_time, Some(noon()));
    assert_eq!(run.expected_start_time, Some(noon()));
}

/// CANCEL-04: Prefect's client leaves both times empty, its server sets both; Tidegate keeps the books in one way.
#[test]
fn a_task_run_that_crashes_before_it_ran_has_run_for_no_time() {
    let mut run = run_in(RunKind::Task, [State::pending(noon())]);
    propose(&mut run, State::crashed(noon()));
    assert_eq!((run.start_time, run.end_time), (Some(noon()), Some(noon())));
    assert_eq!(run.run_count, 0);
    assert!(run.total_run_time.is_zero());
}

/// A future can be dropped in any state.
#[test]
fn every_run_that_has_not_ended_can_crash() {
    for from in StateType::ALL.into_iter().filter(|state_type| !state_type.is_terminal()) {
        assert_eq!(force(&mut flow_run_in(any(from)), State::crashed(noon())), "Crashed");
        assert_eq!(propose(&mut task_run_in(any(from)), State::crashed(noon())), "Crashed");
        if from != StateType::Cancelling {
            assert_eq!(propose(&mut flow_run_in(any(from)), State::crashed(noon())), "Crashed");
        }
    }
    let mut suspended = flow_run_in(State::suspended(noon()));
    assert_eq!(propose(&mut suspended, State::crashed(noon())), "Crashed");
}
