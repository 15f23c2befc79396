//! Transactions of tasks come back as they were put, with the runs they are part of, and go with them.

use std::sync::Arc;

use super::Subject;
use super::samples::{at, entered, flow_run, lease, task_run};
use crate::{
    CallKey, Expired, HookKind, HookRecord, HookStatus, LeaseId, RunId, State, Store,
    StoreErrorKind, TransactionId, TransactionRecord, TransactionState, Write,
};

fn transaction(flow_run: Option<RunId>, task_run: Option<RunId>) -> TransactionRecord {
    TransactionRecord {
        id: TransactionId::new(),
        flow_run_id: flow_run,
        task_run_id: task_run,
        call_key: None,
        key: None,
        state: TransactionState::Committed,
        timestamp: at(3),
        values: [].into(),
        hooks: Vec::new(),
        undone: Vec::new(),
    }
}

fn put(record: &TransactionRecord, lease: Option<LeaseId>) -> Write {
    Write::Transaction { record: Box::new(record.clone()), lease }
}

async fn of(store: &Arc<dyn Store>, run: RunId) -> Vec<TransactionRecord> {
    store.transactions(run).await.expect("the store answers")
}

/// A full one and a bare one, in the order in which they were put.
pub async fn a_transaction_comes_back_as_it_was_put(subject: &Subject) {
    let store = subject.open().await;
    let flow_run = RunId::new();
    let hook = |kind, status| HookRecord {
        kind,
        name: "undo \"it\"".to_owned(),
        task_run_id: Some(RunId::new()),
        status,
    };
    let full = TransactionRecord {
        call_key: Some(CallKey::from_bytes([7; 16])),
        key: Some("order/7 🦝".to_owned()),
        values: [("path".to_owned(), "\"a\\\"b\"".to_owned())].into(),
        hooks: vec![
            hook(HookKind::Commit, HookStatus::Pending),
            hook(HookKind::Commit, HookStatus::Done),
            hook(HookKind::Rollback, HookStatus::Failed("no 'luck'\n".to_owned())),
            HookRecord { task_run_id: None, ..hook(HookKind::Rollback, HookStatus::Skipped) },
        ],
        undone: vec![RunId::new(), RunId::new()],
        state: TransactionState::RolledBack,
        ..transaction(Some(flow_run), Some(RunId::new()))
    };
    let bare = transaction(Some(flow_run), None);
    let other = transaction(Some(RunId::new()), None);
    for each in [&full, &bare, &other] {
        store.put_acknowledged(put(each, None)).await.expect("it is stored");
    }
    assert_eq!(of(&store, flow_run).await, [full, bare]);
    assert_eq!(of(&store, RunId::new()).await, []);
}

/// Whether or not the earlier record was stored before.
pub async fn a_transaction_that_is_put_again_is_brought_up_to_date(subject: &Subject) {
    let store = subject.open().await;
    let flow_run = RunId::new();
    let mut record = transaction(Some(flow_run), None);
    let later = transaction(Some(flow_run), None);
    store.put_acknowledged(put(&record, None)).await.expect("it is stored");
    drop(store.put(put(&later, None)));
    for key in ["a", "b", "c"] {
        record.key = Some(key.to_owned());
        drop(store.put(put(&record, None)));
    }
    assert_eq!(of(&store, flow_run).await, [record, later]);
}

/// Inside a flow run they are the flow run's.
pub async fn transactions_are_found_by_the_outermost_run_they_are_part_of(subject: &Subject) {
    let store = subject.open().await;
    let (flow_run, task_run) = (RunId::new(), RunId::new());
    let inside = transaction(Some(flow_run), Some(task_run));
    let outside = transaction(None, Some(task_run));
    for each in [&inside, &outside, &transaction(None, None)] {
        store.put_acknowledged(put(each, None)).await.expect("it is stored");
    }
    assert_eq!(of(&store, flow_run).await, [inside]);
    assert_eq!(of(&store, task_run).await, [outside]);
}

/// As other writes are.
pub async fn a_transaction_under_an_ended_lease_is_refused(subject: &Subject) {
    let store = subject.open().await;
    let (taken, flow_run) = (lease(10), RunId::new());
    let record = transaction(Some(flow_run), None);
    drop(store.put(Write::TakeLease(Box::new(taken.clone()))));
    store.put_acknowledged(put(&record, Some(taken.id))).await.expect("the lease holds");
    drop(store.put(Write::ReleaseLease(taken.id)));
    let late = TransactionRecord { key: Some("late".to_owned()), ..record.clone() };
    for lease in [taken.id, LeaseId::new()] {
        let refused = store.put_acknowledged(put(&late, Some(lease))).await;
        assert!(refused.is_err_and(|error| error.kind() == StoreErrorKind::LeaseEnded));
    }
    assert_eq!(of(&store, flow_run).await, [record]);
}

/// Those of flow runs, and of task runs outside of them.
pub async fn transactions_are_deleted_with_their_runs(subject: &Subject) {
    let store = subject.open().await;
    let ended = |run| entered(entered(run, State::running(at(1))), State::completed(at(2)));
    let (flow, lone) = (ended(flow_run("pipeline", 0)), ended(task_run("fetch", 0)));
    let kept = transaction(Some(RunId::new()), None);
    for run in [&flow, &lone] {
        drop(store.put(Write::Begin(Box::new(run.clone()))));
    }
    let records = [
        transaction(Some(flow.id), None),
        transaction(Some(flow.id), Some(RunId::new())),
        transaction(None, Some(lone.id)),
    ];
    for each in records.iter().chain([&kept]) {
        drop(store.put(put(each, None)));
    }
    store.flush().await.expect("the store flushes");
    let everything = Expired { ended_before: Some(at(1_000)), ..Expired::default() };
    while store.delete_runs(everything, 1).await.expect("the store deletes").more {}
    assert_eq!(of(&store, flow.id).await, []);
    assert_eq!(of(&store, lone.id).await, []);
    assert_eq!(of(&store, kept.flow_run_id.expect("it has one")).await, [kept]);
}
