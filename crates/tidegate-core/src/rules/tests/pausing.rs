//! Pausing, suspending and resuming flow runs.

use super::{answer, deployed, flow_run_in, new_run, noon, propose, run_in, seconds, task_run_in};
use crate::{FlowView, Proposal, RunId, RunKind, State, StateData, StateType};

fn pause(reschedule: bool, key: Option<&str>) -> State {
    let timeout = Some(noon() + seconds(600));
    let data = StateData::Paused { timeout, reschedule, key: key.map(str::to_owned) };
    State::new(if reschedule { "Suspended" } else { "Paused" }, data, noon())
}

fn past_timeout() -> State {
    let timeout = Some(noon() - seconds(1));
    State::new("Paused", StateData::Paused { timeout, reschedule: false, key: None }, noon())
}

#[test]
fn only_a_running_flow_run_can_be_paused() {
    assert_eq!(
        propose(&mut new_run(RunKind::Flow), State::paused(noon())),
        "abort: Cannot pause flows with no state.",
    );
    assert_eq!(
        propose(&mut run_in(RunKind::Flow, [State::pending(noon())]), State::suspended(noon())),
        "no: Cannot suspend flows that are not currently running.",
    );
}

/// PAUSE-18
#[test]
fn a_deployed_run_can_be_suspended() {
    let mut run = deployed(run_in(RunKind::Flow, [State::running(noon())]));
    assert_eq!(propose(&mut run, pause(true, Some("1"))), "Suspended");
    assert_eq!(run.policy.pause_keys, ["1"]);
    assert_eq!(run.state().unwrap().state_type(), StateType::Paused);
}

#[test]
fn a_run_that_nothing_would_start_again_cannot_be_suspended() {
    let mut run = run_in(RunKind::Flow, [State::running(noon())]);
    assert_eq!(
        propose(&mut run, pause(true, None)),
        "abort: Cannot suspend flows without a deployment.",
    );
    run.flow_run_id = Some(RunId::new());
    assert_eq!(propose(&mut run, pause(true, None)), "abort: Cannot suspend subflows.");
    assert_eq!(propose(&mut run, pause(false, None)), "Paused");
}

/// PAUSE-17
#[test]
fn a_run_that_can_be_started_from_its_record_can_be_suspended_and_resumed() {
    let mut run = run_in(RunKind::Flow, [State::running(noon())]);
    run.policy.restartable = true;
    assert_eq!(propose(&mut run, pause(true, Some("1"))), "Suspended");
    assert_eq!(propose(&mut run, State::running(noon())), "Running");
    assert_eq!(run.run_count, 1);
}

#[test]
fn each_pause_fires_once() {
    let mut run = run_in(RunKind::Flow, [State::running(noon())]);
    propose(&mut run, pause(false, Some("2")));
    propose(&mut run, State::running(noon()));
    assert_eq!(propose(&mut run, pause(false, Some("2"))), "no: This pause has already fired.");

    for _ in 0..2 {
        assert_eq!(propose(&mut run, pause(false, None)), "Paused");
        propose(&mut run, State::running(noon()));
    }
    assert_eq!(run.policy.pause_keys, ["2", "3", "4"], "pauses without a key are counted");
    propose(&mut run, pause(false, Some("5")));
    propose(&mut run, State::running(noon()));
    run.policy.pause_keys.retain(|key| key != "3");
    propose(&mut run, pause(false, None));
    assert_eq!(run.policy.pause_keys, ["2", "4", "5", "6"], "their key is a new one");
}

/// ORCH-12, where Prefect counts another attempt and leaves the run marked as resuming.
#[test]
fn a_resumed_run_goes_on_with_its_attempt() {
    let mut run = run_in(RunKind::Flow, [State::running(noon()), State::paused(noon())]);
    let total_run_time = run.total_run_time;
    assert_eq!(propose(&mut run, State::running(noon())), "Running");
    assert_eq!(run.run_count, 1);
    assert!(!run.policy.resuming);
    assert_eq!(run.total_run_time, total_run_time, "a pause is no time in RUNNING");
}

/// PAUSE-19
#[test]
fn a_suspended_run_goes_on_with_its_attempt_once_it_is_scheduled() {
    let mut run =
        deployed(run_in(RunKind::Flow, [State::running(noon()), State::suspended(noon())]));
    assert_eq!(propose(&mut run, State::resuming(noon(), noon())), "Resuming in 0 s");
    assert!(run.policy.resuming);
    assert_eq!(propose(&mut run, State::pending(noon())), "Pending in 0 s");
    assert!(run.policy.resuming);
    assert_eq!(propose(&mut run, State::running(noon())), "Running");
    assert_eq!(run.run_count, 1);
    assert!(!run.policy.resuming);
}

/// ORCH-11, where Prefect marks the run as resuming.
#[test]
fn a_paused_run_is_not_submitted() {
    let mut run = flow_run_in(State::paused(noon()));
    assert_eq!(
        propose(&mut run, State::pending(noon())),
        "no: This run cannot transition to the PENDING state from the PAUSED state.",
    );
}

/// PAUSE-03, where Prefect may say that the flow was running and never resumed.
#[test]
fn a_pause_past_its_timeout_fails_instead_of_going_on() {
    let mut run = flow_run_in(past_timeout());
    assert_eq!(propose(&mut run, State::running(noon())), "instead Failed");
    assert_eq!(
        run.state().unwrap().to_string(),
        "Failed('The flow was paused and never resumed.')",
    );
}

#[test]
fn a_pause_past_its_timeout_ends_as_proposed() {
    for end in [State::cancelled(noon()), State::crashed(noon()), State::completed(noon())] {
        assert_eq!(propose(&mut flow_run_in(past_timeout()), end.clone()), end.name);
    }
}

/// PAUSE-23, ORCH-19
#[test]
fn a_task_run_is_paused_with_its_flow_run() {
    let flow_state = pause(false, Some("1"));
    let mut run = task_run_in(State::pending(noon()));
    let proposal = Proposal {
        flow: FlowView::Some { state: Some(&flow_state), run_count: 1 },
        ..Proposal::new(State::running(noon()))
    };
    assert_eq!(answer(&mut run, proposal), "instead NotReady");
    let state = run.state().unwrap();
    let timeout = Some(noon() + seconds(600));
    assert_eq!(state.data, StateData::Paused { timeout, reschedule: false, key: None });
}
