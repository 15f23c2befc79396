//! The graph of a flow run: data edges from handles, order edges from what the flow's code had seen.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};

use expect_test::{Expect, expect};
use futures_util::future::join_all;
use tidegate::graph::{Edge, EdgeKind, Graph, Point};
use tidegate::prelude::*;
use tidegate::{Engine, RunId, StateType, gather};

use crate::timeline::run_of;

#[task]
async fn a(n: u32) -> u32 {
    n
}

#[task]
async fn b(n: u32) -> u32 {
    n
}

#[task]
async fn c(n: u32) -> u32 {
    n
}

#[task]
async fn sum(numbers: Vec<u32>) -> u32 {
    numbers.iter().sum()
}

#[task]
async fn slow(n: u32) -> u32 {
    tokio::task::yield_now().await;
    n
}

pub(crate) async fn graph_of(flow: &str) -> Graph {
    Engine::current().unwrap().graph(run_of(flow).await.id).await.unwrap()
}

/// The edges, one a line: `a --> b` for data, `a ..> b` for order. A name is told apart by its place among those of its name.
pub(crate) fn edges(graph: &Graph) -> String {
    let name = |point| match point {
        Point::Joint(joint) => format!("joint {joint}"),
        Point::Node(index) => {
            let name = &graph.nodes[index].definition_name;
            let alike = |node: &&tidegate::graph::Node| node.definition_name == *name;
            let before = graph.nodes[..index].iter().filter(alike).count();
            if graph.nodes.iter().filter(alike).count() == 1 {
                name.to_string()
            } else {
                format!("{name}{}", before + 1)
            }
        }
    };
    let mut edges = graph.edges.clone();
    edges.sort_by_key(|edge| (edge.to, edge.from));
    let mut text = String::new();
    for Edge { from, to, kind } in edges {
        let arrow = match kind {
            EdgeKind::Data => "-->",
            EdgeKind::Order => "..>",
        };
        let _ = writeln!(text, "{} {arrow} {}", name(from), name(to));
    }
    text
}

async fn check(call: impl Future<Output = Result<u32>>, expected: Expect) {
    let _ = call.await;
    expected.assert_eq(&edges(&graph_of("pipeline").await));
}

#[tidegate::test]
async fn calls_that_are_awaited_one_after_the_other_are_a_chain() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        c(b(a(1).await?).await?).await
    }
    check(
        pipeline(),
        expect![[r#"
        a ..> b
        b ..> c
    "#]],
    )
    .await;
}

#[tidegate::test]
async fn calls_that_are_joined_are_a_fork() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let n = a(1).await?;
        let (x, y) = tokio::join!(b(n), slow(n));
        c(x? + y?).await
    }
    check(
        pipeline(),
        expect![[r#"
        a ..> b
        a ..> slow
        b ..> c
        slow ..> c
    "#]],
    )
    .await;
}

/// A call is made when it is described, as far as its order goes.
#[tidegate::test]
async fn a_call_that_was_described_before_a_result_was_seen_does_not_come_after_it() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let later = b(2);
        a(1).await?;
        later.await
    }
    check(pipeline(), expect![""]).await;
}

#[tidegate::test]
async fn handles_that_are_given_make_a_diamond() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let top = a::submit(1);
        let (left, right) = (b::submit(&top), c::submit(&top));
        sum::submit(vec![left, right]).await
    }
    check(
        pipeline(),
        expect![[r#"
        a --> b
        a --> c
        b --> sum
        c --> sum
    "#]],
    )
    .await;
}

/// TASK-46: a handle that is given twice is one edge. TASK-45: nothing that was given a value has one.
#[tidegate::test]
async fn a_handle_that_is_given_twice_is_one_edge() {
    #[task]
    async fn add(x: u32, y: u32) -> u32 {
        x + y
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        let two = a::submit(2);
        let pair = sum::submit(gather(vec![two.clone(), two.clone()]));
        add::submit(&two, &two).wait().await;
        add::submit(1, 1).wait().await;
        pair.await
    }
    check(
        pipeline(),
        expect![[r#"
        a --> sum
        a --> add1
        add1 ..> add2
    "#]],
    )
    .await;
}

#[tidegate::test]
async fn what_is_waited_for_and_what_comes_then_are_data() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let first = a(1).submit();
        let second = b(2).wait_for(&first).submit();
        second.then(c).await
    }
    check(
        pipeline(),
        expect![[r#"
        a --> b
        b --> c
    "#]],
    )
    .await;
}

/// It need not succeed: its state was seen.
#[tidegate::test]
async fn a_result_that_was_waited_for_was_seen() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let handle = a(1).submit();
        let unseen = slow(1).submit();
        handle.wait().await;
        let n = b(1).await?;
        unseen.await?;
        c(n).await
    }
    check(
        pipeline(),
        expect![[r#"
        a ..> b
        slow ..> c
        b ..> c
    "#]],
    )
    .await;
}

#[tidegate::test]
async fn a_map_of_a_map_is_drawn_element_by_element() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let first = a::map([1, 2]);
        let second = b::map(&first);
        sum::submit(&second).await
    }
    check(
        pipeline(),
        expect![[r#"
        a1 --> b1
        a2 --> b2
        b1 --> sum
        b2 --> sum
    "#]],
    )
    .await;
}

#[tidegate::test]
async fn a_map_over_a_list_that_a_run_gives_is_told_when_it_is_known() {
    #[task]
    async fn list() -> Vec<u32> {
        vec![1, 2]
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        let mapped = a::map(list::submit());
        sum::submit(&mapped).await
    }
    check(
        pipeline(),
        expect![[r#"
            a1 --> sum
            a2 --> sum
            list --> a1
            list --> a2
        "#]],
    )
    .await;
}

#[tidegate::test]
async fn a_thousand_after_a_thousand_are_one_joint() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        for results in [join_all((0..1000).map(a)).await, join_all((0..1000).map(b)).await] {
            results.into_iter().collect::<Result<Vec<_>>>()?;
        }
        let first = b::map(0..1000);
        c::each(0..1000).wait_for(&first).await?;
        Ok(0)
    }
    pipeline().await.unwrap();
    let graph = graph_of("pipeline").await;
    assert_eq!((graph.nodes.len(), graph.joints), (4000, 3));
    assert_eq!(graph.edges.len(), 6000);
    let folded = graph.folded();
    expect![[r#"
        a ..> b
        b --> c
    "#]]
    .assert_eq(&edges(&folded));
    assert!(graph.to_mermaid().contains("×1000"));
}

#[tidegate::test]
async fn what_was_called_in_a_subflow_or_a_task_is_in_it() {
    #[task]
    async fn outer(n: u32) -> Result<u32> {
        b(a(n).await?).await
    }
    #[flow]
    async fn inner(n: u32) -> Result<u32> {
        c(a(n).await?).await
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        inner(outer(1).await?).await
    }
    check(
        pipeline(),
        expect![[r#"
        outer ..> inner
        a1 ..> b
        a2 ..> c
    "#]],
    )
    .await;
    let graph = graph_of("pipeline").await;
    let within: Vec<_> = graph
        .nodes
        .iter()
        .map(|node| {
            let caller = node.within.map(|index| &*graph.nodes[index].definition_name);
            format!("{} in {}", node.definition_name, caller.unwrap_or("the flow"))
        })
        .collect();
    expect![[r#"
        [
            "outer in the flow",
            "inner in the flow",
            "a in outer",
            "b in outer",
            "a in inner",
            "c in inner",
        ]
    "#]]
    .assert_debug_eq(&within);
    // A subflow has a graph of its own.
    expect![["a ..> c\n"]].assert_eq(&edges(&graph_of("inner").await));
}

#[tidegate::test]
async fn a_call_in_a_spawned_task_has_a_place_in_the_flow_that_described_it() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let n = a(1).await?;
        #[expect(clippy::disallowed_methods, reason = "what users may do")]
        let spawned = tokio::spawn(b(n));
        let n = spawned.await.map_err(|error| error.to_string())??;
        c(n).await
    }
    check(
        pipeline(),
        expect![[r#"
        a ..> b
        b ..> c
    "#]],
    )
    .await;
}

#[tidegate::test]
async fn what_select_drops_was_not_seen() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let n = tokio::select! {
            n = a(1) => n?,
            n = std::future::pending::<Result<u32>>() => n?,
            n = async { std::future::pending::<()>().await; b(2).await } => n?,
        };
        let never = slow(3);
        tokio::select! {
            biased;
            n = never => n,
            n = c(n) => n,
        }
    }
    pipeline().await.unwrap();
    let graph = graph_of("pipeline").await;
    let states: Vec<_> = graph
        .nodes
        .iter()
        .map(|node| (&*node.definition_name, node.state.as_ref().map(|state| state.state_type)))
        .collect();
    assert_eq!(
        states,
        [
            ("a", Some(StateType::Completed)),
            ("slow", Some(StateType::Crashed)),
            ("c", Some(StateType::Completed))
        ]
    );
    expect![[r#"
        a ..> slow
        a ..> c
    "#]]
    .assert_eq(&edges(&graph));
}

#[tidegate::test]
async fn as_they_complete_they_are_seen() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let mut ending = as_completed(a::map([1, 2]).iter());
        let mut total = 0;
        while let Some(handle) = ending.next().await {
            total += b(handle.await?).await?;
        }
        Ok(total)
    }
    check(
        pipeline(),
        expect![[r#"
        a1 ..> b1
        a2 ..> b2
        b1 ..> b2
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_run_that_is_tried_again_keeps_its_place() {
    static ATTEMPTS: AtomicU32 = AtomicU32::new(0);
    #[task(retries = 2)]
    async fn flaky(n: u32) -> Result<u32> {
        match ATTEMPTS.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => Err("not yet".into()),
            _ => Ok(n),
        }
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        c(flaky(a(1).await?).await?).await
    }
    check(
        pipeline(),
        expect![[r#"
        a ..> flaky
        flaky ..> c
    "#]],
    )
    .await;
}

#[tidegate::test]
async fn retries_and_cached_results_are_told() {
    #[task(cache_policy = INPUTS, retries = 1)]
    async fn flaky(n: u32) -> Result<u32> {
        static FAILED: AtomicU32 = AtomicU32::new(0);
        match FAILED.fetch_add(1, Ordering::Relaxed) {
            0 => Err("not yet".into()),
            _ => Ok(n),
        }
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        flaky(0).await?;
        flaky::map([0; 11]).await?;
        b(0).await
    }
    pipeline().await.unwrap();
    let graph = graph_of("pipeline").await;
    assert_eq!(graph.nodes[0].run_count, 2);
    expect![[r##"
        flowchart LR
            n0["✓ flaky ×12<br>12 completed #40;11 cached#41;, 1 retry"]:::completed
            n1["✓ b"]:::completed
            n0 -.-> n1
            classDef completed fill:#0b7a5322,stroke:#0b7a53,stroke-width:2px
    "##]]
    .assert_eq(&graph.to_mermaid().replace(&graph.nodes[12].name, "b"));
}

/// What the second attempt takes from the record keeps its place, and what it adds comes after it.
#[tidegate::test]
async fn a_flow_run_that_is_tried_again_goes_on_in_its_graph() {
    static ATTEMPTS: AtomicU32 = AtomicU32::new(0);
    #[flow(retries = 1)]
    async fn pipeline() -> Result<u32> {
        let (x, y) = tokio::join!(a(1), a(2));
        let n = b(x? + y?).await?;
        if ATTEMPTS.fetch_add(1, Ordering::Relaxed) == 0 {
            sum(vec![n]).await?;
            return Err("again".into());
        }
        c(n).await
    }
    check(
        pipeline(),
        expect![[r#"
        a1 ..> b
        a2 ..> b
        b ..> sum
        b ..> c
    "#]],
    )
    .await;
}

#[tidegate::test]
async fn the_graph_is_there_while_the_flow_runs() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let n = a(1).await?;
        let id: RunId = tidegate::runtime::flow_run::id().unwrap();
        let graph = Engine::current()?.graph(id).await?;
        assert_eq!(graph.nodes.len(), 1);
        assert!(graph.to_svg().contains("Running"));
        b(n).await
    }
    check(pipeline(), expect![["a ..> b\n"]]).await;
}

#[tidegate::test]
async fn deep_nesting_is_drawn() {
    #[task]
    async fn nested(levels: u32) -> Result<u32> {
        if levels == 0 { Ok(0) } else { Box::pin(nested(levels - 1)).await }
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        nested(40).await
    }
    pipeline().await.unwrap();
    let graph = graph_of("pipeline").await;
    assert_eq!(graph.nodes.len(), 41);
    assert_eq!(graph.nodes.last().unwrap().within, Some(39));
    assert_eq!(graph.to_svg().matches("class=\"frame\"").count(), 40);
    assert!(graph.to_dot().contains("cluster_n39"));
    assert!(graph.to_mermaid().contains("subgraph n39"));
}

#[tidegate::test]
async fn what_has_no_graph_says_so() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        a(1).await
    }
    pipeline().await.unwrap();
    let engine = Engine::current().unwrap();
    let task = engine.graph(run_of("a").await.id).await.unwrap_err().to_string();
    assert!(task.contains("has no graph of its own: ask for that of the flow run"), "{task}");
    let unknown = engine.graph(RunId::new()).await.unwrap_err().to_string();
    assert!(unknown.contains("is not recorded in the store of this engine"), "{unknown}");
}
