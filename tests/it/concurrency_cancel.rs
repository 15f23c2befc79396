//! Concurrency limits and cancellation: whoever is cancelled leaves the line, or lets go of what he holds, and the next gets on.

use std::future::{IntoFuture, pending};

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::{ConcurrencyLimit, Engine, RunHandle, concurrency, rate_limit};

use crate::timeline::history;

async fn limit(limit: ConcurrencyLimit) {
    Engine::current().unwrap().concurrency_limits().create(limit).await.unwrap();
}

/// How many slots of it are taken, and how many wait for some.
async fn taken_and_waiting(limit: &str) -> (u64, usize) {
    let limits = Engine::current().unwrap().concurrency_limits();
    let state = limits.get(limit).await.unwrap().unwrap();
    (state.occupied, state.waiting)
}

/// Waits until so many wait for slots.
async fn until_waiting(limit: &str, count: usize) {
    while taken_and_waiting(limit).await.1 != count {
        tokio::task::yield_now().await;
    }
}

async fn is_cancelled<T: Clone + Send + Sync + 'static>(handle: RunHandle<T>) -> bool {
    handle.await.is_err_and(|error| error.is_cancelled())
}

#[task(tags = ["db"])]
async fn tagged(number: u32) -> u32 {
    number
}

#[task]
async fn guarded(number: u32) -> Result<u32> {
    let _slot = concurrency("db", 1).await?;
    Ok(number)
}

#[task]
fn guarded_on_a_thread() -> Result<()> {
    let _slot = concurrency("db", 1).block_on()?;
    Ok(())
}

#[tidegate::test]
async fn a_task_run_that_waits_for_its_tag_and_is_cancelled_leaves_the_line() {
    limit(ConcurrencyLimit::for_tag("db", 1)).await;
    let slot = concurrency("tag:db", 1).await.unwrap();
    let (first, second) = (tagged(1).submit(), tagged(2).submit());
    until_waiting("tag:db", 2).await;
    assert!(first.cancel());
    assert!(is_cancelled(first).await);
    assert_eq!(taken_and_waiting("tag:db").await, (1, 1));
    drop(slot);
    assert_eq!(second.await.unwrap(), 2);
    assert_eq!(taken_and_waiting("tag:db").await, (0, 0));
    expect![[r#"
        task tagged: Pending > Cancelled
        task tagged: Pending > Running > Completed
    "#]]
    .assert_eq(&history().await);
}

#[tidegate::test]
async fn a_body_that_waits_for_slots_and_is_cancelled_leaves_the_line() {
    limit(ConcurrencyLimit::new("db", 1)).await;
    let slot = concurrency("db", 1).await.unwrap();
    let (first, second) = (guarded(1).submit(), guarded(2).submit());
    until_waiting("db", 2).await;
    tidegate::cancel(first.id().unwrap()).await.unwrap();
    assert!(is_cancelled(first).await);
    assert_eq!(taken_and_waiting("db").await, (1, 1));
    drop(slot);
    assert_eq!(second.await.unwrap(), 2);
    expect![[r#"
        task guarded: Pending > Running > Cancelling > Cancelled
        task guarded: Pending > Running > Completed
    "#]]
    .assert_eq(&history().await);
}

/// A thread cannot be dropped where it waits, so its wait ends with an error.
#[tidegate::test]
async fn a_thread_that_waits_for_slots_and_is_cancelled_leaves_the_line() {
    limit(ConcurrencyLimit::new("db", 1)).await;
    let _slot = concurrency("db", 1).await.unwrap();
    let handle = guarded_on_a_thread().submit();
    until_waiting("db", 1).await;
    handle.cancel();
    assert!(is_cancelled(handle).await);
    assert_eq!(taken_and_waiting("db").await, (1, 0));
}

#[tidegate::test]
async fn everything_in_a_flow_that_is_cancelled_leaves_its_lines() {
    #[flow]
    async fn pipeline() -> Result<()> {
        let submitted = [tagged(1).submit(), guarded(2).submit(), tagged(3).submit()];
        let in_place = tagged(4).into_future();
        let rate = rate_limit("api", 1).into_future();
        let thread = guarded_on_a_thread().into_future();
        let mine = concurrency(["db", "tag:db"], 1).into_future();
        let _all = tokio::join!(in_place, rate, thread, mine);
        for handle in submitted {
            handle.await?;
        }
        Ok(())
    }
    limit(ConcurrencyLimit::new("db", 1)).await;
    limit(ConcurrencyLimit::for_tag("db", 1)).await;
    limit(ConcurrencyLimit::new("api", 1).slot_decay_per_second(0.001)).await;
    let slots = concurrency(["db", "tag:db"], 1).await.unwrap();
    rate_limit("api", 1).await.unwrap();
    let handle = pipeline().submit();
    until_waiting("db", 3).await;
    until_waiting("tag:db", 4).await;
    until_waiting("api", 1).await;
    assert!(handle.cancel());
    assert!(is_cancelled(handle).await);
    for name in ["db", "tag:db", "api"] {
        assert_eq!(taken_and_waiting(name).await, (1, 0), "{name}");
    }
    drop(slots);
    assert_eq!(tagged(5).await.unwrap(), 5);
    assert_eq!(guarded(6).await.unwrap(), 6);
}

#[tidegate::test]
async fn a_run_that_holds_slots_and_is_cancelled_lets_go_of_them() {
    #[task(tags = ["db"])]
    async fn holds() -> Result<()> {
        let _slot = concurrency("db", 1).await?;
        pending().await
    }
    limit(ConcurrencyLimit::new("db", 1)).await;
    limit(ConcurrencyLimit::for_tag("db", 1)).await;
    let holder = holds().submit();
    while taken_and_waiting("db").await.0 == 0 {
        tokio::task::yield_now().await;
    }
    let (next, next_tagged) = (guarded(1).submit(), tagged(2).submit());
    until_waiting("db", 1).await;
    until_waiting("tag:db", 1).await;
    holder.cancel();
    assert_eq!((next.await.unwrap(), next_tagged.await.unwrap()), (1, 2));
    assert!(is_cancelled(holder).await);
    assert_eq!(taken_and_waiting("db").await, (0, 0));
    assert_eq!(taken_and_waiting("tag:db").await, (0, 0));
}
