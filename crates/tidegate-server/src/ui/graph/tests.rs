//! Which rows bars stand in, what is folded, and what of it a browser is told the second time.

use std::collections::HashMap;
use std::sync::Arc;

use expect_test::{Expect, expect};
use serde_json::Value;
use tidegate_core::graph::GraphBuilder;
use tidegate_core::graph::{Calls, Upstream};
use tidegate_core::{CallPlace, Definition, Run, RunKind, State, Timestamp};

use super::drawn::{Drawn, Sight};
use super::strip::{Went, strip};
use super::tracks::{Need, rows};
use super::{Ask, tell};

fn at(millis: i64) -> Timestamp {
    Timestamp::from_timestamp_millis(1_700_000_000_000 + millis).unwrap()
}

/// A flow run, and what it called so far.
struct Play {
    flow: Run,
    runs: Vec<Run>,
}

impl Play {
    fn new() -> Self {
        let mut flow =
            Run::new(Arc::new(Definition::new(RunKind::Flow, "etl")), "noisy-raccoon", at(0));
        flow.states = vec![State::pending(at(0)), State::running(at(0))];
        flow.start_time = Some(at(0));
        Self { flow, runs: Vec::new() }
    }

    /// A task that ran from and to, or still does, after the calls of these numbers.
    fn task(&mut self, name: &str, start: i64, end: Option<i64>, after: &[u32]) -> usize {
        let number = self.runs.len() as u32 + 1;
        let mut run = Run::new(
            Arc::new(Definition::new(RunKind::Task, name)),
            format!("{name}-{number}"),
            at(start),
        );
        run.flow_run_id = Some(self.flow.id);
        let upstream =
            after.iter().map(|call| Upstream::Calls(Calls { first: *call, last: *call }));
        run.place = Some(Box::new(CallPlace {
            upstream: upstream.collect(),
            ..CallPlace::numbered(number)
        }));
        run.states = vec![State::pending(at(start)), State::running(at(start))];
        run.start_time = Some(at(start));
        self.runs.push(run);
        if let Some(end) = end {
            self.end(number as usize - 1, State::completed(at(end)));
        }
        number as usize - 1
    }

    fn end(&mut self, run: usize, state: State) {
        self.runs[run].end_time = Some(state.timestamp);
        self.runs[run].states.push(state);
    }

    fn drawn(&self, now: i64, before: Option<&Drawn>) -> Drawn {
        let mut builder = GraphBuilder::new(&self.flow);
        self.runs.iter().for_each(|run| builder.add(run));
        let graph = builder.build(at(now));
        Drawn::of(Sight { graph, artifacts: HashMap::new(), left_out: false }, before, now as u64)
    }
}

fn told(drawn: &Drawn, ask: &str) -> Value {
    let pairs: Vec<(String, String)> = ask
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    serde_json::to_value(tell(drawn, &Ask::of(&pairs), at(0))).unwrap()
}

/// Bars as `id in parent: label, row`, and the edges.
fn lines(told: &Value) -> String {
    let mut lines = String::new();
    for bar in told["bars"].as_array().unwrap() {
        let state = bar[5].as_u64().unwrap() as usize;
        lines += &format!(
            "{} in {}: {} {} row {}",
            bar[0], bar[1], bar[3], told["states"][state][1], bar[6]
        );
        if let Some(group) = bar.get(13) {
            let counts = group[0].as_array().unwrap().iter().map(|count| {
                let state = count[0].as_u64().unwrap() as usize;
                format!(" {} {}", count[1], told["states"][state][1])
            });
            lines += &counts.collect::<String>();
        }
        lines.push('\n');
    }
    if told["gone"] != Value::Array(Vec::new()) {
        lines += &format!("gone {}\n", told["gone"]);
    }
    if !told["edges"].is_null() {
        lines += &format!("edges {} on: {}\n", told["edges"]["from"], told["edges"]["list"]);
    }
    lines
}

fn check(told: &Value, expected: &Expect) {
    expected.assert_eq(&lines(told));
}

/// How to ask for what came after an answer.
fn next(told: &Value) -> String {
    let mut ask = format!("since={}", told["version"].as_str().unwrap());
    if let Some(mark) = told["edges"]["mark"].as_str() {
        ask += &format!("&edges={mark}");
    }
    ask
}

#[test]
fn a_row_is_taken_again_when_it_is_free() {
    let need = |from, until| Need { from, until, had: None };
    let rows_of = |needs: &[(i64, Option<i64>)]| {
        rows(&needs.iter().map(|(from, until)| need(*from, *until)).collect::<Vec<_>>())
    };
    type Case<'a> = (&'a [(i64, Option<i64>)], &'a [u32]);
    let cases: [Case<'_>; 5] = [
        (&[], &[]),
        // One after the other.
        (&[(0, Some(5)), (5, Some(9)), (9, None)], &[0, 0, 0]),
        // At the same time.
        (&[(0, Some(5)), (1, Some(2)), (2, Some(3)), (4, Some(6))], &[0, 1, 1, 1]),
        // Not in the order of time.
        (&[(6, Some(7)), (0, Some(5))], &[0, 0]),
        // One that goes on keeps its row.
        (&[(0, None), (3, Some(4)), (5, None), (6, None)], &[0, 1, 1, 2]),
    ];
    for (needs, expected) in cases {
        assert_eq!(rows_of(needs), expected, "{needs:?}");
    }
}

#[test]
fn what_has_a_row_keeps_it_and_rows_that_are_left_are_taken() {
    let needs = [
        Need { from: 0, until: Some(9), had: Some(2) },
        Need { from: 3, until: None, had: None },
        Need { from: 9, until: None, had: None },
        Need { from: 9, until: None, had: None },
    ];
    assert_eq!(rows(&needs), [2, 0, 1, 2]);
}

#[test]
fn a_strip_shows_how_many_went_on_and_where_one_failed() {
    assert_eq!(strip(&[]), "");
    let went = |from, until, failed| Went { from, until, failed };
    let shown = strip(&[went(0, 23, false), went(0, 47, false), went(40, 47, true)]);
    assert_eq!(shown.len(), super::strip::PIECES);
    assert!(shown.starts_with('9') && shown.ends_with('j'), "{shown}");
    assert!(shown.contains('5'), "half of them went on in the middle: {shown}");
    // All at one moment is one piece, and divides by nothing.
    assert_eq!(&strip(&[went(5, 5, false); 3])[..2], "90");
}

#[test]
fn many_runs_of_one_task_are_a_group_until_it_is_opened() {
    let mut play = Play::new();
    play.task("list", 0, Some(10), &[]);
    for n in 0..9 {
        play.task("fetch", 10 + n, Some(30 + n), &[1]);
    }
    play.end(4, State::failed(at(35)));
    play.task("report", 50, None, &[2, 3, 4, 5, 6, 7, 8, 9, 10]);
    let drawn = play.drawn(60, None);
    let whole = told(&drawn, "");
    assert_eq!((&whole["whole"], &whole["calls"]), (&Value::Bool(true), &Value::from(11)));
    check(
        &whole,
        &expect![[r#"
        1 in 0: "list-1" "Completed" row 0
        2 in 0: "fetch" "Failed" row 0 8 "Completed" 1 "Failed"
        12 in 0: "report-11" "Running" row 0
        edges 0 on: [1,2,0,2,12,0]
    "#]],
    );
    let group =
        whole["bars"].as_array().unwrap().iter().find(|bar| bar[2] == 2).unwrap()[0].clone();
    let opened = told(&drawn, &format!("{}&open={group}&new={group}", next(&whole)));
    assert_eq!(opened["whole"], Value::Bool(false));
    check(
        &opened,
        &expect![[r#"
        3 in 2: "fetch-2" "Completed" row 0
        4 in 2: "fetch-3" "Completed" row 1
        5 in 2: "fetch-4" "Completed" row 2
        6 in 2: "fetch-5" "Failed" row 3
        7 in 2: "fetch-6" "Completed" row 4
        8 in 2: "fetch-7" "Completed" row 5
        9 in 2: "fetch-8" "Completed" row 6
        10 in 2: "fetch-9" "Completed" row 7
        11 in 2: "fetch-10" "Completed" row 8
        edges 0 on: [1,3,0,1,4,0,1,5,0,1,6,0,1,7,0,1,8,0,1,9,0,1,10,0,1,11,0,3,12,0,4,12,0,5,12,0,6,12,0,7,12,0,8,12,0,9,12,0,10,12,0,11,12,0]
    "#]],
    );
}

#[test]
fn eight_runs_of_one_task_are_no_group_and_nine_take_them_away() {
    let mut play = Play::new();
    for n in 0..8 {
        play.task("fetch", n, None, &[]);
    }
    let first = play.drawn(10, None);
    let seen = told(&first, "");
    assert_eq!(seen["bars"].as_array().unwrap().len(), 8);
    play.task("fetch", 9, None, &[]);
    let second = play.drawn(20, Some(&first));
    check(
        &told(&second, &next(&seen)),
        &expect![[r#"
        9 in 0: "fetch" "Running" row 0 9 "Running"
        gone [1,2,3,4,5,6,7,8,10]
    "#]],
    );
}

#[test]
fn only_what_changed_is_told_and_nothing_that_is_drawn_moves() {
    let mut play = Play::new();
    play.task("a", 0, Some(10), &[]);
    let b = play.task("b", 10, None, &[1]);
    play.task("c", 10, None, &[1]);
    let first = play.drawn(20, None);
    let seen = told(&first, "");
    check(
        &seen,
        &expect![[r#"
        1 in 0: "a-1" "Completed" row 0
        2 in 0: "b-2" "Running" row 0
        3 in 0: "c-3" "Running" row 1
        edges 0 on: [1,2,0,1,3,0]
    "#]],
    );
    let same = play.drawn(30, Some(&first));
    check(&told(&same, &next(&seen)), &expect![[""]]);

    play.end(b, State::completed(at(40)));
    play.task("d", 500, None, &[2]);
    let later = play.drawn(600, Some(&same));
    check(
        &told(&later, &next(&seen)),
        &expect![[r#"
        2 in 0: "b-2" "Completed" row 0
        4 in 0: "d-4" "Running" row 0
        edges 2 on: [2,4,0]
    "#]],
    );
}

#[test]
fn whoever_knows_another_graph_is_told_everything() {
    let mut play = Play::new();
    play.task("a", 0, Some(10), &[]);
    let drawn = play.drawn(20, None);
    for ask in ["since=6.1", "since=20.2", "since=x", "open=all&since=", "new=,,1&open=9999999999"]
    {
        let told = told(&drawn, ask);
        assert_eq!(told["whole"], Value::Bool(true), "{ask}");
        assert_eq!(told["bars"].as_array().unwrap().len(), 1, "{ask}");
    }
    // Runs that were deleted are not told as differences.
    play.runs.clear();
    let after = play.drawn(30, Some(&drawn));
    let told = told(&after, &next(&told(&drawn, "")));
    assert_eq!((&told["whole"], &told["calls"]), (&Value::Bool(true), &Value::from(0)));
}

#[test]
fn what_a_run_was_given_is_found_through_joints() {
    let mut play = Play::new();
    for n in 0..12 {
        play.task("fetch", n, Some(20), &[]);
    }
    let all: Vec<u32> = (1..=12).collect();
    for n in 0..12 {
        play.task("join", 30 + n, Some(50), &all);
    }
    play.task("last", 60, None, &[13]);
    let drawn = play.drawn(70, None);
    let names = |run: usize, most| {
        let mut given = drawn.given_to(play.runs[run].id, most);
        given.sort_unstable();
        let name = |id| play.runs.iter().find(|run| run.id == id).unwrap().name.clone();
        given.into_iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(names(24, 9), ["join-13"]);
    assert_eq!(names(12, 99).len(), 12);
    assert!(names(12, 3).len() <= 3, "no more than asked for");
    assert_eq!(names(0, 9), Vec::<String>::new());
}
