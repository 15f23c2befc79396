//! Graphs as lines of text.

use expect_test::{Expect, expect};

use super::drawing::{hostile, play};
use super::{Play, at};
use crate::State;

#[track_caller]
fn check(play: &Play, expected: &Expect) {
    expected.assert_eq(&play.graph().to_text());
}

#[test]
fn a_chain_is_one_rail() {
    let mut play = Play::new();
    for task in ["a", "b", "c"] {
        let call = play.call(task);
        play.ended(call, 0, 10, State::completed(at(0)));
        play.saw([call]);
    }
    check(
        &play,
        &expect![[r#"
            ▶ etl / noisy-raccoon
              ✓ a-0
              ✓ b-1
              ✓ c-2
        "#]],
    );
}

#[test]
fn rails_part_and_meet() {
    let mut play = Play::new();
    let list = play.call("list");
    play.saw([list]);
    let (a, b, c) = (play.call("a"), play.call("b"), play.call("c"));
    play.saw([a, b, c]);
    let save = play.call("save");
    play.saw([save]);
    check(
        &play,
        &expect![[r#"
            ▶ etl / noisy-raccoon
              ○ list-0
              ├─┬─╮
              ○ │ │ a-1
              │ ○ │ b-2
              ├─╯ │
              │   ○ c-3
              ├───╯
              ○ save-4
        "#]],
    );
}

#[test]
fn calls_that_have_nothing_to_do_with_each_other_stand_apart() {
    let mut play = Play::new();
    play.call("a");
    play.call("b");
    play.call("c");
    check(
        &play,
        &expect![[r#"
            ▶ etl / noisy-raccoon
              ○ a-0
                ○ b-1
              ○ c-2
        "#]],
    );
}

#[test]
fn many_that_come_after_many_meet_in_a_joint() {
    let mut play = Play::new();
    let first: Vec<u32> = (0..3).map(|_| play.call("first")).collect();
    play.saw(first);
    (0..3).for_each(|_| {
        play.call("second");
    });
    check(
        &play,
        &expect![[r#"
            ▶ etl / noisy-raccoon
              ○ first-0
              │ ○ first-1
              ├─╯
              │   ○ first-2
              ├───╯
              •
              ├─┬─╮
              ○ │ │ second-3
                ○ │ second-4
                  ○ second-5
        "#]],
    );
}

#[test]
fn a_rail_passes_what_it_does_not_lead_to() {
    let mut play = Play::new();
    let a = play.call("a");
    let b = play.call("b");
    let c = play.call_given("c", &[a]);
    let d = play.call_given("d", &[b]);
    play.call_given("e", &[a, c, d]);
    check(
        &play,
        &expect![[r#"
            ▶ etl / noisy-raccoon
              ○ a-0
              ├─╮
              ○ │ c-2
              ╰─┤
                │ ○ b-1
                │ ○ d-3
                ├─╯
                ○ e-4
        "#]],
    );
}

#[test]
fn what_was_called_in_a_call_stands_below_it() {
    check(
        &play(),
        &expect![[r#"
            ▶ etl / noisy-raccoon
              ✓ list-0
              ├─╮
              ✓ │ fetch-1 (Cached)
              │ ✗ fetch-2 (TimedOut, 3 attempts)
              ├─╯
              ↯ parse-3
              ├─┬─╮
              ▶ │ │ score ×12 (1 running, 9 completed (3 cached), 4 retries)
                ▶ │ report-16
                  │  ✓ render-17
                  ○ publish-18
        "#]],
    );
}

#[test]
fn names_are_text() {
    let text = hostile().graph().to_text();
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text}");
}

#[test]
fn nothing_was_called() {
    check(
        &Play::new(),
        &expect![[r#"
        ▶ etl / noisy-raccoon
    "#]],
    );
}
