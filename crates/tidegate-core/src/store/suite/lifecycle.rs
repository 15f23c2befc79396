//! Opening, flushing, closing, opening again.

use std::sync::Arc;

use super::Subject;
use super::samples::{advance, at, entered, full_run, log_line, task_run};
use crate::{
    Expired, IfExists, LeaseId, LogQuery, Run, RunId, RunQuery, State, Store, StoreErrorKind, Write,
};

fn begin(run: &Run) -> Write {
    Write::Begin(Box::new(run.clone()))
}

async fn check(store: &Arc<dyn Store>, expected: &Run) {
    assert_eq!(store.run(expected.id).await.expect("the store answers").as_ref(), Some(expected));
}

/// For the messages of those who use it.
pub async fn a_store_says_where_it_is(subject: &Subject) {
    let info = subject.open().await.info();
    assert!(!info.location.is_empty());
    assert!(info.schema_version > 0);
}

/// At any time.
pub async fn flushing_an_idle_store_is_fine(subject: &Subject) {
    let store = subject.open().await;
    store.flush().await.expect("there is nothing to flush");
    store.put_acknowledged(begin(&task_run("fetch", 0))).await.expect("the write is stored");
    store.flush().await.expect("there is nothing left to flush");
}

/// One after the other and at once.
pub async fn closing_twice_is_fine(subject: &Subject) {
    let store = subject.open().await;
    let (first, second) = futures_util::future::join(store.close(), store.close()).await;
    first.expect("the store closes");
    second.expect("the store closes");
    store.close().await.expect("the store is closed");
}

/// And says why.
pub async fn a_write_after_closing_is_refused(subject: &Subject) {
    let store = subject.open().await;
    store.close().await.expect("the store closes");
    let refused = store.put(begin(&task_run("fetch", 0))).await.expect_err("it is closed");
    assert_eq!(refused.kind(), StoreErrorKind::Closed);
    let refused = store.put_acknowledged(begin(&task_run("fetch", 0))).await;
    assert_eq!(refused.expect_err("it is closed").kind(), StoreErrorKind::Closed);
}

/// Likewise.
pub async fn a_question_after_closing_is_refused(subject: &Subject) {
    let store = subject.open().await;
    store.close().await.expect("the store closes");
    let kind = |error: crate::StoreError| error.kind();
    let closed = Some(StoreErrorKind::Closed);
    assert_eq!(store.run(RunId::new()).await.err().map(kind), closed);
    assert_eq!(store.runs(RunQuery::default()).await.err().map(kind), closed);
    assert_eq!(store.count_runs(RunQuery::default()).await.err().map(kind), closed);
    assert_eq!(store.logs(LogQuery::default()).await.err().map(kind), closed);
    assert_eq!(store.leases().await.err().map(kind), closed);
    assert_eq!(store.orphans(1).await.err().map(kind), closed);
    assert_eq!(store.recorded_calls(RunId::new()).await.err().map(kind), closed);
    assert_eq!(store.end_lease(LeaseId::new(), at(0)).await.err().map(kind), closed);
    assert_eq!(store.delete_runs(Expired::default(), 1).await.err().map(kind), closed);
    assert_eq!(store.vacuum().await.err().map(kind), closed);
    let nowhere = std::path::Path::new("");
    assert_eq!(store.backup(nowhere, IfExists::Refuse).await.err().map(kind), closed);
}

/// They hold nobody up.
pub async fn log_lines_after_closing_are_dropped_and_counted(subject: &Subject) {
    let store = subject.open().await;
    store.close().await.expect("the store closes");
    store.put_logs(vec![log_line(RunId::new(), 0, "a"), log_line(RunId::new(), 1, "b")]);
    assert_eq!(store.dropped_logs(), 2);
}

/// Also those nobody waited for, and log lines.
pub async fn closing_keeps_every_write(subject: &Subject) {
    let store = subject.open().await;
    let runs = [full_run(), task_run("fetch", 0)];
    for run in &runs {
        drop(store.put(begin(run)));
    }
    let line = log_line(runs[0].id, 0, "line");
    store.put_logs(vec![line.clone()]);
    store.close().await.expect("the store closes");
    let Some(store) = subject.reopen().await else { return };
    for run in &runs {
        check(&store, run).await;
    }
    assert_eq!(store.logs(LogQuery::default()).await.expect("the store answers"), [line]);
}

/// Though closing is better.
pub async fn dropping_keeps_every_write(subject: &Subject) {
    let store = subject.open().await;
    let run = full_run();
    drop(store.put(begin(&run)));
    drop(store);
    let Some(store) = subject.reopen().await else { return };
    check(&store, &run).await;
}

/// With runs that were begun before.
pub async fn a_reopened_store_goes_on(subject: &Subject) {
    let store = subject.open().await;
    let run = entered(task_run("fetch", 0), State::running(at(1)));
    store.put_acknowledged(begin(&run)).await.expect("the write is stored");
    store.close().await.expect("the store closes");
    let Some(store) = subject.reopen().await else { return };
    let write = advance(&run, State::completed(at(2)));
    store.put_acknowledged(Write::Advance(Box::new(write))).await.expect("the run moves on");
    check(&store, &entered(run, State::completed(at(2)))).await;
    let other = task_run("fetch", 3);
    store.put_acknowledged(begin(&other)).await.expect("the write is stored");
    check(&store, &other).await;
}
