//! Events that states are, as Prefect tells them.

use std::sync::Arc;

use chrono::DateTime;
use serde_json::json;

use super::*;
use crate::{Definition, Run, State};

fn at(seconds: i64) -> Timestamp {
    DateTime::from_timestamp(1_763_935_200 + seconds, 0).unwrap()
}

fn run(kind: RunKind) -> Run {
    let mut run = Run::new(Arc::new(Definition::new(kind, "etl")), "noisy-raccoon", at(0));
    run.states =
        vec![State::pending(at(0)), State::running(at(1)), State::failed(at(2)).message("no luck")];
    run
}

/// EVENT-01
#[test]
fn each_state_is_an_event_that_follows_the_one_before() {
    let run = run(RunKind::Flow);
    let events: Vec<_> = state_events(&run, Some("etl")).collect();
    let names: Vec<_> = events.iter().map(|event| &*event.event).collect();
    assert_eq!(
        names,
        ["prefect.flow-run.Pending", "prefect.flow-run.Running", "prefect.flow-run.Failed"]
    );
    assert_eq!(events[0].follows, None);
    assert_eq!(events[1].follows, Some(events[0].id));
    assert_eq!(events[2].follows, Some(events[1].id));
}

/// EVENT-02
#[test]
fn its_resource_is_the_run_with_the_state_in_its_labels() {
    let run = run(RunKind::Flow);
    let last = state_events(&run, None).next_back().unwrap();
    let id = format!("prefect.flow-run.{}", run.id);
    let labels: Vec<_> = last.resource.labels().collect();
    assert_eq!(
        labels,
        [
            ("prefect.resource.id", &*id),
            ("prefect.resource.name", "noisy-raccoon"),
            ("prefect.run-count", "1"),
            ("prefect.state-message", "no luck"),
            ("prefect.state-name", "Failed"),
            ("prefect.state-timestamp", "2025-11-23T22:00:02+00:00"),
            ("prefect.state-type", "FAILED"),
        ]
    );
}

/// EVENT-03
#[test]
fn its_payload_tells_from_which_state_to_which() {
    let run = run(RunKind::Flow);
    let payloads: Vec<_> = state_events(&run, None).map(|event| event.payload).collect();
    assert_eq!(
        payloads[0],
        json!({
            "intended": {"from": null, "to": "PENDING"},
            "initial_state": null,
            "validated_state": {"type": "PENDING", "name": "Pending"},
        })
    );
    assert_eq!(
        payloads[2],
        json!({
            "intended": {"from": "RUNNING", "to": "FAILED"},
            "initial_state": {"type": "RUNNING", "name": "Running"},
            "validated_state": {"type": "FAILED", "name": "Failed", "message": "no luck"},
        })
    );
}

/// EVENT-04: with the flow run and the flow.
#[test]
fn those_of_a_task_run_are_related_to_its_flow_run_and_its_tags() {
    let mut run = run(RunKind::Task);
    let flow_run = RunId::new();
    run.flow_run_id = Some(flow_run);
    run.tags = vec!["http".to_owned()];
    let event = state_events(&run, Some("daily")).next().unwrap();
    assert_eq!(event.event, "prefect.task-run.Pending");
    let related: Vec<_> = event
        .related
        .iter()
        .map(|each| (each.id().to_owned(), each.get(RESOURCE_ROLE).unwrap()))
        .collect();
    assert_eq!(
        related,
        [
            (format!("prefect.flow-run.{flow_run}"), "flow-run"),
            ("prefect.flow.daily".to_owned(), "flow"),
            ("prefect.task.etl".to_owned(), "task"),
            ("prefect.tag.http".to_owned(), "tag"),
        ]
    );
}

#[test]
fn ids_are_the_same_each_time_and_sort_by_time() {
    let (other, run) = (run(RunKind::Flow), run(RunKind::Flow));
    let ids = || state_events(&run, None).map(|event| event.id).collect::<Vec<_>>();
    assert_eq!(ids(), ids());
    assert!(ids().is_sorted() && ids()[0] != ids()[1]);
    assert_eq!(ids()[0].as_uuid().get_version_num(), 8);
    assert_ne!(ids()[0], state_events(&other, None).next().unwrap().id);
}

#[test]
fn an_event_is_written_as_json_and_read_back() {
    let run = run(RunKind::Task);
    for event in state_events(&run, None) {
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<EventRecord>(&text).unwrap(), event);
    }
}
