//! Batches of clients that ask again when they do not hear the answer. A store that takes none says so, and has nothing to promise.

use std::sync::Arc;

use serde_json::json;

use super::Subject;
use super::samples::{advance, at, entered, flow_run, lease, log_line, task_run};
use crate::store::{Batch, BatchAnswer, Change, Changed, ClientId};
use crate::{
    LogQuery, Run, State, Store, StoreError, StoreErrorKind, VariableAnswer, VariableChange,
    VariableRecord, Write,
};

/// The store, if it takes batches.
async fn open(subject: &Subject) -> Option<Arc<dyn Store>> {
    let store = subject.open().await;
    match store.apply(batch(ClientId::new(), 1, Vec::new()), at(0)).await {
        Err(error) if error.kind() == StoreErrorKind::Unsupported => None,
        answer => {
            answer.expect("an empty batch is applied");
            Some(store)
        }
    }
}

fn batch(client: ClientId, number: u64, changes: Vec<Change>) -> Batch {
    Batch { client, number, changes, logs: Vec::new() }
}

fn begin(run: &Run) -> Change {
    Change::Write(Write::Begin(Box::new(run.clone())))
}

/// What came of the changes of a batch that are not simply written.
async fn applied(
    store: &Arc<dyn Store>,
    batch: &Batch,
) -> Vec<(usize, Result<Changed, StoreErrorKind>)> {
    let answer = store.apply(batch.clone(), at(0)).await.expect("the batch is applied");
    let BatchAnswer::Applied(answers) = answer else { panic!("it is out of turn") };
    let kind = |answer: Result<_, StoreError>| answer.map_err(|error| error.kind());
    answers.into_iter().map(|(place, answer)| (place, kind(answer))).collect()
}

/// Its log lines too.
pub async fn a_batch_is_applied_once_and_answered_alike_each_time(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    let (run, owner) = (flow_run("etl", 0), lease(10));
    let variable = VariableRecord::new("city", json!("Oslo"), at(0));
    let change = VariableChange::Create(variable.clone());
    let mut batch = batch(
        ClientId::new(),
        1,
        vec![
            begin(&run),
            Change::Variable(change),
            Change::Write(Write::TakeLease(Box::new(owner.clone()))),
            Change::EndLease { id: owner.id, expires: owner.expires },
        ],
    );
    batch.logs = vec![log_line(run.id, 0, "line")];
    let expected =
        [(1, Ok(Changed::Variable(VariableAnswer::Done(variable)))), (3, Ok(Changed::Was(true)))];
    for _ in 0..3 {
        assert_eq!(applied(&store, &batch).await, expected);
    }
    assert_eq!(store.logs(LogQuery::default()).await.expect("the store answers"), batch.logs);
    assert_eq!(store.run(run.id).await.expect("the store answers"), Some(run));
}

/// The number and the answer are as durable as what was changed.
pub async fn a_batch_that_came_before_a_restart_is_not_applied_again(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    let (client, run) = (ClientId::new(), task_run("fetch", 0));
    let twice = batch(client, 1, vec![begin(&run), begin(&run)]);
    let answer = applied(&store, &twice).await;
    assert_eq!(answer, [(1, Err(StoreErrorKind::Other))]);
    store.close().await.expect("the store closes");
    let Some(store) = subject.reopen().await else { return };
    assert_eq!(applied(&store, &twice).await, answer);
    let advance = advance(&run, State::running(at(1)));
    let next = batch(client, 2, vec![Change::Write(Write::Advance(Box::new(advance)))]);
    assert_eq!(applied(&store, &next).await, []);
}

/// Neither one that comes too late nor one whose predecessor is missing.
pub async fn a_batch_out_of_turn_changes_nothing(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    let (client, run) = (ClientId::new(), task_run("fetch", 0));
    for number in [1, 2] {
        assert_eq!(applied(&store, &batch(client, number, Vec::new())).await, []);
    }
    for number in [0, 1, 4, 100] {
        let answer = store.apply(batch(client, number, vec![begin(&run)]), at(0)).await;
        let last = match answer.expect("the store answers") {
            BatchAnswer::OutOfTurn { last } => last,
            BatchAnswer::Applied(_) => panic!("batch {number} was applied"),
        };
        assert_eq!(last, 2);
    }
    assert_eq!(store.run(run.id).await.expect("the store answers"), None);
}

/// Writes and other changes alike.
pub async fn what_a_batch_cannot_do_harms_nothing_else_in_it(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    let (first, last) = (task_run("first", 0), task_run("last", 0));
    let key = crate::CacheKey::from_bytes([7; 32]);
    let changes = vec![
        begin(&first),
        Change::Write(Write::Advance(Box::new(advance(&last, State::running(at(1)))))),
        Change::Lock { key, lease: lease(1).id, now: at(0) },
        begin(&last),
    ];
    let answer = applied(&store, &batch(ClientId::new(), 1, changes)).await;
    let (refused, ended) = (StoreErrorKind::Other, StoreErrorKind::LeaseEnded);
    assert_eq!(answer, [(1, Err(refused)), (2, Err(ended))]);
    for run in [first, last] {
        assert_eq!(store.run(run.id).await.expect("the store answers"), Some(run));
    }
}

/// By anyone who uses the store.
pub async fn a_batch_comes_after_what_was_put_before(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    let run = task_run("fetch", 0);
    drop(store.put(Write::Begin(Box::new(run.clone()))));
    let next = advance(&run, State::running(at(1)));
    let changes = vec![Change::Write(Write::Advance(Box::new(next)))];
    assert_eq!(applied(&store, &batch(ClientId::new(), 1, changes)).await, []);
    let run = entered(run, State::running(at(1)));
    assert_eq!(store.run(run.id).await.expect("the store answers"), Some(run));
}

/// Each has numbers of its own.
pub async fn clients_do_not_disturb_each_other(subject: &Subject) {
    let Some(store) = open(subject).await else { return };
    let clients: Vec<_> = (0..8).map(|_| ClientId::new()).collect();
    for number in 1..=5 {
        let all = clients.iter().map(|client| {
            let store = Arc::clone(&store);
            let batch = batch(*client, number, vec![begin(&task_run("fetch", 0))]);
            async move { applied(&store, &batch).await }
        });
        for answer in futures_util::future::join_all(all).await {
            assert_eq!(answer, []);
        }
    }
    let runs = store.count_runs(crate::RunQuery::default()).await.expect("the store answers");
    assert_eq!(runs, 40);
}
