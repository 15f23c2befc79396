//! Graphs as Mermaid, DOT and SVG. `UPDATE_EXPECT=1` writes the golden files anew.

use expect_test::{expect, expect_file};

use super::{Play, at};
use crate::State;

/// A flow run with something of everything.
pub(super) fn play() -> Play {
    let mut play = Play::new();
    let list = play.call("list");
    play.ended(list, 0, 120, State::completed(at(0)));
    play.saw([list]);
    let (a, b) = (play.call("fetch"), play.call("fetch"));
    play.ended(a, 120, 480, State::cached(at(0)));
    play.ended(b, 125, 300, State::timed_out(at(0)));
    play.runs[b as usize].run_count = 3;
    let parse = play.call_given("parse", &[a, b]);
    play.ended(parse, 480, 520, State::crashed(at(0)));
    let many: Vec<_> = (0..12).map(|_| play.call_given("score", &[parse])).collect();
    for call in &many[..9] {
        let state = if *call % 3 == 0 { State::cached(at(0)) } else { State::completed(at(0)) };
        play.ended(*call, 500 + i64::from(*call), 600, state);
        play.runs[*call as usize].run_count = 1 + *call % 2;
    }
    play.runs[many[10] as usize].start_time = Some(at(560));
    play.runs[many[10] as usize].states.push(State::running(at(560)));
    play.saw([parse]);
    let outer = play.call("report");
    let inner = play.call("render");
    let id = play.id(outer);
    play.runs[inner as usize].task_run_id = Some(id);
    play.runs[outer as usize].start_time = Some(at(610));
    play.runs[outer as usize].states.push(State::running(at(610)));
    play.ended(inner, 650, 900, State::completed(at(0)));
    let last = play.call("publish");
    play.runs[last as usize].states.push(State::pending(at(900)));
    play.runs[last as usize].expected_start_time = Some(at(900));
    play
}

/// Names that would be commands if they were not names.
pub(super) fn hostile() -> Play {
    let mut play = Play::new();
    play.flow.name = "</title><script>alert(1)</script>".to_owned();
    let names = [
        "\"]; click n0 \"javascript:alert(1)\"",
        "end",
        "<script>alert('x')</script> &amp;",
        "`**bold**` #quot; 1. list",
        "back\\slash\\N \\\" -> {x}",
        "new\nline\u{1b}[31m \u{0} \u{fffe}",
        "]]>--><!--",
        "étl 🦝 日本",
    ];
    for name in names {
        let call = play.call("task");
        play.ended(call, 0, 10, State::completed(at(0)).named(name));
        play.runs[call as usize].name = name.to_owned();
        play.saw([call]);
    }
    play
}

#[test]
fn a_graph_is_drawn_as_mermaid() {
    expect_file!["mermaid.txt"].assert_eq(&play().graph().to_mermaid());
    expect_file!["mermaid_hostile.txt"].assert_eq(&hostile().graph().to_mermaid());
}

#[test]
fn a_graph_is_drawn_as_dot() {
    expect_file!["dot.txt"].assert_eq(&play().graph().to_dot());
    expect_file!["dot_hostile.txt"].assert_eq(&hostile().graph().to_dot());
}

#[test]
fn a_graph_is_drawn_as_svg() {
    expect_file!["timed.svg"].assert_eq(&play().graph().to_svg());
    expect_file!["hostile.svg"].assert_eq(&hostile().graph().to_svg());
}

/// Of calls that nothing ran of.
#[test]
fn a_plan_is_drawn_as_svg() {
    let mut play = play();
    play.flow.states.clear();
    for run in &mut play.runs {
        run.states.clear();
        run.name.clear();
        run.run_count = 0;
        (run.start_time, run.end_time, run.expected_start_time) = (None, None, None);
    }
    play.flow.name.clear();
    play.flow.start_time = None;
    expect_file!["plan.svg"].assert_eq(&play.graph().to_svg());
}

/// Tags are closed, and nothing but tags that drawings are made of is in them.
#[test]
fn hostile_names_stay_names() {
    let graph = hostile().graph();
    let svg = graph.to_svg();
    let mut open = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').unwrap();
        assert!(!text.contains('>') || open.last() == Some(&"style"), "{text}");
        let name = tag.split([' ', '/']).next().unwrap();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed));
        } else {
            assert!(
                ["svg", "style", "defs", "marker", "path", "rect", "text", "g", "title", "circle"]
                    .contains(&name),
                "{name}"
            );
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
    }
    assert_eq!(open, Vec::<&str>::new());
    for line in graph.to_mermaid().lines() {
        assert!(line.matches('"').count() % 2 == 0, "{line}");
        assert!(!line.contains("script>") && !line.contains("click n0 \""), "{line}");
    }
    for line in graph.to_dot().lines() {
        let quotes = line.replace("\\\\", "").replace("\\\"", "");
        assert!(quotes.matches('"').count() % 2 == 0, "{line}");
    }
}

#[test]
fn an_empty_flow_run_is_drawn_too() {
    let graph = Play::new().graph();
    assert!(graph.to_svg().contains("etl / noisy-raccoon"));
    expect![[r#"
        flowchart LR
            classDef running fill:#1d5fd122,stroke:#1d5fd1,stroke-width:2px
    "#]]
    .assert_eq(&graph.to_mermaid());
}
