//! Stores in trouble: what the caller of a run is told, what waits, and that nothing is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use expect_test::{Expect, expect};
use tidegate::prelude::*;
use tidegate::{Engine, Run, StateType};

use crate::timeline::timeline;
use crate::troubled::Troubled;

#[task]
async fn fetch(bodies: &AtomicU32) -> u32 {
    bodies.fetch_add(1, Ordering::Relaxed) + 1
}

#[flow]
async fn pipeline(bodies: Arc<AtomicU32>) -> Result<u32> {
    bodies.fetch_add(100, Ordering::Relaxed);
    fetch(&bodies).named("f").await
}

/// Runs the pipeline on a store that refuses writes into these types; compares the error, what ran, and what is recorded.
async fn check(refused: &[StateType], expected: Expect) {
    let (store, engine) = Troubled::engine();
    for state_type in refused {
        store.refuse(*state_type);
    }
    let bodies = Arc::new(AtomicU32::new(0));
    let error = engine.run(pipeline(Arc::clone(&bodies)).named("p")).await.unwrap_err();
    let text = format!(
        "{error}\nis_store: {}\nran: flow {}, task {}\n{}",
        error.is_store(),
        bodies.load(Ordering::Relaxed) / 100,
        bodies.load(Ordering::Relaxed) % 100,
        recorded(&engine).await,
    );
    expected.assert_eq(&text);
    engine.close().await.unwrap();
}

async fn recorded(engine: &Engine) -> String {
    let runs = engine.runs().oldest_first().list().await.unwrap();
    runs.iter().map(|run| format!("{}: {}\n", run.name, timeline(run))).collect()
}

async fn yield_often() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

#[tidegate::test(start_paused = true)]
async fn a_flow_whose_start_cannot_be_recorded_does_not_run() {
    check(
        &[StateType::Running],
        expect![[r#"
        Flow run 'p' could not be recorded: the disk of /data is full; make room on it
        is_store: true
        ran: flow 0, task 0
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_run_whose_end_cannot_be_recorded_gives_an_error_that_names_it() {
    check(&[StateType::Completed], expect![[r#"
        Flow run 'p' failed: Task run 'f' could not be recorded: the disk of /data is full; make room on it
        is_store: false
        ran: flow 1, task 1
        p: Pending > Running > Failed
        f: Pending > Running
    "#]]).await;
}

#[tidegate::test(start_paused = true)]
async fn a_task_whose_start_cannot_be_recorded_does_not_run() {
    let (store, engine) = Troubled::engine();
    let bodies = AtomicU32::new(0);
    store.refuse(StateType::Running);
    let error = fetch(&bodies).named("f").on(&engine).await.unwrap_err();
    assert!(error.is_store());
    expect!["Task run 'f' could not be recorded: the disk of /data is full; make room on it"]
        .assert_eq(&error.to_string());
    assert_eq!(bodies.load(Ordering::Relaxed), 0);
    expect![[r#""#]].assert_eq(&recorded(&engine).await);
    engine.close().await.unwrap();
}

#[tidegate::test(start_paused = true)]
async fn a_submitted_run_that_cannot_be_recorded_tells_who_awaits_it() {
    let (store, engine) = Troubled::engine();
    store.refuse(StateType::Completed);
    let call = tidegate::step("s").run(|| async { Ok::<_, tidegate::Error>(1) });
    let error = call.on(&engine).submit().await.unwrap_err();
    expect!["Task run 's' could not be recorded: the disk of /data is full; make room on it"]
        .assert_eq(&error.to_string());
    engine.close().await.unwrap();
}

#[tidegate::test(start_paused = true)]
async fn a_full_queue_holds_a_task_back_until_there_is_room() {
    let (store, engine) = Troubled::engine();
    store.holds_rooms.store(true, Ordering::Relaxed);
    let bodies = Arc::new(AtomicU32::new(0));
    let handle = pipeline(Arc::clone(&bodies)).named("p").on(&engine).submit();
    yield_often().await;
    assert_eq!(bodies.load(Ordering::Relaxed), 100, "the flow runs, its task waits for room");
    expect![[r#"
        p: Pending > Running
        f: Pending > Running
    "#]]
    .assert_eq(&recorded(&engine).await);

    store.give_rooms();
    assert_eq!(handle.await.unwrap(), 101);
    expect![[r#"
        p: Pending > Running > Completed
        f: Pending > Running > Completed
    "#]]
    .assert_eq(&recorded(&engine).await);
    engine.close().await.unwrap();
}

#[tidegate::test(start_paused = true)]
async fn a_flow_starts_and_a_value_is_seen_only_when_that_is_durable() {
    let (store, engine) = Troubled::engine();
    store.holds_acknowledgements.store(true, Ordering::Relaxed);
    let bodies = Arc::new(AtomicU32::new(0));
    let handle = pipeline(Arc::clone(&bodies)).named("p").on(&engine).submit();
    let mut seen = Vec::new();
    while !handle.is_finished() {
        yield_often().await;
        seen.push(bodies.load(Ordering::Relaxed));
        assert!(seen.len() < 10);
        store.acknowledge();
        tokio::task::yield_now().await;
    }
    assert_eq!(
        seen,
        [0, 101, 101],
        "Running of the flow, the end of the task, the end of the flow"
    );
    assert_eq!(handle.await.unwrap(), 101);
    engine.close().await.unwrap();
}

#[tidegate::test(start_paused = true)]
async fn a_run_dropped_while_its_end_is_on_its_way_keeps_that_end() {
    let (store, engine) = Troubled::engine();
    let bodies = AtomicU32::new(0);
    store.holds_acknowledgements.store(true, Ordering::Relaxed);
    let second = std::time::Duration::from_secs(1);
    let call = fetch(&bodies).named("f").on(&engine);
    assert!(tokio::time::timeout(second, call).await.is_err());
    expect![[r#"
        f: Pending > Running > Completed
    "#]]
    .assert_eq(&recorded(&engine).await);
    engine.close().await.unwrap();
}

#[tidegate::test(start_paused = true)]
async fn a_flow_dropped_while_its_start_is_on_its_way_has_crashed() {
    let (store, engine) = Troubled::engine();
    store.holds_acknowledgements.store(true, Ordering::Relaxed);
    let second = std::time::Duration::from_secs(1);
    let call = engine.run(pipeline(Arc::new(AtomicU32::new(0))).named("p"));
    assert!(tokio::time::timeout(second, call).await.is_err());
    expect![[r#"
        p: Pending > Running > Crashed
    "#]]
    .assert_eq(&recorded(&engine).await);
    engine.close().await.unwrap();
}

/// A call is dropped at its first wait, then at its second, and so on, the store's own waits included.
#[tidegate::test(start_paused = true)]
async fn a_flow_dropped_at_any_wait_for_a_slow_store_is_never_left_running() {
    for polls in 1.. {
        let (store, engine) = Troubled::engine();
        store.holds_acknowledgements.store(true, Ordering::Relaxed);
        store.holds_rooms.store(true, Ordering::Relaxed);
        let mut call = Box::pin(engine.run(pipeline(Arc::new(AtomicU32::new(0)))));
        let mut ended = false;
        for _ in 0..polls {
            ended = futures_util::poll!(&mut call).is_ready();
            store.acknowledge();
            store.give_rooms();
        }
        drop(call);
        let runs = engine.runs().list().await.unwrap();
        assert!(!runs.is_empty() && runs.iter().all(Run::is_terminal), "{polls}: {runs:?}");
        engine.close().await.unwrap();
        if ended {
            assert_eq!(polls, 5, "Running of both, the end of both, and the value");
            break;
        }
    }
}

#[tidegate::test(start_paused = true)]
async fn a_store_that_loses_log_lines_fails_no_run() {
    let (store, engine) = Troubled::engine();
    store.loses_logs.store(true, Ordering::Relaxed);
    engine.run(pipeline(Arc::new(AtomicU32::new(0)))).await.unwrap();
    assert_eq!(engine.logs().list().await.unwrap(), []);
    engine.close().await.unwrap();
}

#[tidegate::test(start_paused = true)]
async fn an_engine_without_a_store_runs_and_keeps_no_records() {
    #[task(retries = 1)]
    async fn flaky() -> Result<u32> {
        match tidegate::runtime::task_run::run_count() {
            1 => Err("no".into()),
            count => Ok(count),
        }
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        run_logger().info("said");
        Ok(flaky().submit().await? + flaky().await?)
    }
    let engine = Engine::builder().without_store().open().unwrap();
    assert_eq!(engine.run(pipeline()).await.unwrap(), 4);
    let error = engine.runs().list().await.unwrap_err();
    assert!(error.is_configuration());
    expect!["this engine keeps no records: open it with a database to ask for runs and logs"]
        .assert_eq(&error.to_string());
    engine.flush().await.unwrap();
    engine.close().await.unwrap();
}

#[tidegate::test(start_paused = true)]
async fn a_call_on_a_closed_engine_is_an_error_that_names_the_run() {
    let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
    engine.close().await.unwrap();
    engine.close().await.unwrap();
    let bodies = AtomicU32::new(0);
    let error = fetch(&bodies).named("f").on(&engine).await.unwrap_err();
    assert!(error.is_store());
    expect![
        "Task run 'f' could not be recorded: the store memory is closed; open it again to use it"
    ]
    .assert_eq(&error.to_string());
    assert_eq!(bodies.load(Ordering::Relaxed), 0);
}
