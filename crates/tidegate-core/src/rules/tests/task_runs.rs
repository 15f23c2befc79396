//! Task runs within flow runs, and runs that run again.

use super::{answer, any, noon, propose, run_in, seconds, task_run_in};
use crate::{
    Delays, FlowView, Policy, Proposal, RetryPolicy, Run, RunKind, SlotsView, State, StateType,
};

fn run_within(run: &mut Run, flow_state: Option<&State>, run_count: u32) -> String {
    let flow = FlowView::Some { state: flow_state, run_count };
    answer(run, Proposal { flow, ..Proposal::new(State::running(noon())) })
}

/// ORCH-19
#[test]
fn a_task_runs_only_while_its_flow_runs() {
    let reason = "abort: The enclosing flow must be running to begin task execution.";
    let pending = || run_in(RunKind::Task, [State::pending(noon())]);
    assert_eq!(run_within(&mut pending(), None, 0), reason);
    for state_type in StateType::ALL {
        let expected = match state_type {
            StateType::Running => "Running",
            StateType::Paused => "instead NotReady",
            StateType::Scheduled
            | StateType::Pending
            | StateType::Completed
            | StateType::Failed
            | StateType::Cancelled
            | StateType::Crashed
            | StateType::Cancelling => reason,
        };
        assert_eq!(run_within(&mut pending(), Some(&any(state_type)), 1), expected);
    }
    assert_eq!(propose(&mut pending(), State::running(noon())), "Running");
}

/// ORCH-21
#[test]
fn a_task_that_runs_again_says_so_whatever_name_is_proposed() {
    for name in ["Running", "Retrying", "Rerunning", "Mine"] {
        let state = State::running(noon()).named(name);
        let mut waiting = task_run_in(State::awaiting_retry(noon(), noon()));
        assert_eq!(propose(&mut waiting, state.clone()), "Retrying");
        assert_eq!(propose(&mut task_run_in(State::running(noon())), state), "Rerunning");
    }
}

/// ORCH-22
#[test]
fn a_task_run_of_a_retried_flow_run_starts_anew() {
    let flow_state = State::running(noon());
    let mut run = run_in(RunKind::Task, [State::pending(noon())]);
    run_within(&mut run, Some(&flow_state), 1);
    assert_eq!(run.flow_run_run_count, 1);
    propose(&mut run, State::failed(noon()));

    assert_eq!(run_within(&mut run.clone(), Some(&flow_state), 1), "Running");
    assert_eq!(run_within(&mut run, Some(&flow_state), 2), "Retrying");
    assert_eq!((run.run_count, run.flow_run_run_count), (1, 2));
}

/// ORCH-25
#[test]
fn a_task_run_has_its_slots_before_it_runs() {
    let closed = "abort: The concurrency limit 'tag:db' is 0, so that no task run under it may begin; raise the limit, and run \
                  it again.";
    let table = [
        (SlotsView::Taken, "Running"),
        (SlotsView::Full { until: noon() + seconds(5) }, "wait 5 s"),
        (SlotsView::Closed { limit: "tag:db" }, closed),
    ];
    for (slots, expected) in table {
        let mut run = run_in(RunKind::Task, [State::pending(noon())]);
        let running = Proposal { slots, ..Proposal::new(State::running(noon())) };
        assert_eq!(answer(&mut run, running.clone()), expected);
        // Whoever orchestrates the run itself has seen to that, and a flow run needs none.
        let mut run = run_in(RunKind::Task, [State::pending(noon())]);
        let client_side = Proposal { policy: Policy::ClientSide, ..running.clone() };
        assert_eq!(answer(&mut run, client_side), "Running");
        assert_eq!(
            answer(&mut run_in(RunKind::Flow, [State::pending(noon())]), running),
            "Running"
        );
        // Nor does it matter for any other move.
        let mut run = run_in(RunKind::Task, [State::pending(noon())]);
        let failed = Proposal { slots, ..Proposal::new(State::failed(noon())) };
        assert_eq!(answer(&mut run, failed), "Failed");
    }
}

/// The three lists of rules for task runs agree in what Prefect's cells do not show of each.
#[test]
fn a_task_run_lives_alike_under_every_policy() {
    for policy in [Policy::Core, Policy::ClientSide, Policy::Background] {
        let flow_state = State::running(noon());
        let flow = FlowView::Some { state: Some(&flow_state), run_count: 3 };
        let propose =
            |run: &mut Run, state| answer(run, Proposal { policy, flow, ..Proposal::new(state) });
        let mut run = run_in(RunKind::Task, [State::scheduled(noon(), noon())]);
        run.policy.retry = RetryPolicy::new(1, Delays::None, 0.0).unwrap();
        let story = [
            State::pending(noon()),
            State::running(noon()),
            State::failed(noon()),
            State::running(noon()),
            State::failed(noon()),
        ]
        .map(|state| propose(&mut run, state));
        assert_eq!(
            story,
            ["Pending in 0 s", "Running", "instead AwaitingRetry in 0 s", "Retrying", "Failed",],
        );
        assert_eq!(run.flow_run_run_count, 3);
    }
}
