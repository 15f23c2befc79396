//! Leases: taken, renewed, ended, and found by those who look for owners that have died.

use std::sync::Arc;

use futures_util::future::join_all;

use super::Subject;
use super::samples::{advance, at, entered, lease, task_run};
use crate::{Lease, LeaseId, Run, State, Store, StoreError, StoreErrorKind, Timestamp, Write};

async fn take(store: &Arc<dyn Store>, lease: &Lease) {
    let write = Write::TakeLease(Box::new(lease.clone()));
    store.put_acknowledged(write).await.expect("the lease is taken");
}

async fn renew(store: &Arc<dyn Store>, id: LeaseId, expires: Timestamp) -> Result<(), StoreError> {
    store.put_acknowledged(Write::RenewLease { id, expires }).await
}

async fn release(store: &Arc<dyn Store>, id: LeaseId) {
    store.put_acknowledged(Write::ReleaseLease(id)).await.expect("the lease is released");
}

async fn leases(store: &Arc<dyn Store>) -> Vec<Lease> {
    let mut leases = store.leases().await.expect("the store answers");
    leases.sort_by_key(|lease| lease.id);
    leases
}

fn is_fenced(result: Result<(), StoreError>) -> bool {
    result.is_err_and(|error| error.kind() == StoreErrorKind::LeaseEnded)
}

fn under(lease: &Lease, run: Run) -> Run {
    Run { lease: Some(lease.id), ..run }
}

/// With who holds it and until when; beside others.
pub async fn a_lease_comes_back_as_it_was_taken(subject: &Subject) {
    let store = subject.open().await;
    assert_eq!(leases(&store).await, []);
    let (first, mut second) = (lease(10), lease(20));
    second.holder.host = String::new();
    second.holder.started = u64::MAX;
    take(&store, &first).await;
    take(&store, &second).await;
    assert_eq!(leases(&store).await, [first, second]);
}

/// Also when closing the store comes between.
pub async fn a_lease_stays_until_it_is_released(subject: &Subject) {
    let mut store = subject.open().await;
    let (first, second) = (lease(10), lease(20));
    take(&store, &first).await;
    take(&store, &second).await;
    if subject.lasts {
        store.close().await.expect("the store closes");
        store = subject.open().await;
    }
    release(&store, first.id).await;
    assert_eq!(leases(&store).await, [second]);
    release(&store, first.id).await;
}

/// Its holder stays the same.
pub async fn a_renewed_lease_expires_later(subject: &Subject) {
    let store = subject.open().await;
    let (renewed, other) = (lease(10), lease(10));
    take(&store, &renewed).await;
    take(&store, &other).await;
    renew(&store, renewed.id, at(30)).await.expect("the lease is renewed");
    let renewed = Lease { expires: at(30), ..renewed };
    assert_eq!(leases(&store).await, [renewed, other]);
}

/// However soon one follows on the other.
pub async fn a_lease_that_is_renewed_at_once_expires_later(subject: &Subject) {
    let store = subject.open().await;
    let taken = lease(10);
    drop(store.put(Write::TakeLease(Box::new(taken.clone()))));
    drop(store.put(Write::RenewLease { id: taken.id, expires: at(20) }));
    renew(&store, taken.id, at(30)).await.expect("the lease is renewed");
    assert_eq!(leases(&store).await, [Lease { expires: at(30), ..taken }]);
}

/// Nor one that never was.
pub async fn a_lease_that_has_ended_is_not_renewed(subject: &Subject) {
    let store = subject.open().await;
    let [released, ended] = [lease(10), lease(10)];
    take(&store, &released).await;
    take(&store, &ended).await;
    release(&store, released.id).await;
    assert!(store.end_lease(ended.id, at(10)).await.expect("the store answers"));
    for id in [released.id, ended.id, LeaseId::new()] {
        assert!(is_fenced(renew(&store, id, at(20)).await));
    }
    assert_eq!(leases(&store).await, []);
}

/// Whether or not the release was stored before the renewal was put.
pub async fn a_renewal_that_comes_after_the_release_is_refused(subject: &Subject) {
    let store = subject.open().await;
    for _ in 0..20 {
        let taken = lease(10);
        drop(store.put(Write::TakeLease(Box::new(taken.clone()))));
        drop(store.put(Write::ReleaseLease(taken.id)));
        assert!(is_fenced(renew(&store, taken.id, at(20)).await));
        assert_eq!(leases(&store).await, []);
    }
}

/// Refused the second time, which harms nobody else.
pub async fn a_lease_is_taken_once(subject: &Subject) {
    let store = subject.open().await;
    let taken = lease(10);
    take(&store, &taken).await;
    let again = Lease { expires: at(20), ..taken.clone() };
    let refused = store.put_acknowledged(Write::TakeLease(Box::new(again)));
    let run = task_run("fetch", 0);
    let other = store.put_acknowledged(Write::Begin(Box::new(run.clone())));
    refused.await.expect_err("it is taken already");
    other.await.expect("the other is stored");
    assert_eq!(leases(&store).await, [taken]);
    assert_eq!(store.run(run.id).await.expect("the store answers"), Some(run));
}

/// One that was renewed since it was looked at is left alone.
pub async fn a_lease_is_ended_only_while_it_still_expires_then(subject: &Subject) {
    let store = subject.open().await;
    let taken = lease(10);
    take(&store, &taken).await;
    drop(store.put(Write::RenewLease { id: taken.id, expires: at(20) }));
    assert!(!store.end_lease(taken.id, at(10)).await.expect("the store answers"));
    assert_eq!(leases(&store).await, [Lease { expires: at(20), ..taken.clone() }]);
    assert!(store.end_lease(taken.id, at(20)).await.expect("the store answers"));
    assert!(!store.end_lease(taken.id, at(20)).await.expect("the store answers"));
    assert_eq!(leases(&store).await, []);
}

/// Who is told so has the dead owner's runs to look after.
pub async fn of_many_who_end_a_lease_one_does(subject: &Subject) {
    let store = subject.open().await;
    let taken = lease(10);
    take(&store, &taken).await;
    let answers = join_all((0..20).map(|_| store.end_lease(taken.id, at(10)))).await;
    let ended = answers.into_iter().filter(|ended| *ended.as_ref().expect("the store answers"));
    assert_eq!(ended.count(), 1);
}

/// What an engine does when it closes: its last states, then its lease, without waiting in between.
pub async fn a_release_takes_effect_after_what_was_put_before_it(subject: &Subject) {
    let store = subject.open().await;
    for _ in 0..20 {
        let taken = lease(10);
        drop(store.put(Write::TakeLease(Box::new(taken.clone()))));
        let begun = under(&taken, entered(task_run("fetch", 0), State::running(at(1))));
        let begin = store.put_acknowledged(Write::Begin(Box::new(begun.clone())));
        drop(store.put(Write::RenewLease { id: taken.id, expires: at(20) }));
        let last = advance(&begun, State::completed(at(2)));
        let last = store.put_acknowledged(Write::Advance(Box::new(last)));
        let released = store.put_acknowledged(Write::ReleaseLease(taken.id));
        begin.await.expect("the run is stored");
        last.await.expect("the run has moved on");
        released.await.expect("the lease is released");
        assert_eq!(leases(&store).await, []);
    }
}

/// It says so in the error of what was put later, whatever was stored in between.
pub async fn a_write_that_comes_after_the_release_is_refused(subject: &Subject) {
    let store = subject.open().await;
    for _ in 0..20 {
        let taken = lease(10);
        drop(store.put(Write::TakeLease(Box::new(taken.clone()))));
        let begun = under(&taken, entered(task_run("fetch", 0), State::running(at(1))));
        let begin = store.put_acknowledged(Write::Begin(Box::new(begun.clone())));
        let released = store.put_acknowledged(Write::ReleaseLease(taken.id));
        let late = advance(&begun, State::completed(at(2)));
        let late = store.put_acknowledged(Write::Advance(Box::new(late)));
        begin.await.expect("the run is stored");
        released.await.expect("the lease is released");
        assert!(is_fenced(late.await));
        let found = store.run(begun.id).await.expect("the store answers").expect("it is there");
        assert_eq!(found.states, begun.states);
    }
}
