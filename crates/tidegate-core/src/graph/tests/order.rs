//! What a call came after is told by the fewest edges, and in few bytes.

use expect_test::{Expect, expect};

use super::Play;

fn check(play: &Play, expected: Expect) {
    expected.assert_eq(&play.edges());
}

#[test]
fn calls_one_after_the_other_are_a_chain() {
    let mut play = Play::new();
    for task in ["a", "b", "c"] {
        let call = play.call(task);
        play.saw([call]);
    }
    check(
        &play,
        expect![[r#"
            a-0 ..> b-1
            b-1 ..> c-2
        "#]],
    );
}

#[test]
fn calls_made_together_are_a_fork_and_what_comes_after_joins_them() {
    let mut play = Play::new();
    let first = play.call("first");
    play.saw([first]);
    let (a, b) = (play.call("a"), play.call("b"));
    play.saw([b, a]);
    play.call("last");
    check(
        &play,
        expect![[r#"
            first-0 ..> a-1
            first-0 ..> b-2
            a-1 ..> last-3
            b-2 ..> last-3
        "#]],
    );
}

#[test]
fn what_follows_from_another_edge_is_not_told() {
    let mut play = Play::new();
    let slow = play.call("slow");
    let a = play.call("a");
    play.saw([a]);
    let b = play.call("b");
    play.saw([b]);
    let c = play.call("c");
    play.saw([slow, c]);
    play.call("last");
    check(
        &play,
        expect![[r#"
            a-1 ..> b-2
            b-2 ..> c-3
            slow-0 ..> last-4
            c-3 ..> last-4
        "#]],
    );
}

#[test]
fn many_after_many_are_one_joint() {
    let mut play = Play::new();
    let first: Vec<_> = (0..3).map(|_| play.call("a")).collect();
    play.saw(first);
    for _ in 0..3 {
        play.call("b");
    }
    check(
        &play,
        expect![[r#"
            joint 0 ..> b-3
            joint 0 ..> b-4
            joint 0 ..> b-5
            a-0 ..> joint 0
            a-1 ..> joint 0
            a-2 ..> joint 0
        "#]],
    );
}

#[test]
fn a_thousand_after_a_thousand_take_few_bytes_and_edges() {
    let mut play = Play::new();
    for _ in 0..3 {
        let calls: Vec<_> = (0..1000).map(|_| play.call("a")).collect();
        play.saw(calls.into_iter().rev());
    }
    let graph = play.graph();
    assert_eq!((graph.joints, graph.edges.len()), (2, 4000));
    assert!(play.bytes() < 3000 * 10, "{} bytes", play.bytes());
}

#[test]
fn a_window_that_moves_over_many_calls_takes_few_edges() {
    let mut play = Play::new();
    let mut window: std::collections::VecDeque<_> = (0..500).map(|_| play.call("a")).collect();
    for _ in 0..20_000 {
        let seen = window.pop_front().unwrap();
        play.saw([seen]);
        window.push_back(play.call("a"));
    }
    let graph = play.graph();
    assert!(graph.edges.len() < 5 * graph.nodes.len(), "{} edges", graph.edges.len());
    assert!(play.bytes() < 20_500 * 16, "{} bytes", play.bytes());
}

#[test]
fn what_was_given_is_told_as_data_and_not_again_as_order() {
    let mut play = Play::new();
    let a = play.call("a");
    let b = play.call_given("b", &[a]);
    let c = play.call_given("c", &[a]);
    play.saw([a, b, c]);
    let d = play.call_given("d", &[b, c]);
    play.saw([d]);
    play.call("last");
    check(
        &play,
        expect![[r#"
            a-0 --> b-1
            a-0 --> c-2
            b-1 --> d-3
            c-2 --> d-3
            d-3 ..> last-4
        "#]],
    );
}

#[test]
fn many_that_were_given_the_same_many_are_one_joint() {
    let mut play = Play::new();
    let first: Vec<_> = (0..1000).map(|_| play.call("a")).collect();
    for _ in 0..1000 {
        play.call_given("b", &first);
    }
    let graph = play.graph();
    assert_eq!((graph.joints, graph.edges.len()), (1, 2000));
    assert!(play.bytes() < 2000 * 12, "{} bytes", play.bytes());
}

#[test]
fn a_call_that_was_never_begun_loses_nothing() {
    let mut play = Play::new();
    let a = play.call("a");
    play.saw([a]);
    let _dropped = play.sequence.call();
    play.call("b");
    check(&play, expect!["a-0 ..> b-1\n"]);
}

#[test]
fn a_call_goes_by_when_it_was_made_and_not_by_when_it_began() {
    let mut play = Play::new();
    let made = play.sequence.call();
    let a = play.call("a");
    play.saw([a]);
    play.call("c");
    play.begin("b", made, &[]);
    check(&play, expect!["a-0 ..> c-1\n"]);
}

#[test]
fn an_attempt_knows_only_what_it_has_seen_itself() {
    let mut play = Play::new();
    let a = play.call("a");
    play.saw([a]);
    let b = play.call("b");
    play.saw([b]);
    play.call("c");
    play.again();
    // What an earlier attempt has completed is seen again, and comes after what it came after then.
    play.saw([a]);
    play.sequence.call();
    play.saw([b]);
    play.call("d");
    play.again();
    play.saw([a]);
    play.call("e");
    check(
        &play,
        expect![[r#"
            a-0 ..> b-1
            b-1 ..> c-2
            b-1 ..> d-3
            a-0 ..> e-4
        "#]],
    );
}

#[test]
fn a_million_edges_are_not_made_of_a_hundred_thousand_calls() {
    let mut play = Play::new();
    for _ in 0..50 {
        let calls: Vec<_> = (0..2000).map(|_| play.call("a")).collect();
        play.saw(calls);
    }
    let graph = play.graph();
    assert_eq!((graph.nodes.len(), graph.joints), (100_000, 49));
    assert_eq!(graph.edges.len(), 2 * 49 * 2000);
    assert!(play.bytes() < 100_000 * 10, "{} bytes", play.bytes());
    assert_eq!(graph.folded().nodes.len(), 1);
}
