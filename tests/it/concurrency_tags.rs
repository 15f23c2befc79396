//! Concurrency limits on tags: a task run needs a slot of each before it runs.

use std::sync::Mutex;
use std::time::Duration;

use expect_test::expect;
use futures_util::FutureExt;
use futures_util::future::join_all;
use tidegate::prelude::*;
use tidegate::{ConcurrencyLimit, ConcurrencyLimits, Engine, LogLevel, TaskCall, concurrency};
use tokio::time::Instant;

use crate::timeline::{check, history, run_of, timeline};

fn limits() -> ConcurrencyLimits {
    Engine::current().unwrap().concurrency_limits()
}

async fn limit(tag: &str, slots: u32) {
    limits().create(ConcurrencyLimit::for_tag(tag, slots)).await.unwrap();
}

async fn occupied(tag: &str) -> u64 {
    let name = ConcurrencyLimit::name_for_tag(tag);
    limits().get(&name).await.unwrap().unwrap().occupied
}

async fn seconds(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[task(tags = ["db"])]
async fn second(number: u32) -> u32 {
    seconds(1).await;
    number
}

/// How long these calls take together, in seconds.
async fn together(calls: impl IntoIterator<Item = TaskCall<'static, u32>>) -> u64 {
    let started = Instant::now();
    for given in join_all(calls).await {
        given.unwrap();
    }
    started.elapsed().as_secs()
}

/// CONC-18
#[tidegate::test(start_paused = true)]
async fn task_runs_with_a_tag_run_as_many_at_once_as_its_limit_says() {
    #[flow]
    async fn pipeline() -> Result<()> {
        let handles: Vec<_> = (0..3).map(|number| second(number).submit()).collect();
        seconds(0).await;
        for (handle, expected) in handles.iter().zip([
            ["Completed", "Running", "Pending"],
            ["Completed", "Completed", "Running"],
            ["Completed", "Completed", "Completed"],
        ]) {
            handle.clone().await?;
            // Who comes next is woken by the end, and begins before time goes on.
            tokio::task::yield_now().await;
            let states = handles.iter().map(|handle| handle.state().unwrap().name.to_string());
            assert_eq!(states.collect::<Vec<_>>(), expected);
        }
        Ok(())
    }
    limit("db", 1).await;
    let started = Instant::now();
    check(
        pipeline(),
        expect![[r#"
            Ok(())
            flow pipeline: Pending > Running > Completed
              task second: Pending > Running > Completed
              task second: Pending > Running > Completed
              task second: Pending > Running > Completed
        "#]],
    )
    .await;
    assert_eq!(started.elapsed().as_secs(), 3);
    assert_eq!(occupied("db").await, 0);
}

/// CONC-21, LOG-18
#[tidegate::test(start_paused = true)]
async fn a_tag_without_a_limit_limits_nothing_and_is_not_worth_a_line() {
    assert_eq!(together((0..50).map(second)).await, 1);
    assert!(limits().list().await.unwrap().is_empty());
    let logs = Engine::current().unwrap().logs().at_least(LogLevel::Warning);
    assert!(logs.list().await.unwrap().is_empty());
}

/// CONC-22
#[tidegate::test(start_paused = true)]
async fn tags_from_around_a_call_count_as_well() {
    #[task]
    async fn untagged(number: u32) -> u32 {
        seconds(1).await;
        number
    }
    limit("nightly", 2).await;
    let calls = async { together((0..6).map(untagged)).await };
    assert_eq!(tidegate::with_tags(["nightly"], calls).await, 3);
    assert_eq!(together((0..6).map(|number| untagged(number).tags(["nightly"]))).await, 3);
    assert_eq!(together((0..6).map(untagged)).await, 1);
}

/// CONC-23
#[tidegate::test(start_paused = true)]
async fn a_task_run_needs_a_slot_of_each_of_its_tags() {
    limit("db", 3).await;
    limit("api", 1).await;
    let both = |number| second(number).tags(["db", "api", "other"]);
    assert_eq!(together((0..3).map(both)).await, 3);
    let mixed = (0..6).map(|number| if number == 0 { both(number) } else { second(number) });
    assert_eq!(together(mixed).await, 2);
}

#[tidegate::test(start_paused = true)]
async fn a_limit_is_on_tasks_and_not_on_flows() {
    #[flow(tags = ["db"])]
    async fn tagged() {}
    limit("db", 0).await;
    tagged().await.unwrap();
}

/// ORCH-25
#[tidegate::test(start_paused = true)]
async fn a_limit_of_zero_keeps_task_runs_from_beginning_and_says_so() {
    limit("db", 0).await;
    let error = second(1).await.unwrap_err();
    assert!(error.is_crashed());
    assert_eq!(
        error.to_string().split_once(' ').unwrap().1.split_once(' ').unwrap().1,
        "'second' crashed: The concurrency limit 'tag:db' is 0, so that no task run under it may begin; raise the limit, and \
         run it again."
    );
    assert_eq!(history().await, "task second: Pending > Crashed\n");
    limits().set(ConcurrencyLimit::for_tag("db", 1)).await.unwrap();
    second(1).await.unwrap();
}

#[tidegate::test(start_paused = true)]
async fn a_limit_that_is_set_to_zero_ends_those_who_wait() {
    limit("db", 1).await;
    let lower = async {
        seconds(0).await;
        tokio::task::yield_now().await;
        limits().set(ConcurrencyLimit::for_tag("db", 0)).await.unwrap();
    };
    let (first, second, third, ()) = tokio::join!(second(1), second(2), second(3), lower);
    assert_eq!(first.unwrap(), 1, "what runs goes on");
    assert!(second.unwrap_err().is_crashed());
    assert!(third.unwrap_err().is_crashed());
}

#[tidegate::test(start_paused = true)]
async fn a_run_that_waits_for_its_next_attempt_holds_no_slot() {
    static FAILED: Mutex<bool> = Mutex::new(false);
    #[task(tags = ["db"], retries = 1, retry_delay_seconds = 10)]
    async fn fails_first() -> Result<u64> {
        assert_eq!(occupied("db").await, 1);
        if !std::mem::replace(&mut *FAILED.lock().unwrap(), true) {
            return Err("no".into());
        }
        Ok(Instant::now().elapsed().as_secs())
    }
    limit("db", 1).await;
    let started = Instant::now();
    let others = async {
        seconds(1).await;
        assert_eq!(occupied("db").await, 0);
        together((0..3).map(second)).await;
        assert_eq!(started.elapsed().as_secs(), 4);
    };
    let (given, ()) = tokio::join!(fails_first(), others);
    given.unwrap();
    assert_eq!(started.elapsed().as_secs(), 10);
    let run = run_of("fails_first").await;
    assert_eq!(timeline(&run), "Pending > Running > AwaitingRetry(10s) > Retrying > Completed");
    assert_eq!(occupied("db").await, 0);
}

#[tidegate::test(start_paused = true)]
async fn a_cached_task_run_takes_no_slot() {
    #[task(tags = ["db"], cache_policy = INPUTS)]
    async fn computes(number: u32) -> u32 {
        number
    }
    limit("db", 1).await;
    computes(1).await.unwrap();
    let busy = second(1);
    let (_, cached) = tokio::join!(busy, async {
        tokio::task::yield_now().await;
        assert_eq!(occupied("db").await, 1);
        let started = Instant::now();
        computes(1).await.unwrap();
        started.elapsed()
    });
    assert_eq!(cached, Duration::ZERO);
}

#[tidegate::test(start_paused = true)]
async fn a_run_that_ends_in_any_way_lets_go_of_its_slot() {
    #[task(tags = ["db"])]
    async fn ends(how: u32) -> Result<()> {
        match how {
            0 => Ok(()),
            1 => Err("no".into()),
            2 => panic!("as it was told to"),
            _ => std::future::pending().await,
        }
    }
    limit("db", 1).await;
    for how in 0..3 {
        let _ = ends(how).await;
        assert_eq!(occupied("db").await, 0, "{how}");
    }
    let mut crashes = Box::pin(ends(3).into_future());
    assert!((&mut crashes).now_or_never().is_none());
    assert_eq!(occupied("db").await, 1);
    drop(crashes);
    assert_eq!(occupied("db").await, 0);
}

/// The engine lets go of the slots of what it drops when a flow run crashes.
#[tidegate::test(start_paused = true)]
async fn submitted_runs_of_a_crashed_flow_run_let_go_of_their_slots() {
    #[flow]
    async fn pipeline() -> Result<()> {
        let handles: Vec<_> = (0..5).map(|number| second(number).submit()).collect();
        for handle in handles {
            handle.await?;
        }
        Ok(())
    }
    limit("db", 2).await;
    let mut flow = Box::pin(pipeline().into_future());
    for _ in 0..10 {
        assert!((&mut flow).now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    assert_eq!(occupied("db").await, 2);
    drop(flow);
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    let state = limits().get("tag:db").await.unwrap().unwrap();
    assert_eq!((state.occupied, state.waiting), (0, 0));
}

#[tidegate::test(start_paused = true)]
async fn a_run_holds_its_slot_by_its_id() {
    #[task(tags = ["db"])]
    async fn looks() -> Result<()> {
        let holders = limits().holders("tag:db").await?;
        let run = tidegate::runtime::task_run::id();
        assert_eq!(holders.iter().map(|h| (h.slots, h.run_id)).collect::<Vec<_>>(), [(1, run)]);
        Ok(())
    }
    limit("db", 7).await;
    looks().await.unwrap();
}

#[tidegate::test]
async fn a_transactional_task_run_needs_a_slot_too() {
    #[task(tags = ["db"], transactional)]
    fn writes(tx: &mut tidegate::SqlTransaction<'_>) -> Result<i64> {
        Ok(tx.query_value("SELECT count(*) FROM concurrency_slots", ())?)
    }
    limit("db", 1).await;
    assert_eq!(writes().await.unwrap(), 1);
    assert_eq!(occupied("db").await, 0);
}

/// A run that holds a slot does not wait behind one that waits for it: `both` is the first in line for api, and waits for db.
#[tidegate::test(start_paused = true)]
async fn what_a_holder_asks_for_besides_goes_before_those_who_wait_for_what_it_holds() {
    #[task(tags = ["db"])]
    async fn outer() -> Result<u32> {
        seconds(1).await;
        drop(concurrency("api", 1).await?);
        let submitted = inner().submit();
        Ok(inner().await? + submitted.await?)
    }
    #[task(tags = ["api"])]
    async fn inner() -> u32 {
        seconds(1).await;
        1
    }
    #[task(tags = ["db", "api"])]
    async fn both() {}
    limit("db", 1).await;
    limit("api", 1).await;
    limits().create(ConcurrencyLimit::new("api", 1)).await.unwrap();
    let outer = outer().submit();
    let both = both().submit();
    tokio::task::yield_now().await;
    let guard = async { concurrency(["api", "tag:db"], 1).await.map(drop) };
    let all = async { tokio::join!(outer, both, guard) };
    let (outer, both, guard) = tokio::time::timeout(Duration::from_secs(60), all).await.unwrap();
    assert_eq!(outer.unwrap(), 2);
    both.and(guard).unwrap();
}

/// CONC-18: a slot is for those who can run.
#[tidegate::test(start_paused = true)]
async fn a_run_that_waits_for_another_holds_no_slot() {
    #[task]
    async fn slow() -> u32 {
        seconds(5).await;
        7
    }
    limit("db", 1).await;
    let slow = slow().submit();
    let waits = second::submit(&slow);
    tokio::task::yield_now().await;
    assert_eq!(together((0..3).map(second)).await, 3);
    assert_eq!(waits.await.unwrap(), 7);
}
