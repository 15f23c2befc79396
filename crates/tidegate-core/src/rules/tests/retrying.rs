//! Retries as the rules give them. When and how often is decided, and tested, in `retry`.

use std::time::Duration;

use super::{answer, noon, propose, run_in};
use crate::{
    Delays, Proposal, RetryPolicy, RetryType, Run, RunKind, State, StateData, StateResult,
};

fn with_retries(kind: RunKind, retries: u32, delays: &[u64]) -> Run {
    let mut run = run_in(kind, [State::pending(noon())]);
    let delays = Delays::List(delays.iter().copied().map(Duration::from_secs).collect());
    run.policy.retry = RetryPolicy::new(retries, delays, 0.0).unwrap();
    run
}

/// What comes of running and failing, over and over, until the run has ended.
fn attempts(run: &mut Run, failure: &State) -> Vec<String> {
    let mut story = Vec::new();
    while !run.is_terminal() {
        let now = run.state().unwrap().scheduled_time().unwrap_or(noon());
        let mut running = State::running(noon());
        running.timestamp = now;
        crate::transition(run, Proposal::new(running), now);
        story.push(run.state().unwrap().name.to_string());
        story.push(propose(run, failure.clone()));
    }
    story
}

/// RETRY-01, RETRY-20. The rules have a run wait even for no time, as Prefect's do; Prefect's task engine, which asks no
/// rules, goes from Running straight to Retrying.
#[test]
fn a_failing_task_run_is_tried_as_often_as_its_policy_says() {
    let mut run = with_retries(RunKind::Task, 3, &[]);
    let retried = "instead AwaitingRetry in 0 s";
    assert_eq!(
        attempts(&mut run, &State::failed(noon())),
        ["Running", retried, "Retrying", retried, "Retrying", retried, "Retrying", "Failed"],
    );
    assert_eq!(run.run_count, 4);
}

/// RETRY-02
#[test]
fn a_task_run_may_complete_at_its_second_attempt() {
    let mut run = with_retries(RunKind::Task, 3, &[]);
    for state in [State::running(noon()), State::failed(noon()), State::running(noon())] {
        propose(&mut run, state);
    }
    assert_eq!(propose(&mut run, State::completed(noon())), "Completed");
    assert_eq!(run.run_count, 2);
}

/// RETRY-03, RETRY-04, RETRY-28, ORCH-24: flows have lists too, which Prefect ignores.
#[test]
fn a_list_of_delays_is_gone_through_and_its_last_one_repeats() {
    for failure in [State::failed(noon()), State::timed_out(noon()), State::panicked(noon())] {
        for kind in [RunKind::Task, RunKind::Flow] {
            let again = match kind {
                RunKind::Task => "Retrying",
                RunKind::Flow => "Running",
            };
            assert_eq!(
                attempts(&mut with_retries(kind, 3, &[10, 20]), &failure),
                [
                    "Running",
                    "instead AwaitingRetry in 10 s",
                    again,
                    "instead AwaitingRetry in 20 s",
                    again,
                    "instead AwaitingRetry in 20 s",
                    again,
                    &failure.name,
                ],
            );
        }
    }
}

/// RETRY-11, ORCH-23: flows have conditions too.
#[test]
fn a_failure_that_is_not_retriable_is_not_retried() {
    for kind in [RunKind::Task, RunKind::Flow] {
        for (retriable, expected) in [
            (Some(false), "Failed"),
            (Some(true), "instead AwaitingRetry in 0 s"),
            (None, "instead AwaitingRetry in 0 s"),
        ] {
            let mut run = with_retries(kind, 1, &[]);
            propose(&mut run, State::running(noon()));
            let failed = State::new("Failed", StateData::Failed { retriable }, noon());
            assert_eq!(propose(&mut run, failed), expected);
        }
    }
}

/// RETRY-15: the rules do not know whether a Failed state was returned or made of an error.
#[test]
fn the_state_of_a_retry_keeps_what_the_failure_said() {
    let mut run = with_retries(RunKind::Task, 1, &[]);
    propose(&mut run, State::running(noon()));
    let failed = State::failed(noon()).message("boom").with_result(StateResult::Unpersisted);
    propose(&mut run, failed);
    let state = run.state().unwrap();
    assert_eq!(state.message.as_deref(), Some("boom"));
    assert_eq!(state.result, Some(StateResult::Unpersisted));
}

/// RETRY-16
#[test]
fn only_failures_are_retried() {
    for end in [State::crashed(noon()), State::cancelled(noon())] {
        for kind in [RunKind::Task, RunKind::Flow] {
            let mut run = with_retries(kind, 1, &[]);
            propose(&mut run, State::running(noon()));
            assert_eq!(propose(&mut run, end.clone()), end.name);
        }
    }
}

/// RETRY-23, RETRY-25
#[test]
fn a_retried_flow_run_says_how_until_its_retries_are_used_up() {
    let mut run = with_retries(RunKind::Flow, 1, &[]);
    run.policy.pause_keys.push("1".into());
    propose(&mut run, State::running(noon()));
    assert_eq!(propose(&mut run, State::failed(noon())), "instead AwaitingRetry in 0 s");
    assert_eq!(run.policy.retry_type, Some(RetryType::InProcess));
    assert!(run.policy.pause_keys.is_empty(), "the next attempt may pause again");

    assert_eq!(propose(&mut run, State::running(noon())), "Running");
    assert_eq!(run.run_count, 2);
    assert_eq!(propose(&mut run, State::failed(noon())), "Failed");
    assert_eq!(run.policy.retry_type, None);
}

/// RETRY-24
#[test]
fn a_flow_run_waits_for_its_retry_and_keeps_its_name() {
    let mut run = with_retries(RunKind::Flow, 1, &[1]);
    propose(&mut run, State::running(noon()));
    propose(&mut run, State::failed(noon()));
    assert_eq!(propose(&mut run, State::running(noon())), "wait 1 s");

    let later = noon() + super::seconds(1);
    crate::transition(&mut run, Proposal::new(State::running(later)), later);
    assert_eq!(run.state().unwrap().name, "Running");
}

/// ORCH-15
#[test]
fn the_run_count_says_whether_retries_are_left() {
    for (run_count, expected) in [(3, "instead AwaitingRetry in 0 s"), (4, "Failed")] {
        let mut run = with_retries(RunKind::Flow, 3, &[]);
        propose(&mut run, State::running(noon()));
        run.run_count = run_count;
        assert_eq!(propose(&mut run, State::failed(noon())), expected);
    }
}

#[test]
fn a_roll_of_the_proposal_decides_the_jitter() {
    let delay = |roll| {
        let mut run = run_in(RunKind::Flow, [State::running(noon())]);
        let delays = Delays::Fixed(Duration::from_secs(100));
        run.policy.retry = RetryPolicy::new(1, delays, 0.5).unwrap();
        answer(&mut run, Proposal { roll, ..Proposal::new(State::failed(noon())) })
    };
    assert_eq!(delay(0.0), "instead AwaitingRetry in 62 s");
    assert_eq!(delay(1.0), "instead AwaitingRetry in 150 s");
}
