//! Cancelling runs: what becomes of their code, of what is inside them, and of their records; in this process and from another.

use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::runtime;
use tidegate::{Engine, RunHandle, StateType};

use crate::timeline::{check, history, outcome, run_of, timeline};

/// Waits for ever, and can be asked to.
#[task]
async fn patient() -> Result<()> {
    pending().await
}

/// Lets everything that can get further do so.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

async fn until_running<T: Send + Sync>(handle: &RunHandle<T>) {
    while handle.state().is_none_or(|state| state.state_type() != StateType::Running) {
        tokio::task::yield_now().await;
    }
    settle().await;
}

#[tidegate::test]
async fn a_task_that_waits_is_cancelled_at_its_await() {
    let handle = patient().submit();
    until_running(&handle).await;
    assert!(handle.cancel());
    let error = handle.clone().await.unwrap_err();
    assert!(error.is_cancelled() && !error.is_crashed() && !error.is_failed());
    assert_eq!(error.run_id(), handle.id());
    expect!["Task run 'patient' was cancelled: It was asked to cancel."]
        .assert_eq(&error.to_string());
    expect!["task patient: Pending > Running > Cancelling > Cancelled\n"]
        .assert_eq(&history().await);
}

/// PREFECT: a run that has not begun never does.
#[tidegate::test]
async fn a_run_that_has_not_begun_never_runs() {
    let handle = patient().submit();
    assert!(handle.cancel());
    assert!(handle.await.unwrap_err().is_cancelled());
    expect!["task patient: Pending > Cancelled\n"].assert_eq(&history().await);
}

#[flow]
async fn family() -> Result<()> {
    let submitted = patient().submit();
    let subflow = inner().submit();
    let (a, b, c) = tokio::join!(patient().named("in place"), submitted, subflow);
    a.and(b).and(c)
}

#[flow]
async fn inner() -> Result<()> {
    patient().await
}

#[tidegate::test]
async fn a_flow_is_cancelled_with_everything_inside_it() {
    let handle = family().submit();
    until_running(&handle).await;
    assert!(handle.cancel());
    assert!(handle.await.unwrap_err().is_cancelled());
    expect![[]].assert_eq(&history().await);
}
