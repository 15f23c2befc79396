//! What a replay rests on: that instances are read as they are meant, that bounds are right, and that the oracle finds what is wrong.

mod generated;
mod instance;
mod oracle;
mod workflow;

use std::path::Path;
use std::time::Duration;

use crate::oracle::{Span, check_graph, check_order, check_slots, lateness};
use crate::workflow::{Parent, Workflow};

/// `split` gives a file to both of its children, of which `right` is listed first; `merge` reads what `left` wrote and waits for
/// `right`, which only `right` tells.
const DIAMOND: &str = r#"{
    "schemaVersion": "1.5",
    "workflow": {
        "specification": {
            "tasks": [
                {"id": "merge", "parents": ["left"], "children": [], "inputFiles": ["l"], "outputFiles": []},
                {"id": "right", "parents": ["split"], "children": ["merge"], "inputFiles": ["s"], "outputFiles": ["r"]},
                {"id": "left", "parents": ["split"], "children": ["merge"], "inputFiles": ["s"], "outputFiles": ["l", "log"]},
                {"id": "split", "parents": [], "children": ["left", "right"], "outputFiles": ["s"]}
            ],
            "files": [{"id": "s", "sizeInBytes": 10}, {"id": "l", "sizeInBytes": 5}, {"id": "log", "sizeInBytes": 2}]
        },
        "execution": {
            "makespanInSeconds": 9,
            "tasks": [
                {"id": "split", "runtimeInSeconds": 1},
                {"id": "left", "runtimeInSeconds": 2.5},
                {"id": "right", "runtimeInSeconds": 4},
                {"id": "merge", "runtimeInSeconds": 0.0}
            ]
        }
    }
}"#;

fn diamond() -> Workflow {
    instance::parse("diamond", DIAMOND).expect("it is an instance")
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn times(workflow: &Workflow) -> Vec<Duration> {
    workflow.tasks.iter().map(|task| task.time).collect()
}

fn spans(spans: [(f64, f64); 4]) -> Vec<Span> {
    spans.map(|(start, end)| Span { start: seconds(start), end: seconds(end) }).into()
}

/// Of `split`, `right`, `left`, `merge`: each as soon as it may.
const ASAP: [(f64, f64); 4] = [(0.0, 1.0), (1.0, 5.0), (1.0, 3.5), (5.0, 5.0)];

#[test]
fn an_instance_is_read_with_each_task_after_its_parents() {
    let workflow = diamond();
    let ids: Vec<_> = workflow.tasks.iter().map(|task| &*task.id).collect();
    assert_eq!(ids, ["split", "right", "left", "merge"]);
    assert_eq!(times(&workflow), [1.0, 4.0, 2.5, 0.0].map(seconds));
    assert_eq!(workflow.tasks.iter().map(|task| task.bytes).collect::<Vec<_>>(), [10, 0, 7, 0]);
    assert_eq!((&*workflow.name, workflow.edges()), ("diamond", 4));
    let parents: Vec<_> = workflow.tasks.into_iter().map(|task| task.parents).collect();
    let read = |task| Parent { task, is_read: true };
    assert_eq!(parents[..3], [vec![], vec![read(0)], vec![read(0)]]);
    assert_eq!(parents[3], [Parent { task: 1, is_read: false }, read(2)], "told by either end");
}

#[test]
fn an_instance_that_means_nothing_is_refused_with_the_reason() {
    for (from, to, reason) in [
        ("1.5", "1.4", "it is of schemaVersion \"1.4\", and 1.5 is read"),
        ("[\"split\"]", "[\"splot\"]", "it has an edge of task splot, which is not there"),
        (
            "\"id\": \"left\", \"parents\"",
            "\"id\": \"right\", \"parents\"",
            "two tasks have the same id",
        ),
        ("4}", "-4}", "task right cannot have taken -4 seconds"),
        (
            "{\"id\": \"split\", \"runtimeInSeconds\": 1},",
            "",
            "it does not say how long task split took",
        ),
        ("\"execution\"", "\"executed\"", "it has no list workflow.execution.tasks"),
    ] {
        let text = DIAMOND.replace(from, to);
        assert_ne!(text, DIAMOND, "{from}");
        assert_eq!(instance::parse("x", &text).unwrap_err(), reason);
    }
    let cycle = DIAMOND.replace("\"parents\": []", "\"parents\": [\"merge\"]");
    assert!(instance::parse("x", &cycle).unwrap_err().ends_with("waits for itself"));
    assert!(instance::parse("x", "{").is_err());
}

#[test]
fn a_folder_is_read_by_name_and_one_that_is_not_there_is_empty() {
    assert_eq!(instance::read_folder(Path::new("no such folder")), Ok(vec![]));
    let folder = tempfile::tempdir().unwrap();
    for file in ["b.json", "a.json", "readme.md"] {
        std::fs::write(folder.path().join(file), DIAMOND).unwrap();
    }
    let read = instance::read_folder(folder.path()).unwrap();
    assert_eq!(read.iter().map(|workflow| &*workflow.name).collect::<Vec<_>>(), ["a", "b"]);
    std::fs::write(folder.path().join("c.json"), "{}").unwrap();
    let error = instance::read_folder(folder.path()).unwrap_err();
    assert!(error.contains("c.json cannot be replayed: it is of schemaVersion null"), "{error}");
}

#[test]
fn bounds_are_of_the_longest_chain_and_of_the_work() {
    let workflow = diamond();
    let times = times(&workflow);
    assert_eq!(workflow.critical_path(&times), seconds(5.0));
    assert_eq!(workflow.bound(&times, None), seconds(5.0));
    assert_eq!(workflow.bound(&times, Some(1)), seconds(7.5));
    assert_eq!(workflow.bound(&times, Some(2)), seconds(5.0));
    assert_eq!(workflow.graham(&times, Some(1)), seconds(7.5));
    assert_eq!(workflow.graham(&times, Some(2)), seconds(3.75 + 2.5));
    let scaled = workflow.scaled(1, seconds(0.75));
    assert_eq!(scaled, [0.1, 0.4, 0.25, 0.0].map(seconds));
    assert_eq!(workflow.ancestors()[3].iter().copied().collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn the_oracle_has_nothing_against_a_replay_in_order() {
    let (workflow, spans) = (diamond(), spans(ASAP));
    assert_eq!(check_order(&workflow, &spans), Ok(()));
    assert_eq!(check_slots(&spans, 2), Ok(()));
    assert_eq!(lateness(&workflow, &spans, None), Duration::ZERO);
}

#[test]
fn the_oracle_finds_a_child_that_began_before_its_parent_ended() {
    let workflow = diamond();
    let mut early = ASAP;
    early[3] = (4.75, 5.0);
    assert_eq!(
        check_order(&workflow, &spans(early)).unwrap_err(),
        "task merge began 250ms before its parent right ended"
    );
    assert!(check_order(&workflow, &spans(ASAP)[..3]).is_err(), "one is missing");
    early[3] = (6.0, 5.0);
    assert!(check_order(&workflow, &spans(early)).is_err());
}

#[test]
fn the_oracle_finds_a_task_without_a_slot() {
    assert_eq!(
        check_slots(&spans(ASAP), 1).unwrap_err(),
        "2 tasks ran at 1s, and there were 1 slots"
    );
    let in_turn = spans([(0.0, 1.0), (1.0, 5.0), (5.0, 7.5), (7.5, 7.5)]);
    assert_eq!(check_slots(&in_turn, 1), Ok(()), "a slot is free in the moment it is let go of");
}

#[test]
fn the_oracle_finds_edges_that_are_missing_or_too_many() {
    let workflow = diamond();
    let edges = [(0, 1), (0, 2), (1, 3), (2, 3)];
    assert_eq!(check_graph(&workflow, &edges), Ok(()));
    let follows = [(0, 1), (0, 2), (1, 3), (2, 3), (0, 3)];
    assert_eq!(check_graph(&workflow, &follows), Ok(()));
    let joint = [(0, 1), (0, 2), (1, 4), (2, 4), (4, 3)];
    assert_eq!(check_graph(&workflow, &joint), Ok(()));
    assert_eq!(
        check_graph(&workflow, &edges[..3]).unwrap_err(),
        "the graph does not tell that task merge came after left"
    );
    assert_eq!(
        check_graph(&workflow, &[(0, 1), (1, 2), (2, 3)]).unwrap_err(),
        "the graph tells that task left came after right, which it did not wait for"
    );
}

#[test]
fn a_start_is_late_after_its_parents_and_after_its_slot() {
    let workflow = diamond();
    let late = spans([(0.5, 1.0), (1.25, 5.0), (1.0, 3.5), (5.0, 5.0)]);
    assert_eq!(lateness(&workflow, &late, None), seconds(0.75));
    // With one slot, `left` could not have begun before `right` ended.
    let in_turn = spans([(0.0, 1.0), (1.0, 5.0), (5.5, 7.5), (7.5, 7.5)]);
    assert_eq!(lateness(&workflow, &in_turn, Some(1)), seconds(0.5));
    assert_eq!(lateness(&workflow, &in_turn, None), seconds(4.5));
}

#[test]
fn a_generated_workflow_is_the_same_each_time_and_in_order() {
    let workflow = generated::workflow(1);
    assert_eq!(workflow, generated::workflow(1));
    assert_ne!(workflow, generated::workflow(2));
    assert!(workflow.tasks.len() >= 50, "{}", workflow.tasks.len());
    for (number, task) in workflow.tasks.iter().enumerate() {
        assert!(task.parents.iter().all(|parent| parent.task < number));
        assert!(task.parents.windows(2).all(|pair| pair[0].task < pair[1].task));
        assert_eq!(task.parents.is_empty(), task.id.starts_with("layer-0-"), "{}", task.id);
    }
    let edges = || workflow.tasks.iter().flat_map(|task| &task.parents);
    assert!(edges().any(|parent| parent.is_read) && edges().any(|parent| !parent.is_read));
}
