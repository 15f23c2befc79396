//! Timeouts: how long one attempt may take.

use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::{Engine, LogLevel};

use crate::timeline::{check, run_of};

async fn sleep(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

/// TIMEOUT-01, TIMEOUT-04
#[tidegate::test(start_paused = true)]
async fn a_task_that_takes_too_long_is_stopped_where_it_waits() {
    #[task(timeout_seconds = 0.2)]
    async fn slow() {
        sleep(1).await;
    }
    let started = tokio::time::Instant::now();
    let given = slow().await;
    assert!(given.as_ref().unwrap_err().is_timed_out());
    assert_eq!(started.elapsed().as_millis() / 10, 20, "paused time stops at the limit");
    check(
        async { given },
        expect![[r#"
        Err: TimedOut('Task run exceeded timeout of 0.2 second(s)', type=FAILED)
        task slow: Pending > Running > TimedOut
    "#]],
    )
    .await;
}

/// TIMEOUT-02
#[tidegate::test(start_paused = true)]
async fn a_flow_that_takes_too_long_has_timed_out() {
    #[flow(timeout_seconds = 0.3)]
    async fn slow() {
        sleep(1).await;
    }
    check(
        slow(),
        expect![[r#"
        Err: TimedOut('Flow run exceeded timeout of 0.3 second(s)', type=FAILED)
        flow slow: Pending > Running > TimedOut
    "#]],
    )
    .await;
}

/// TIMEOUT-03, LOG-20: the state is told on time, and a line says that the thread goes on.
#[tidegate::test]
async fn a_blocking_task_that_takes_too_long_has_timed_out_while_its_thread_goes_on() {
    #[task(timeout_seconds = 0.01)]
    fn slow(release: Arc<Mutex<mpsc::Receiver<()>>>) {
        release.lock().unwrap().recv().unwrap();
    }
    let (release, released) = mpsc::channel();
    let given = slow(Arc::new(Mutex::new(released))).await;
    release.send(()).unwrap();
    check(
        async { given },
        expect![[r#"
        Err: TimedOut('Task run exceeded timeout of 0.01 second(s)', type=FAILED)
        task slow: Pending > Running > TimedOut
    "#]],
    )
    .await;

    let id = run_of("slow").await.id;
    let lines = Engine::current().unwrap().logs().of_task_run(id).list().await.unwrap();
    let warning = lines.iter().find(|line| line.level == LogLevel::Warning).unwrap();
    expect!["The function of 'slow' goes on by itself: a thread cannot be stopped, only a function that returns ends it"].assert_eq(&warning.message);
}

/// TIMEOUT-06
#[tidegate::test(start_paused = true)]
async fn a_flow_below_its_limit_shows_no_trace_of_it() {
    #[flow(timeout_seconds = 5)]
    async fn quick() -> u32 {
        sleep(1).await;
        1
    }
    check(
        quick(),
        expect![[r#"
        Ok(1)
        flow quick: Pending > Running > Completed
    "#]],
    )
    .await;
}

/// TIMEOUT-09: what a flow has submitted is stopped with it.
#[tidegate::test(start_paused = true)]
async fn what_a_flow_has_submitted_ends_when_it_times_out() {
    #[task]
    async fn long() {
        sleep(1000).await;
    }
    #[flow(timeout_seconds = 5)]
    async fn pipeline() {
        let _handle = long().submit();
        long().await.unwrap();
    }
    check(
        pipeline(),
        expect![[r#"
        Err: TimedOut('Flow run exceeded timeout of 5 second(s)', type=FAILED)
        flow pipeline: Pending > Running > TimedOut
          task long: Pending > Running > Crashed
          task long: Pending > Running > Crashed
    "#]],
    )
    .await;
}

/// TIMEOUT-11
#[tidegate::test(start_paused = true)]
async fn a_timeout_of_zero_removes_the_limit() {
    #[task(timeout_seconds = 1)]
    async fn slow() {
        sleep(100).await;
    }
    check(
        slow().timeout(Duration::ZERO),
        expect![[r#"
        Ok(())
        task slow: Pending > Running > Completed
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn each_attempt_has_the_whole_limit() {
    #[task(retries = 1, timeout_seconds = 10)]
    async fn slow() -> Result<u32> {
        sleep(6).await;
        match tidegate::runtime::task_run::run_count() {
            1 => Err("no".into()),
            count => Ok(count),
        }
    }
    check(
        slow(),
        expect![[r#"
        Ok(2)
        task slow: Pending > Running > AwaitingRetry(0s) > Retrying > Completed
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_subflow_that_times_out_fails_its_parent_as_any_error_does() {
    #[flow(timeout_seconds = 1)]
    async fn child() {
        sleep(10).await;
    }
    #[flow]
    async fn parent() -> Result<()> {
        child().await
    }
    check(
        parent(),
        expect![[r#"
        Err: Failed('Flow run encountered an exception: Flow run exceeded timeout of 1 second(s)')
        flow parent: Pending > Running > Failed
          flow child: Pending > Running > TimedOut
    "#]],
    )
    .await;
}
