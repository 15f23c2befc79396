//! Suspending a flow run from outside, by its id: it stops at its next call of a task. And cancelling runs that are paused or suspended.

use std::future::pending;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::store::Write;
use tidegate::{
    Clock, Engine, Error, LogLevel, Request, RequestKind, RunHandle, RunId, StateType, cancel,
    pause_flow_run, resume, suspend, suspend_flow_run,
};

use crate::pause::paused;
use crate::timeline::{history, run_of, timeline};

#[task]
async fn seconds(seconds: u64) -> u64 {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    seconds
}

async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

fn id_of<T: Send>(handle: &RunHandle<T>) -> RunId {
    handle.id().unwrap()
}

/// What the warnings of a flow run say.
async fn warnings(id: RunId) -> Vec<String> {
    let engine = Engine::current().unwrap();
    engine.flush().await.unwrap();
    let lines = engine.logs().of_flow_run(id).at_least(LogLevel::Warning).list().await.unwrap();
    lines.into_iter().map(|line| line.message.clone()).collect()
}

/// PAUSE-21, PAUSE-22
#[tidegate::test(start_paused = true)]
async fn a_flow_stops_at_its_next_call_and_what_is_under_way_ends_first() {
    #[flow]
    async fn working() -> Result<u64> {
        let submitted = seconds(5).submit();
        let before = seconds(2).await?;
        // Between two calls, its own code goes on.
        pass(10).await;
        Ok(before + seconds(1).await? + submitted.await?)
    }
    let handle = working().submit();
    let id = id_of(&handle);
    pass(1).await;
    suspend(id).await.unwrap();
    assert!(handle.await.unwrap_err().is_suspended());
    expect![[r#"
        flow working: Pending > Running > Suspended
          task seconds: Pending > Running > Completed
          task seconds: Pending > Running > Completed
    "#]]
    .assert_eq(&history().await);
    let run = resume(id).await.unwrap();
    assert_eq!(run.run_count, 1, "resuming uses up no retry");
    assert_eq!(Engine::current().unwrap().result::<u64>(id).await.unwrap(), 8);
    expect![[r#"
        flow working: Pending > Running > Suspended > Resuming(0s) > Running > Completed
          task seconds: Pending > Running > Completed
          task seconds: Pending > Running > Completed
          task seconds: Pending > Running > Completed
    "#]]
    .assert_eq(&history().await);
}

/// PAUSE-22: before the body starts, and before the final state is proposed.
#[tidegate::test(start_paused = true)]
async fn a_flow_is_suspended_before_it_starts_and_where_it_ends() {
    static BODIES: AtomicU32 = AtomicU32::new(0);
    #[flow]
    async fn short() -> Result<u32> {
        let body = BODIES.fetch_add(1, Ordering::Relaxed) + 1;
        pass(10).await;
        Ok(body)
    }
    let handle = short().submit();
    let id = id_of(&handle);
    suspend(id).await.unwrap();
    assert!(handle.await.unwrap_err().is_suspended());
    assert_eq!(BODIES.load(Ordering::Relaxed), 0);

    let again = async {
        pass(5).await;
        suspend(id).await.unwrap();
    };
    let (resumed, ()) = tokio::join!(resume(id), again);
    assert!(resumed.unwrap_err().is_suspended());
    assert_eq!(BODIES.load(Ordering::Relaxed), 1);
    resume(id).await.unwrap();
    assert_eq!(
        timeline(&run_of("short").await),
        "Pending > Running > Suspended > Resuming(0s) > Running > Suspended > Resuming(0s) > Running > Completed"
    );
}

/// PAUSE-22: a subflow is under way until it ends; a task that is retried is not, between its attempts.
#[tidegate::test(start_paused = true)]
async fn a_subflow_ends_before_its_parent_is_suspended_and_a_retry_comes_later() {
    static ATTEMPTS: AtomicU32 = AtomicU32::new(0);
    #[task(retries = 1, retry_delay_seconds = 100)]
    async fn flaky() -> Result<u32> {
        match ATTEMPTS.fetch_add(1, Ordering::Relaxed) {
            0 => Err("not yet".into()),
            attempt => Ok(attempt),
        }
    }
    #[flow]
    async fn inner() -> Result<u64> {
        Ok(seconds(5).await? + seconds(5).await?)
    }
    #[flow]
    async fn outer() -> Result<(u64, u32)> {
        let (inner, flaky) = tokio::join!(inner(), flaky());
        Ok((inner?, flaky?))
    }
    let handle = outer().submit();
    let id = id_of(&handle);
    pass(1).await;
    suspend(id).await.unwrap();
    assert!(handle.await.unwrap_err().is_suspended());
    resume(id).await.unwrap();
    let result: (u64, u32) = Engine::current().unwrap().result(id).await.unwrap();
    assert_eq!(result, (10, 1));
    expect![[r#"
        flow outer: Pending > Running > Suspended > Resuming(0s) > Running > Completed
          flow inner: Pending > Running > Completed
            task seconds: Pending > Running > Completed
          task flaky: Pending > Running > AwaitingRetry(100s) > Crashed > Running > Completed
            task seconds: Pending > Running > Completed
    "#]]
    .assert_eq(&history().await);
}

#[tidegate::test(start_paused = true)]
async fn a_transaction_ends_before_its_flow_is_suspended() {
    #[flow]
    async fn transacting() -> Result<u64> {
        let inside = tidegate::transaction()
            .run(async |_| Ok::<_, Error>(seconds(2).await? + seconds(3).await?))
            .await?;
        Ok(inside + seconds(1).await?)
    }
    let handle = transacting().submit();
    let id = id_of(&handle);
    pass(1).await;
    suspend(id).await.unwrap();
    assert!(handle.await.unwrap_err().is_suspended());
    expect![[r#"
        flow transacting: Pending > Running > Suspended
          task seconds: Pending > Running > Completed
          task seconds: Pending > Running > Completed
    "#]]
    .assert_eq(&history().await);
    resume(id).await.unwrap();
    assert_eq!(Engine::current().unwrap().result::<u64>(id).await.unwrap(), 6);
}

/// A flow that fails meanwhile has failed, and what was asked of it does not outlive that.
#[tidegate::test(start_paused = true)]
async fn a_flow_that_fails_before_it_is_suspended_is_suspended_in_its_next_attempt() {
    static ATTEMPTS: AtomicU32 = AtomicU32::new(0);
    #[flow(retries = 1)]
    async fn failing() -> Result<u64> {
        pass(10).await;
        match ATTEMPTS.fetch_add(1, Ordering::Relaxed) {
            0 => Err("not yet".into()),
            _ => Ok(seconds(1).await?),
        }
    }
    let handle = failing().submit();
    let id = id_of(&handle);
    pass(1).await;
    suspend(id).await.unwrap();
    assert!(handle.await.unwrap_err().is_suspended());
    assert_eq!(
        timeline(&run_of("failing").await),
        "Pending > Running > AwaitingRetry(0s) > Running > Suspended"
    );
    resume(id).await.unwrap();
    assert_eq!(Engine::current().unwrap().result::<u64>(id).await.unwrap(), 1);
}

/// PAUSE-17
#[tidegate::test(start_paused = true)]
async fn what_cannot_be_suspended_says_why() {
    struct Pool;
    #[flow]
    async fn borrowing(_pool: &Pool) -> Result<u64> {
        pass(5).await;
        seconds(1).await
    }
    #[flow]
    async fn inner() -> Result<()> {
        pending().await
    }
    #[flow]
    async fn outer() -> Result<()> {
        inner().await
    }
    let pool = Pool;
    let call = async { borrowing(&pool).await };
    let asking = async {
        pass(1).await;
        let id = run_of("borrowing").await.id;
        suspend(id).await.unwrap();
        id
    };
    let (given, id) = tokio::join!(call, asking);
    assert_eq!(given.unwrap(), 1);
    let warnings = warnings(id).await;
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].starts_with("It was asked to be suspended, and goes on instead: ")
            && warnings[0].contains("it could not be resumed, since this program has no flow"),
        "{warnings:?}"
    );

    let error = suspend(id).await.unwrap_err().to_string();
    assert!(error.ends_with("cannot be suspended: it has ended as Completed"), "{error}");
    let task = run_of("seconds").await.id;
    let error = suspend(task).await.unwrap_err().to_string();
    assert!(error.contains("it is a task run, and only flow runs can be"), "{error}");
    let unknown = RunId::new();
    let error = suspend(unknown).await.unwrap_err().to_string();
    assert_eq!(error, format!("run {unknown} is not recorded in the store of this engine"));

    let handle = outer().submit();
    pass(1).await;
    let error = suspend(run_of("inner").await.id).await.unwrap_err().to_string();
    assert!(error.contains(&format!("suspend its parent {}", id_of(&handle))), "{error}");
    handle.cancel();
    assert!(handle.await.unwrap_err().is_cancelled());
}

#[tidegate::test(start_paused = true)]
async fn a_run_that_is_paused_or_suspended_is_not_suspended_again() {
    #[flow]
    async fn asking() -> Result<()> {
        pause_flow_run().await?;
        suspend_flow_run().await
    }
    let handle = asking().submit();
    let id = id_of(&handle);
    paused(id).await;
    let error = suspend(id).await.unwrap_err().to_string();
    assert!(error.ends_with("cannot be suspended: it is Paused already"), "{error}");
    resume(id).await.unwrap();
    assert!(handle.await.unwrap_err().is_suspended());
    let error = suspend(id).await.unwrap_err().to_string();
    assert!(error.ends_with("cannot be suspended: it is Suspended already"), "{error}");
}

/// PAUSE-06, CANCEL-04
#[tidegate::test(start_paused = true)]
async fn a_suspended_run_is_cancelled_at_once_and_a_paused_one_winds_down() {
    #[flow]
    async fn pausing() -> Result<()> {
        pause_flow_run().await
    }
    #[flow]
    async fn suspending() -> Result<()> {
        suspend_flow_run().await
    }
    let handle = pausing().submit();
    paused(id_of(&handle)).await;
    cancel(id_of(&handle)).await.unwrap();
    assert!(handle.await.unwrap_err().is_cancelled());

    let id = suspending().await.unwrap_err().run_id().unwrap();
    cancel(id).await.unwrap();
    expect![[r#"
        flow pausing: Pending > Running > Paused > Cancelling > Cancelled
        flow suspending: Pending > Running > Suspended > Cancelled
    "#]]
    .assert_eq(&history().await);
}

/// Its thread cannot be dropped, so the pause itself ends.
#[tidegate::test(worker_threads = 2)]
async fn a_sync_flow_that_is_paused_is_cancelled_too() {
    #[flow]
    fn pausing() -> Result<()> {
        pause_flow_run().block_on()
    }
    let handle = pausing().submit();
    paused(id_of(&handle)).await;
    cancel(id_of(&handle)).await.unwrap();
    assert!(handle.await.unwrap_err().is_cancelled());
    assert_eq!(
        timeline(&run_of("pausing").await),
        "Pending > Running > Paused > Cancelling > Cancelled"
    );
}

#[tidegate::test(start_paused = true)]
async fn a_run_that_is_cancelled_while_it_is_being_suspended_is_cancelled() {
    #[flow]
    async fn closing() -> Result<u64> {
        let under_way = seconds(100).submit();
        pass(1).await;
        suspend_flow_run().await?;
        under_way.await
    }
    let handle = closing().submit();
    pass(5).await;
    cancel(id_of(&handle)).await.unwrap();
    assert!(handle.await.unwrap_err().is_cancelled());
    assert_eq!(run_of("seconds").await.state().unwrap().state_type(), StateType::Cancelled);
}

/// Its thread is waited for, which comes to its end because its calls give errors.
#[tidegate::test(worker_threads = 2)]
async fn a_sync_flow_is_suspended_from_outside_too() {
    static GO: AtomicU32 = AtomicU32::new(0);
    #[task]
    fn one() -> u32 {
        1
    }
    #[flow]
    fn waiting() -> Result<u32> {
        let before = one().block_on()?;
        while GO.load(Ordering::SeqCst) == 0 {
            std::thread::yield_now();
        }
        Ok(before + one().block_on()?)
    }
    let handle = waiting().submit();
    let id = id_of(&handle);
    while handle.state().is_none_or(|state| state.state_type() != StateType::Running) {
        tokio::task::yield_now().await;
    }
    suspend(id).await.unwrap();
    GO.store(1, Ordering::SeqCst);
    assert!(handle.await.unwrap_err().is_suspended());
    resume(id).await.unwrap();
    assert_eq!(Engine::current().unwrap().result::<u32>(id).await.unwrap(), 2);
    assert_eq!(warnings(id).await, [""; 0]);
}

/// Whoever asked saw that somebody owned it, and relies on that.
#[tidegate::test]
async fn a_run_that_lets_go_of_itself_sees_what_it_was_asked_before() {
    #[flow]
    async fn leaving() -> Result<()> {
        let id = tidegate::runtime::flow_run::id().ok_or("it has an id")?;
        let engine = Engine::current()?;
        // As another process asks, in the moment before.
        let request = Request::new(id, RequestKind::Cancel, Clock::system().now());
        let store = engine.store().ok_or("it has a store")?;
        store.put_acknowledged(Write::Request(Box::new(request))).await?;
        suspend_flow_run().await
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let engine = Engine::builder().database(format!("sqlite:{}", path.display())).open().unwrap();
    let error = leaving().on(&engine).await.unwrap_err();
    assert!(error.is_cancelled(), "{error}");
    let run = engine.run_record(error.run_id().unwrap()).await.unwrap().unwrap();
    assert_eq!(run.state().unwrap().state_type(), StateType::Cancelled, "{}", timeline(&run));
    let open = engine.store().unwrap().requests(Default::default()).await.unwrap();
    assert_eq!(open, []);
    engine.close().await.unwrap();
}

/// What depends on a call that turns back turns back with it, and both are made anew.
#[tidegate::test(start_paused = true)]
async fn what_waits_for_a_call_that_does_not_begin_does_not_fail_for_that() {
    #[task]
    async fn double(number: u64) -> u64 {
        2 * number
    }
    #[flow]
    async fn waiting() -> Result<u64> {
        let (first, second) = (seconds(5).submit(), async {
            pass(2).await;
            let late = seconds(7).submit();
            double::submit(&late).await
        });
        Ok(first.await? + second.await?)
    }
    let handle = waiting().submit();
    let id = id_of(&handle);
    pass(1).await;
    suspend(id).await.unwrap();
    assert!(handle.await.unwrap_err().is_suspended());
    resume(id).await.unwrap();
    assert_eq!(Engine::current().unwrap().result::<u64>(id).await.unwrap(), 19);
    let runs = Engine::current().unwrap().runs().inside(id).list().await.unwrap();
    assert!(runs.iter().all(|run| run.state().unwrap().is_completed()), "{runs:?}");
    assert_eq!(runs.len(), 3);
}
