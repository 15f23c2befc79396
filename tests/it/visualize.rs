//! Visualising a flow before it runs: its own code runs, its tasks do not, and nothing is left of it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use expect_test::{Expect, expect};
use tidegate::prelude::*;
use tidegate::{
    ConcurrencyLimit, Engine, FlowCall, Parameters, Run, SqlTransaction, State, Transaction,
    concurrency, transaction,
};

use crate::graph::edges;

/// A task that must not run.
fn runs() -> ! {
    panic!("a task ran in a dry run")
}

#[task]
async fn list(_country: &str) -> Vec<String> {
    runs()
}

#[task(viz_return_value = 7)]
async fn measure(_city: String) -> Result<u32> {
    runs()
}

#[task]
async fn report(_total: u32) -> String {
    runs()
}

#[task]
fn publish(_text: String) {
    runs()
}

async fn check<T: Send + 'static>(flow: FlowCall<'static, T>, expected: Expect) {
    let graph = flow.visualize().await.unwrap();
    assert!(graph.nodes.iter().all(|node| node.state.is_none() && node.name.is_empty()));
    expected.assert_eq(&edges(&graph));
}

#[tidegate::test]
async fn what_a_flow_calls_is_found_out_and_nothing_of_it_is_done() {
    #[flow(log_prints)]
    async fn pipeline() -> Result<u32> {
        let mut total = 0;
        for city in list("Norway").await? {
            total += measure(city).await?;
        }
        assert_eq!(total, 7);
        let text = report::submit(total);
        publish::submit(&text).await?;
        Ok(total)
    }
    check(
        pipeline(),
        expect![[r#"
        list ..> measure
        measure ..> report
        report --> publish
    "#]],
    )
    .await;
    let engine = Engine::current().unwrap();
    assert_eq!(engine.runs().count().await.unwrap(), 0);
    assert_eq!(engine.logs().list().await.unwrap().len(), 0);
}

#[tidegate::test]
async fn a_dry_run_is_drawn_as_a_plan() {
    #[flow]
    async fn pipeline() -> Result<String> {
        let (a, b) = tokio::join!(measure("Rome".into()), measure("Oslo".into()));
        report(a? + b?).await
    }
    let graph = pipeline().visualize().await.unwrap();
    expect![[r##"
        flowchart LR
            n0["measure"]:::call
            n1["measure"]:::call
            n2["report"]:::call
            n0 -.-> n2
            n1 -.-> n2
            classDef call fill:#5b627022,stroke:#5b6270,stroke-width:2px
    "##]]
    .assert_eq(&graph.to_mermaid());
    assert!(graph.to_svg().contains(">report</text>"));
}

/// Prefect refuses both.
#[tidegate::test]
async fn submitted_and_mapped_tasks_are_visualised_too() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let measured = measure::map(["Rome", "Oslo"].map(String::from));
        let total = sum::submit(&measured);
        let reports = report::map(vec![total.clone()]);
        reports.wait().await;
        assert!(total.state().unwrap().is_completed());
        total.then(report).await?;
        Ok(0)
    }
    #[task]
    async fn sum(_numbers: Vec<u32>) -> u32 {
        runs()
    }
    check(
        pipeline(),
        expect![[r#"
        measure1 --> sum
        measure2 --> sum
        sum --> report1
        sum --> report2
        report1 ..> report2
    "#]],
    )
    .await;
}

#[tidegate::test]
async fn the_code_of_a_subflow_runs_unless_it_says_what_it_gives() {
    #[flow]
    async fn inner(n: u32) -> Result<String> {
        report(n).await
    }
    #[flow(viz_return_value = "a picture")]
    async fn opaque(_n: u32) -> Result<String> {
        runs()
    }
    #[flow]
    fn sync_inner(n: u32) -> Result<String> {
        report(n).block_on()
    }
    #[flow]
    async fn pipeline() -> Result<String> {
        inner(1).await?;
        let handle = sync_inner::submit(measure::submit("Rome".to_owned()));
        handle.await?;
        let text = opaque(2).await?;
        assert_eq!(text, "a picture");
        Ok(text)
    }
    let graph = pipeline().visualize().await.unwrap();
    let nodes: Vec<_> = graph
        .nodes
        .iter()
        .map(|node| {
            let caller =
                node.within.map_or("the flow", |index| &graph.nodes[index].definition_name);
            format!("{} in {caller}", node.definition_name)
        })
        .collect();
    expect![[r#"
        [
            "inner in the flow",
            "measure in the flow",
            "sync-inner in the flow",
            "opaque in the flow",
            "report in inner",
            "report in sync-inner",
        ]
    "#]]
    .assert_debug_eq(&nodes);
}

#[tidegate::test]
async fn no_hook_is_called_and_nothing_is_cached_or_committed() {
    static CALLED: Mutex<Vec<&str>> = Mutex::new(Vec::new());
    fn hook(_run: Run, _state: State) {
        CALLED.lock().unwrap().push("hook");
    }
    fn key(_run: &Run, _parameters: &Parameters) -> String {
        CALLED.lock().unwrap().push("key");
        "key".to_owned()
    }
    fn undo(_transaction: Transaction) {
        CALLED.lock().unwrap().push("undo");
    }
    #[task(on_running = hook, on_completion = hook, cache_key_fn = key, on_commit = undo, on_rollback = undo)]
    async fn write(_n: u32) -> u32 {
        runs()
    }
    #[task(transactional)]
    fn insert(_transaction: &mut SqlTransaction<'_>, _n: u32) -> u32 {
        runs()
    }
    #[flow(on_running = hook, on_completion = hook, on_crashed = hook)]
    async fn dropped() -> Result<()> {
        std::future::pending().await
    }
    fn never() -> Result<u32> {
        runs()
    }
    #[flow(retries = 3, on_running = hook, on_completion = hook, on_failure = hook)]
    async fn pipeline() -> Result<u32> {
        tokio::select! {
            biased;
            _ = dropped() => {}
            _ = write(0) => {}
        }
        transaction().key("day").run(async |_| write(1).await).await?;
        insert(2).await?;
        tidegate::step("add").run(|| async { never() }).await
    }
    let graph = pipeline().visualize().await.unwrap();
    assert_eq!(graph.nodes.len(), 5);
    assert_eq!(*CALLED.lock().unwrap(), Vec::<&str>::new());
}

#[tidegate::test]
async fn a_call_on_another_engine_is_not_made_either() {
    #[flow]
    async fn pipeline(engine: Engine) -> Result<String> {
        engine.run(report(1)).await?;
        report(2).on(&engine).submit().await?;
        report::each([3]).on(&engine).await?;
        Ok(String::new())
    }
    let engine = Engine::current().unwrap();
    let graph = pipeline(engine.clone()).on(&engine).visualize().await.unwrap();
    assert_eq!(graph.nodes.len(), 3);
    assert_eq!(engine.runs().count().await.unwrap(), 0);
}

#[tidegate::test]
async fn what_cannot_be_stood_in_for_is_said() {
    struct Connection;
    #[task(persist_result = false)]
    async fn connect() -> Connection {
        runs()
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        // Whatever the flow makes of the error.
        let _ = connect().await;
        Ok(0)
    }
    #[flow]
    fn sync_pipeline() -> Result<u32> {
        let _ = connect().block_on();
        Ok(0)
    }
    let told = expect![[
        r#"task 'connect' does not run in a dry run, and nothing can stand in for its result: its type cannot be read: it is not `DeserializeOwned`; say `viz_return_value = ..` at the task, which gives the value in its place"#
    ]];
    told.assert_eq(&pipeline().visualize().await.unwrap_err().to_string());
    told.assert_eq(&sync_pipeline().visualize().await.unwrap_err().to_string());

    #[task(viz_return_value = Connection)]
    async fn connect_lazily() -> Connection {
        runs()
    }
    #[flow]
    async fn better() -> Result<()> {
        let Connection = connect_lazily().await?;
        Ok(())
    }
    assert_eq!(better().visualize().await.unwrap().nodes.len(), 1);
}

#[tidegate::test]
async fn a_flow_that_fails_on_a_stand_in_says_what_to_do() {
    #[flow(retries = 2)]
    async fn pipeline() -> Result<()> {
        let cities = list("Norway").await?;
        let second = cities.get(1).ok_or("there is no second city")?;
        measure(second.clone()).await.map(drop)
    }
    #[flow]
    async fn panicking() -> Result<()> {
        let cities = list("Norway").await?;
        measure(cities[1].clone()).await.map(drop)
    }
    expect![[
        r#"flow 'pipeline' fails in a dry run, in which tasks give stand-ins and no results: there is no second city; say `viz_return_value = ..` at the tasks whose results its code looks at"#
    ]]
    .assert_eq(&pipeline().visualize().await.unwrap_err().to_string());
    let text = panicking().visualize().await.unwrap_err().to_string();
    assert!(text.contains("index out of bounds"), "{text}");
}

#[tidegate::test]
async fn a_flow_that_waits_for_a_value_no_stand_in_has_is_ended() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    #[task]
    async fn has_more() -> bool {
        runs()
    }
    #[flow]
    async fn pipeline() -> Result<()> {
        while has_more().await.unwrap_or(true) {
            CALLS.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
    let text = pipeline().visualize().await.unwrap_err().to_string();
    assert!(
        text.contains("the flow has made 100000 calls in a dry run, and would go on"),
        "{text}"
    );
    assert_eq!(CALLS.load(Ordering::Relaxed), 100_000);
}

/// It is a call like others, which may be described anywhere; and the flow that describes it has nothing of it in its own graph.
#[tidegate::test]
async fn a_flow_may_visualise_another() {
    #[flow]
    async fn inner() -> Result<String> {
        report(1).await
    }
    #[task]
    async fn save(graph: String) -> usize {
        graph.len()
    }
    #[flow]
    async fn pipeline() -> Result<usize> {
        let graph = inner().visualize().await?;
        save(graph.to_dot()).await
    }
    pipeline().await.unwrap();
    let graph = crate::graph::graph_of("pipeline").await;
    assert_eq!(graph.nodes.len(), 1);
}

/// A task that does not run takes no slot, and what the flow takes itself is not taken from others.
#[tidegate::test]
async fn no_slot_is_taken() {
    #[task(tags = ["shut"])]
    async fn limited() -> u32 {
        runs()
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        let _slot = concurrency("desk", 1).strict().await?;
        limited().await
    }
    let engine = Engine::current().unwrap();
    for limit in [ConcurrencyLimit::for_tag("shut", 0), ConcurrencyLimit::new("desk", 0)] {
        engine.concurrency_limits().create(limit).await.unwrap();
    }
    check(pipeline(), expect![""]).await;
}

/// Nobody is asked.
#[tidegate::test]
async fn a_pause_does_not_stop_a_dry_run() {
    #[flow]
    async fn pipeline() -> Result<()> {
        let text = report(1).await?;
        let _approved: bool = tidegate::pause_flow_run().wait_for_input().await?;
        tidegate::suspend_flow_run().await?;
        publish(text).await
    }
    check(
        pipeline(),
        expect![[r#"
        report ..> publish
    "#]],
    )
    .await;
}
