//! Crashes: runs whose future is dropped before they have ended.

use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use expect_test::{Expect, expect};
use tidegate::prelude::*;
use tidegate::{Engine, Hook, Run, RunId, State, StateType};

use crate::timeline::{history, run_of, runs, timeline};

#[task]
async fn yields(times: u32) -> u32 {
    for _ in 0..times {
        tokio::task::yield_now().await;
    }
    times
}

/// Polls a future at most so often, then drops it; says whether it ended.
async fn poll_at_most<F: Future>(polls: u32, future: F) -> bool {
    let mut future = pin!(future);
    for _ in 0..polls {
        if future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            return true;
        }
        // What was submitted goes on between two polls.
        tokio::task::yield_now().await;
    }
    false
}

/// Drops a call at each point where it waits, from the first on, and says what became of its runs: `k: history` as long
/// as the history changes.
async fn check<T>(call: impl Fn() -> tidegate::FlowCall<'static, T>, expected: Expect)
where
    T: Send + 'static,
{
    let mut text = String::new();
    let mut last = String::new();
    for polls in 0..200 {
        let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
        let ended = poll_at_most(polls, call().on(&engine)).await;
        // What was submitted is dropped by the runtime, when it comes to it.
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        let history = on_engine(&engine).await;
        engine.close().await.unwrap();
        if history != last {
            text.push_str(&format!("{polls}:\n{history}"));
            last = history;
        }
        if ended {
            expected.assert_eq(&text);
            return;
        }
    }
    panic!("it never ended");
}

/// The histories of an engine's runs, oldest first; none may be left as if it went on.
async fn on_engine(engine: &Engine) -> String {
    let runs = engine.runs().oldest_first().list().await.unwrap();
    assert!(runs.iter().all(Run::is_terminal), "{runs:?}");
    runs.iter().map(|run| format!("  {}: {}\n", run.definition.name, timeline(run))).collect()
}

#[tidegate::test]
async fn a_flow_dropped_anywhere_has_crashed_and_so_has_its_task() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        tokio::task::yield_now().await;
        let sum = yields(2).await? + yields(1).await?;
        tokio::task::yield_now().await;
        Ok(sum)
    }
    check(
        pipeline,
        expect![[r#"
        1:
          pipeline: Pending > Running > Crashed
        2:
          pipeline: Pending > Running > Crashed
          yields: Pending > Running > Crashed
        4:
          pipeline: Pending > Running > Crashed
          yields: Pending > Running > Completed
          yields: Pending > Running > Crashed
        5:
          pipeline: Pending > Running > Crashed
          yields: Pending > Running > Completed
          yields: Pending > Running > Completed
        6:
          pipeline: Pending > Running > Completed
          yields: Pending > Running > Completed
          yields: Pending > Running > Completed
    "#]],
    )
    .await;
}

#[tidegate::test]
async fn a_flow_dropped_anywhere_takes_what_it_has_submitted_with_it() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let handle = yields(6).submit();
        tokio::task::yield_now().await;
        handle.await
    }
    check(
        pipeline,
        expect![[r#"
        1:
          pipeline: Pending > Running > Crashed
          yields: Pending > Running > Crashed
        7:
          pipeline: Pending > Running > Crashed
          yields: Pending > Running > Completed
        8:
          pipeline: Pending > Running > Completed
          yields: Pending > Running > Completed
    "#]],
    )
    .await;
}

#[tidegate::test]
async fn a_subflow_dropped_anywhere_crashes_with_its_parent() {
    #[flow]
    async fn child() -> Result<u32> {
        yields(1).await
    }
    #[flow]
    async fn parent() -> Result<u32> {
        child().await
    }
    check(
        parent,
        expect![[r#"
        1:
          parent: Pending > Running > Crashed
          child: Pending > Running > Crashed
          yields: Pending > Running > Crashed
        2:
          parent: Pending > Running > Completed
          child: Pending > Running > Completed
          yields: Pending > Running > Completed
    "#]],
    )
    .await;
}

#[tidegate::test]
async fn a_dropped_run_is_not_tried_again() {
    #[flow(retries = 3)]
    async fn pipeline() -> Result<u32> {
        yields(1).retries(3).await
    }
    check(
        pipeline,
        expect![[r#"
        1:
          pipeline: Pending > Running > Crashed
          yields: Pending > Running > Crashed
        2:
          pipeline: Pending > Running > Completed
          yields: Pending > Running > Completed
    "#]],
    )
    .await;
}

/// CANCEL-01: a program that gives a call up on a signal drops it. RETRY-17
#[tidegate::test(start_paused = true)]
async fn a_call_that_loses_a_race_has_crashed() {
    #[task(retries = 1)]
    async fn slow() {
        std::future::pending::<()>().await;
    }
    #[flow]
    async fn pipeline() -> Result<()> {
        slow().await
    }
    tokio::select! {
        _ = pipeline() => panic!("it cannot end"),
        () = tokio::time::sleep(Duration::from_secs(1)) => {}
    }
    expect![[r#"
        flow pipeline: Pending > Running > Crashed
          task slow: Pending > Running > Crashed
    "#]]
    .assert_eq(&history().await);
    let message = run_of("slow").await.state().unwrap().message.clone().unwrap();
    expect!["Execution was aborted: its future was dropped before it had ended."]
        .assert_eq(&message);
}

/// HOOK-14
#[tidegate::test(start_paused = true)]
async fn a_dropped_flow_calls_its_crash_hooks_and_no_others() {
    static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
    fn note(run: Run, state: State) {
        SEEN.lock().unwrap().push(format!("{} {}", run.definition.name, state.name));
    }
    #[flow(on_crashed = note, on_failure = note, on_completion = note)]
    async fn pipeline() {
        std::future::pending::<()>().await;
    }
    let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
    let dropped = tokio::time::timeout(Duration::from_secs(1), engine.run(pipeline())).await;
    assert!(dropped.is_err());
    engine.close().await.unwrap();
    assert_eq!(*SEEN.lock().unwrap(), ["pipeline Crashed"]);
}

/// The runtime drops it a moment later than the flow; until then the store is needed.
#[tidegate::test(start_paused = true)]
async fn an_engine_that_is_closed_waits_for_what_a_dropped_flow_had_submitted() {
    static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
    fn note(run: Run, state: State) {
        SEEN.lock().unwrap().push(format!("{} {}", run.definition.name, state.name));
    }
    #[flow(on_crashed = note)]
    async fn innermost() {
        std::future::pending::<()>().await;
    }
    #[flow(on_crashed = note)]
    async fn inner() -> Result<()> {
        innermost().submit().await
    }
    #[flow]
    async fn outer() -> Result<()> {
        inner().submit().await
    }
    let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
    let dropped = tokio::time::timeout(Duration::from_secs(1), engine.run(outer())).await;
    assert!(dropped.is_err());
    engine.close().await.unwrap();
    assert_eq!(*SEEN.lock().unwrap(), ["inner Crashed", "innermost Crashed"]);
}

/// CANCEL-05, HOOK-06
#[tidegate::test(start_paused = true)]
async fn a_run_that_is_dropped_in_its_hooks_keeps_its_final_state() {
    let hook = Hook::new("endless", |_: Run, _: State| std::future::pending::<()>());
    let call = yields(0).on_completion(hook);
    assert!(tokio::time::timeout(Duration::from_secs(1), call).await.is_err());
    expect![[r#"
        task yields: Pending > Running > Completed
    "#]]
    .assert_eq(&history().await);
}

#[tidegate::test(start_paused = true)]
async fn a_flow_dropped_while_it_waits_for_its_retry_has_crashed() {
    #[flow(retries = 1, retry_delay_seconds = 60)]
    async fn pipeline() -> Result<()> {
        Err("no".into())
    }
    assert!(tokio::time::timeout(Duration::from_secs(1), pipeline()).await.is_err());
    expect![[r#"
        flow pipeline: Pending > Running > AwaitingRetry(60s) > Crashed
    "#]]
    .assert_eq(&history().await);
}

/// CANCEL-04: the books of a run that never ran begin and end with its crash.
#[tidegate::test(start_paused = true)]
async fn a_submitted_run_that_never_ran_has_crashed_at_one_instant() {
    #[flow]
    async fn pipeline() {
        let _never_polled = yields(1).submit();
        // The runtime has one thread, so the timeout below comes first.
        std::future::pending::<()>().await;
    }
    let ended = poll_at_most(1, async {
        let mut call = pin!(pipeline());
        std::future::poll_fn(|context| {
            let _ = call.as_mut().poll(context);
            Poll::Ready(())
        })
        .await;
    })
    .await;
    assert!(ended);
    tokio::task::yield_now().await;
    expect![[r#"
        flow pipeline: Pending > Running > Crashed
          task yields: Pending > Crashed
    "#]]
    .assert_eq(&history().await);
    let run = run_of("yields").await;
    assert_eq!(run.run_count, 0);
    assert_eq!((run.start_time, run.end_time), (Some(run.states[1].timestamp), run.start_time));
}

#[tidegate::test(start_paused = true)]
async fn the_handle_of_a_run_that_crashed_tells_so() {
    #[flow]
    async fn pipeline(handle: &Mutex<Option<tidegate::RunHandle<u32>>>) {
        *handle.lock().unwrap() = Some(yields(u32::MAX).submit());
        std::future::pending::<()>().await;
    }
    let handle = Mutex::new(None);
    assert!(!poll_at_most(3, pipeline(&handle)).await);
    let handle = handle.into_inner().unwrap().unwrap();
    let error = handle.await.unwrap_err();
    assert!(error.is_crashed());
    expect![
        "Task run 'y' crashed: Execution was aborted: its future was dropped before it had ended."
    ]
    .assert_eq(&error.to_string().replace(&run_of("yields").await.name, "y"));
}

#[tidegate::test(start_paused = true)]
async fn an_aborted_task_of_the_runtime_is_a_dropped_call() {
    #[flow]
    async fn pipeline() {
        std::future::pending::<()>().await;
    }
    let call = tidegate::runtime::in_current_run(pipeline());
    let mut spawned = tokio::task::JoinSet::new();
    spawned.spawn(call);
    tokio::task::yield_now().await;
    spawned.shutdown().await;
    expect![[r#"
        flow pipeline: Pending > Running > Crashed
    "#]]
    .assert_eq(&history().await);
}

#[tidegate::test(start_paused = true)]
async fn a_call_that_was_never_polled_leaves_no_trace() {
    drop(yields(1));
    assert_eq!(runs().await, []);
}

/// CANCEL-10
#[tidegate::test(start_paused = true)]
async fn a_run_ends_once() {
    #[flow]
    async fn pipeline() -> Option<RunId> {
        tidegate::runtime::flow_run::id()
    }
    let mut call = Box::pin(pipeline());
    let id = (&mut call).await.unwrap().unwrap();
    drop(call);
    let run = Engine::current().unwrap().run_record(id).await.unwrap().unwrap();
    assert_eq!(run.state().unwrap().state_type(), StateType::Completed);
}
