//! The books of a run, and its stored form.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use expect_test::expect;

use crate::{
    Definition, Delays, Proposal, RetryPolicy, Run, RunKind, State, Timestamp, Verdict, transition,
};

fn noon() -> Timestamp {
    "2026-01-15T12:00:00Z".parse().unwrap()
}

fn at(seconds: i64) -> Timestamp {
    noon() + TimeDelta::seconds(seconds)
}

fn new_run(kind: RunKind) -> Run {
    Run::new(Arc::new(Definition::new(kind, "sample")), "sample-0", noon())
}

fn enter(run: &mut Run, state: State) {
    let now = state.timestamp;
    let verdict = transition(run, Proposal::new(state), now);
    assert!(matches!(verdict, Verdict::Accept | Verdict::Replace(_)), "{verdict:?}");
}

/// STATE-10
#[test]
fn two_states_never_share_a_time() {
    let mut run = new_run(RunKind::Task);
    for state in [State::pending(noon()), State::running(noon()), State::completed(at(-1))] {
        enter(&mut run, state);
    }
    let times: Vec<_> =
        run.states.iter().map(|s| (s.timestamp - noon()).num_microseconds().unwrap()).collect();
    assert_eq!(times, [0, 1, 2]);
    assert_eq!(run.end_time, Some(run.states[2].timestamp));
    assert_eq!(run.total_run_time, Duration::from_micros(1));
}

/// RETRY-21
#[test]
fn only_time_in_running_counts_and_the_first_attempt_is_the_start() {
    let mut run = new_run(RunKind::Task);
    run.policy.retry = RetryPolicy::new(1, Delays::Fixed(Duration::from_secs(10)), 0.0).unwrap();
    for state in [
        State::pending(at(0)),
        State::running(at(1)),
        State::failed(at(3)),
        State::running(at(20)),
        State::failed(at(24)),
    ] {
        enter(&mut run, state);
    }
    assert_eq!(run.start_time, Some(at(1)));
    assert_eq!(run.end_time, Some(at(24)));
    assert_eq!(run.total_run_time, Duration::from_secs(2 + 4));
    assert_eq!(run.run_count, 2);
}

#[test]
fn the_estimated_run_time_includes_the_current_attempt() {
    let mut run = new_run(RunKind::Task);
    assert_eq!(run.estimated_run_time(at(5)), Duration::ZERO);
    enter(&mut run, State::running(at(0)));
    assert_eq!(run.estimated_run_time(at(5)), Duration::from_secs(5));
    assert_eq!(run.estimated_run_time(at(-5)), Duration::ZERO);
    enter(&mut run, State::awaiting_retry(at(5), at(5)));
    assert_eq!(run.estimated_run_time(at(8)), Duration::from_secs(5));
    enter(&mut run, State::running(at(10)));
    assert_eq!(run.estimated_run_time(at(11)), Duration::from_secs(6));
    enter(&mut run, State::completed(at(12)));
    assert_eq!(run.estimated_run_time(at(99)), Duration::from_secs(7));
}

#[test]
fn a_run_is_expected_at_its_first_scheduled_time_or_its_first_state() {
    let mut run = new_run(RunKind::Flow);
    enter(&mut run, State::scheduled(at(60), at(0)));
    assert_eq!(run.expected_start_time, Some(at(60)));
    assert_eq!(run.next_scheduled_start_time, Some(at(60)));
    enter(&mut run, State::scheduled(at(90), at(1)));
    assert_eq!(run.expected_start_time, Some(at(60)));
    assert_eq!(run.next_scheduled_start_time, Some(at(90)));
    enter(&mut run, State::pending(at(2)));
    assert_eq!(run.next_scheduled_start_time, None);

    let mut run = new_run(RunKind::Flow);
    enter(&mut run, State::pending(at(3)));
    assert_eq!(run.expected_start_time, Some(at(3)));
}

#[test]
fn a_run_is_stored_like_this() {
    let mut run = new_run(RunKind::Flow);
    run.id = uuid::Uuid::from_u128(7).into();
    run.tags.push("nightly".into());
    run.parameters.insert("lat", 38.9);
    run.policy.retry =
        RetryPolicy::new(2, Delays::Fixed(Duration::from_millis(1500)), 0.5).unwrap();
    enter(&mut run, State::running(at(1)));
    enter(&mut run, State::failed(at(3)).message("boom"));
    let json = serde_json::to_string_pretty(&run).unwrap();
    expect![[r#"
        {
          "id": "00000000-0000-0000-0000-000000000007",
          "definition": {
            "kind": "flow",
            "name": "sample",
            "key": "sample",
            "version": null,
            "description": null,
            "tags": [],
            "parameters": []
          },
          "name": "sample-0",
          "flow_run_id": null,
          "task_run_id": null,
          "call_key": null,
          "place": null,
          "lease": null,
          "root_flow_run_id": null,
          "deployment_id": null,
          "infrastructure_pid": null,
          "tags": [
            "nightly"
          ],
          "parameters": {
            "lat": 38.9
          },
          "policy": {
            "retry": {
              "retries": 2,
              "delays": {
                "fixed": {
                  "secs": 1,
                  "nanos": 500000000
                }
              },
              "jitter_factor": 0.5
            },
            "resuming": false,
            "recover": false,
            "restartable": false,
            "pause_keys": [],
            "retry_type": "in_process"
          },
          "created": "2026-01-15T12:00:00Z",
          "states": [
            {
              "name": "Running",
              "timestamp": "2026-01-15T12:00:01Z",
              "type": "RUNNING"
            },
            {
              "name": "AwaitingRetry",
              "timestamp": "2026-01-15T12:00:03Z",
              "message": "boom",
              "type": "SCHEDULED",
              "scheduled_time": "2026-01-15T12:00:04.459205Z"
            }
          ],
          "run_count": 1,
          "flow_run_run_count": 0,
          "total_run_time": {
            "secs": 2,
            "nanos": 0
          },
          "expected_start_time": "2026-01-15T12:00:01Z",
          "start_time": "2026-01-15T12:00:01Z",
          "end_time": null,
          "next_scheduled_start_time": "2026-01-15T12:00:04.459205Z"
        }"#]]
    .assert_eq(&json);
    assert_eq!(serde_json::from_str::<Run>(&json).unwrap(), run);
}
