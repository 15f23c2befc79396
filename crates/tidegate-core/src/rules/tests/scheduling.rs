//! Scheduled times, submission, lateness and repeated proposals.

use uuid::Uuid;

use super::{answer, flow_run_in, force, noon, propose, run_in, seconds};
use crate::{Policy, Proposal, RunKind, State, StateData};

/// ORCH-02
#[test]
fn a_run_is_submitted_once() {
    for from in [State::running(noon()), State::cancelled(noon()), State::pending(noon())] {
        let state_type = from.state_type();
        assert_eq!(
            propose(&mut flow_run_in(from), State::pending(noon())),
            format!(
                "abort: This run is in a {state_type} state and cannot transition to a PENDING \
                 state.",
            ),
        );
    }
}

#[test]
fn a_submission_advances_by_name_and_keeps_its_time() {
    let later = noon() + seconds(300);
    let mut run = run_in(RunKind::Flow, [State::scheduled(later, noon())]);
    assert_eq!(propose(&mut run, State::pending(noon())), "Pending in 300 s");
    assert_eq!(propose(&mut run, State::submitting(noon())), "Submitting in 300 s");
    assert!(propose(&mut run, State::submitting(noon())).starts_with("abort"));
}

/// ORCH-04
#[test]
fn a_run_waits_for_its_time() {
    let later = noon() + seconds(300);
    let pending = State::new("Pending", StateData::Pending { scheduled_time: Some(later) }, noon());
    for kind in [RunKind::Flow, RunKind::Task] {
        for state in [State::scheduled(later, noon()), pending.clone()] {
            let mut run = run_in(kind, [state]);
            assert_eq!(propose(&mut run, State::running(noon())), "wait 300 s");
            assert_eq!(force(&mut run, State::running(noon())), "Running");
        }
        let mut run = run_in(kind, [State::scheduled(noon(), noon())]);
        assert_eq!(propose(&mut run, State::running(noon())), "Running");
    }
}

/// ORCH-05
#[test]
fn a_submitted_run_remembers_its_time() {
    let (later, latest) = (noon() + seconds(300), noon() + seconds(600));
    let mut run = run_in(RunKind::Flow, [State::scheduled(later, noon())]);
    assert_eq!(run.next_scheduled_start_time, Some(later));
    assert_eq!(propose(&mut run.clone(), State::pending(noon())), "Pending in 300 s");

    let own = State::new("Pending", StateData::Pending { scheduled_time: Some(latest) }, noon());
    assert_eq!(propose(&mut run, own), "Pending in 600 s");
    assert_eq!(run.next_scheduled_start_time, None);
}

/// ORCH-13
#[test]
fn only_a_scheduled_run_is_late_and_only_once() {
    let late = || State::late(noon(), noon());
    for policy in [Policy::Core, Policy::MarkLate] {
        let propose = |run: &mut _| answer(run, Proposal { policy, ..Proposal::new(late()) });
        let mut running = run_in(RunKind::Flow, [State::running(noon())]);
        assert_eq!(propose(&mut running), "no: Only scheduled flows can be marked late.");
        let mut scheduled = run_in(RunKind::Flow, [State::scheduled(noon(), noon())]);
        assert_eq!(propose(&mut scheduled), "Late in 0 s");
        assert_eq!(propose(&mut scheduled), "no: This flow run is already marked late.");
    }
}

/// ORCH-14
#[test]
fn a_repeated_proposal_counts_once() {
    let id = Some(Uuid::from_u128(1));
    let running = || State { transition_id: id, ..State::running(noon()) };
    let mut run = run_in(RunKind::Flow, [running()]);
    assert_eq!(
        propose(&mut run, running()),
        "no: This run has already made this state transition.",
    );
    assert_eq!(force(&mut run, running()), "Running");
    let mut task_run = run_in(RunKind::Task, [running()]);
    assert_eq!(propose(&mut task_run, running()), "Rerunning");

    let other = State { transition_id: Some(Uuid::from_u128(2)), ..State::running(noon()) };
    assert_eq!(propose(&mut run, other), "Running");
}
