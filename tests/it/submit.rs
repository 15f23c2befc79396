//! Submitting: runs at the same time, watched through handles.

use std::time::Duration;

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::{Engine, RunHandle, StateType};

use crate::timeline::{check, run_of};

#[task]
async fn one() -> u32 {
    1
}

#[task]
async fn slow(seconds: u64) -> u64 {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    seconds
}

#[task]
async fn fails() -> Result<()> {
    Err("no".into())
}

/// FUTURE-07
#[tidegate::test(start_paused = true)]
async fn a_run_is_pending_right_after_it_was_submitted() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let handle = one().submit();
        assert_eq!(handle.state().unwrap().to_string(), "Pending()");
        assert!(!handle.is_finished());
        let value = handle.clone().await?;
        assert_eq!(handle.state().unwrap().state_type(), StateType::Completed);
        assert!(handle.is_finished());
        Ok(value)
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(1)
        flow pipeline: Pending > Running > Completed
          task one: Pending > Running > Completed
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_handle_names_its_run() {
    #[flow]
    async fn pipeline() -> Result<()> {
        let handle = one().named("mine").submit();
        assert_eq!(handle.name().as_deref(), Some("mine"));
        handle.wait().await;
        assert_eq!(handle.id(), Some(run_of("one").await.id));
        Ok(())
    }
    pipeline().await.unwrap();
}

#[tidegate::test(start_paused = true)]
async fn a_handle_is_awaited_as_often_as_one_likes() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let handle = one().submit();
        Ok((&handle).await? + (&handle).await? + handle.clone().await? + handle.await?)
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(4)
        flow pipeline: Pending > Running > Completed
          task one: Pending > Running > Completed
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn several_may_wait_for_one_run() {
    #[flow]
    async fn pipeline() -> Result<u64> {
        let handle = slow(5).submit();
        let (a, b, ()) =
            tokio::join!(handle.clone().into_future(), handle.clone().into_future(), handle.wait());
        Ok(a? + b?)
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(10)
        flow pipeline: Pending > Running > Completed
          task slow: Pending > Running > Completed
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn submitted_runs_run_at_the_same_time() {
    #[flow]
    async fn pipeline() -> Result<u64> {
        let handles: Vec<_> = [3, 1, 2].map(|seconds| slow(seconds).submit()).into();
        let mut sum = 0;
        for handle in handles {
            sum += handle.await?;
        }
        Ok(sum)
    }
    let started = tokio::time::Instant::now();
    check(
        pipeline(),
        expect![[r#"
        Ok(6)
        flow pipeline: Pending > Running > Completed
          task slow: Pending > Running > Completed
          task slow: Pending > Running > Completed
          task slow: Pending > Running > Completed
    "#]],
    )
    .await;
    assert_eq!(started.elapsed().as_secs(), 3, "paused time: the longest, not the sum");
}

#[tidegate::test(start_paused = true)]
async fn a_flow_waits_for_what_it_never_awaited() {
    #[flow]
    async fn pipeline() {
        drop(slow(60).submit());
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(())
        flow pipeline: Pending > Running > Completed
          task slow: Pending > Running > Completed
    "#]],
    )
    .await;
}

/// TASK-12
#[tidegate::test(start_paused = true)]
async fn a_flow_that_ignores_a_failed_run_completes() {
    #[flow]
    async fn pipeline() {
        drop(fails().submit());
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(())
        flow pipeline: Pending > Running > Completed
          task fails: Pending > Running > Failed
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn an_error_of_a_submitted_run_comes_when_it_is_awaited() {
    #[flow]
    async fn pipeline() -> Result<()> {
        let handle = fails().submit();
        one().await?;
        handle.await
    }
    check(
        pipeline(),
        expect![[r#"
        Err: Failed('Flow run encountered an exception: no')
        flow pipeline: Pending > Running > Failed
          task one: Pending > Running > Completed
          task fails: Pending > Running > Failed
    "#]],
    )
    .await;
}

/// TASK-05: submitting outside a flow is allowed; the engine waits when it is closed.
#[tidegate::test(start_paused = true)]
async fn what_is_submitted_outside_a_flow_belongs_to_the_engine() {
    let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
    let handle: RunHandle<u64> = slow(60).on(&engine).submit();
    assert!(!handle.is_finished());
    engine.close().await.unwrap();
    assert_eq!(handle.await.unwrap(), 60);
}

#[tidegate::test(start_paused = true)]
async fn what_is_submitted_when_its_flow_run_has_ended_belongs_to_the_engine() {
    #[flow]
    async fn pipeline() -> tidegate::TaskCall<'static, u64> {
        slow(60)
    }
    let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
    let call = engine.run(pipeline()).await.unwrap();
    let handle = call.submit();
    engine.close().await.unwrap();
    assert_eq!(handle.await.unwrap(), 60);
}

#[tidegate::test(start_paused = true)]
async fn what_a_task_submits_belongs_to_its_flow_run() {
    #[task]
    async fn outer() {
        drop(slow(60).submit());
    }
    #[flow]
    async fn pipeline() -> Result<()> {
        outer().await
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(())
        flow pipeline: Pending > Running > Completed
          task outer: Pending > Running > Completed
            task slow: Pending > Running > Completed
    "#]],
    )
    .await;
}

/// FUTURE-10: tasks that submit tasks and wait for them cannot block one another.
#[tidegate::test(start_paused = true)]
async fn submissions_inside_submissions_end() {
    #[task]
    async fn nested(depth: u32) -> Result<u32> {
        if depth == 0 {
            return Ok(0);
        }
        let inner: tidegate::TaskCall<'static, u32> = nested(depth - 1);
        Ok(1 + inner.submit().await?)
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        nested(50).submit().await
    }
    assert_eq!(pipeline().await.unwrap(), 50);
}

#[tidegate::test(start_paused = true)]
async fn handles_of_a_run_that_cannot_be_described_tell_why() {
    let delays = tidegate::Delays::List(vec![Duration::from_secs(1); 51]);
    let handle = one().retry_delay(delays).submit();
    handle.wait().await;
    assert_eq!((handle.id(), handle.state(), handle.is_finished()), (None, None, true));
    assert!(handle.await.unwrap_err().is_configuration());
}

#[tidegate::test(start_paused = true)]
async fn dropping_a_wait_does_not_touch_the_run() {
    #[flow]
    async fn pipeline() -> Result<u64> {
        let handle = slow(60).submit();
        let waited = tokio::time::timeout(Duration::from_secs(1), handle.wait()).await;
        assert!(waited.is_err());
        handle.await
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(60)
        flow pipeline: Pending > Running > Completed
          task slow: Pending > Running > Completed
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_flow_that_is_tried_again_waits_for_what_its_first_attempt_submitted() {
    #[flow(retries = 1, retry_delay_seconds = 1)]
    async fn pipeline() -> Result<()> {
        drop(slow(60 + u64::from(tidegate::runtime::flow_run::run_count())).submit());
        match tidegate::runtime::flow_run::run_count() {
            1 => Err("no".into()),
            _ => Ok(()),
        }
    }
    let started = tokio::time::Instant::now();
    check(
        pipeline(),
        expect![[r#"
        Ok(())
        flow pipeline: Pending > Running > AwaitingRetry(1s) > Running > Completed
          task slow: Pending > Running > Completed
          task slow: Pending > Running > Completed
    "#]],
    )
    .await;
    assert_eq!(started.elapsed().as_secs(), 61 + 62 + 1, "paused time: both, and the delay");
}

#[tidegate::test(worker_threads = 2)]
async fn many_submitted_runs_all_end_and_are_all_recorded() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let handles: Vec<_> = (0..500).map(|_| one().submit()).collect();
        let mut sum = 0;
        for handle in handles {
            sum += handle.await?;
        }
        Ok(sum)
    }
    assert_eq!(pipeline().await.unwrap(), 500);
    let runs = Engine::current().unwrap().runs().task("one").state(StateType::Completed);
    assert_eq!(runs.count().await.unwrap(), 500);
}
