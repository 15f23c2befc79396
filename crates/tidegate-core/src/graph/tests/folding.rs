//! The many, drawn as one.

use expect_test::expect;

use super::{Play, edges};
use crate::State;

#[test]
fn many_runs_of_a_task_are_one_node_with_counts() {
    let mut play = Play::new();
    let first = play.call("list");
    play.saw([first]);
    let many: Vec<_> = (0..20).map(|_| play.call("fetch")).collect();
    for call in &many {
        let state = if *call == 7 { State::failed(at_end()) } else { State::completed(at_end()) };
        play.ended(*call, 10, 20, state);
    }
    play.saw(many);
    let (a, b) = (play.call("save"), play.call("save"));
    play.saw([a, b]);
    let folded = play.graph().folded();
    expect![[r#"
        list-0 ..> fetch ×20
        fetch ×20 ..> save-21
        fetch ×20 ..> save-22
    "#]]
    .assert_eq(&edges(&folded));
    let states: Vec<_> = folded.nodes.iter().filter_map(|node| node.group.clone()).collect();
    expect![[
        r#"[Group { count: 20, states: [(Failed, 1), (Completed, 19)], cached: 0, retries: 0 }]"#
    ]]
    .assert_eq(&format!("{states:?}"));
    assert_eq!(folded.joints, 0);
    let all = play.graph().folding_over(20).folded();
    assert_eq!(all.nodes.len(), 23);
    assert_eq!(folded.folded(), folded);
}

fn at_end() -> crate::Timestamp {
    super::at(20)
}

#[test]
fn what_is_called_in_many_is_folded_with_them() {
    let mut play = Play::new();
    for _ in 0..10 {
        let outer = play.call("outer");
        let inner = play.call("inner");
        let id = play.id(outer);
        play.runs[inner as usize].task_run_id = Some(id);
    }
    let folded = play.graph().folded();
    let nodes: Vec<_> = folded.nodes.iter().map(|node| (node.label(), node.within)).collect();
    expect![[r#"[("outer ×10", None), ("inner ×10", Some(0))]"#]].assert_eq(&format!("{nodes:?}"));
}

#[test]
fn a_loop_over_two_tasks_is_two_nodes() {
    let mut play = Play::new();
    for _ in 0..50 {
        for task in ["fetch", "save"] {
            let call = play.call(task);
            play.saw([call]);
        }
    }
    expect![[r#"
        save ×50 ..> fetch ×50
        fetch ×50 ..> save ×50
    "#]]
    .assert_eq(&edges(&play.graph().folded()));
}
