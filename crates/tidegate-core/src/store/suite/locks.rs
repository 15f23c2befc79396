//! Locks: of all who would compute what is kept under a key, one does, and none waits for the dead.

use std::sync::Arc;

use futures_util::future::{join_all, poll_immediate};

use super::Subject;
use super::samples::{at, cache_entry, cache_key, lease};
use crate::{CacheKey, Lease, LeaseId, Store, StoreErrorKind, Timestamp, Write};

async fn take(store: &Arc<dyn Store>, expires: i64) -> Lease {
    let lease = lease(expires);
    let write = Write::TakeLease(Box::new(lease.clone()));
    store.put_acknowledged(write).await.expect("the lease is taken");
    lease
}

async fn lock(store: &Arc<dyn Store>, key: CacheKey, lease: &Lease, now: Timestamp) -> bool {
    store.lock(key, lease.id, now).await.expect("the store answers")
}

fn unlock(key: CacheKey, lease: &Lease) -> Write {
    Write::Unlock { key, lease: lease.id }
}

/// Who has it may ask again.
pub async fn a_lock_is_held_under_one_lease_at_a_time(subject: &Subject) {
    let store = subject.open().await;
    let (one, other) = (take(&store, 100).await, take(&store, 100).await);
    assert!(lock(&store, cache_key(1), &one, at(0)).await);
    assert!(!lock(&store, cache_key(1), &other, at(0)).await);
    assert!(lock(&store, cache_key(1), &one, at(0)).await);
    assert!(lock(&store, cache_key(2), &other, at(0)).await, "that is another lock");
}

/// At once.
pub async fn a_lock_that_was_let_go_of_is_free(subject: &Subject) {
    let store = subject.open().await;
    let (one, other) = (take(&store, 100).await, take(&store, 100).await);
    for _ in 0..20 {
        assert!(lock(&store, cache_key(1), &one, at(0)).await);
        drop(store.put(unlock(cache_key(1), &one)));
        assert!(lock(&store, cache_key(1), &other, at(0)).await);
        drop(store.put(unlock(cache_key(1), &other)));
    }
}

/// Anyone else who tries changes nothing, and that is no error.
pub async fn a_lock_is_let_go_of_by_its_holder_only(subject: &Subject) {
    let store = subject.open().await;
    let (one, other) = (take(&store, 100).await, take(&store, 100).await);
    assert!(lock(&store, cache_key(1), &one, at(0)).await);
    for lease in [&other, &lease(100)] {
        store.put_acknowledged(unlock(cache_key(1), lease)).await.expect("nothing goes wrong");
    }
    assert!(!lock(&store, cache_key(1), &other, at(0)).await);
}

/// Whether its holder released the lease or was taken for dead.
pub async fn a_lock_ends_with_its_lease(subject: &Subject) {
    let store = subject.open().await;
    let (one, other) = (take(&store, 100).await, take(&store, 100).await);
    let third = take(&store, 100).await;
    assert!(lock(&store, cache_key(1), &one, at(0)).await);
    drop(store.put(Write::ReleaseLease(one.id)));
    assert!(lock(&store, cache_key(1), &other, at(0)).await);
    assert!(store.end_lease(other.id, other.expires).await.expect("the store answers"));
    assert!(lock(&store, cache_key(1), &third, at(0)).await);
}

/// Even before anybody has ended the lease.
pub async fn a_lock_under_an_expired_lease_is_free(subject: &Subject) {
    let store = subject.open().await;
    let (frozen, other) = (take(&store, 10).await, take(&store, 100).await);
    assert!(lock(&store, cache_key(1), &frozen, at(0)).await);
    assert!(!lock(&store, cache_key(1), &other, at(9)).await);
    assert!(lock(&store, cache_key(1), &other, at(10)).await);
    // Whoever wakes up late has it no more, and does not take it from the other.
    drop(store.put(unlock(cache_key(1), &frozen)));
    assert!(!lock(&store, cache_key(1), &frozen, at(10)).await);
}

/// Nobody would know when to let go of it.
pub async fn a_lock_is_not_given_to_an_ended_lease(subject: &Subject) {
    let store = subject.open().await;
    let (ended, other) = (take(&store, 100).await, take(&store, 100).await);
    drop(store.put(Write::ReleaseLease(ended.id)));
    for id in [ended.id, LeaseId::new()] {
        let refused = store.lock(cache_key(1), id, at(0)).await;
        assert!(refused.is_err_and(|error| error.kind() == StoreErrorKind::LeaseEnded));
    }
    assert!(lock(&store, cache_key(1), &other, at(0)).await);
}

/// However they come.
pub async fn of_many_who_take_a_lock_one_does(subject: &Subject) {
    let store = subject.open().await;
    let mut leases = Vec::new();
    for _ in 0..20 {
        leases.push(take(&store, 100).await);
    }
    let answers = join_all(leases.iter().map(|lease| store.lock(cache_key(1), lease.id, at(0))));
    let taken = answers.await.into_iter().filter(|taken| *taken.as_ref().expect("it answers"));
    assert_eq!(taken.count(), 1);
}

/// So whoever gets the lock next finds the result.
pub async fn what_was_kept_under_a_lock_is_found_by_its_next_holder(subject: &Subject) {
    let store = subject.open().await;
    let (one, other) = (take(&store, 100).await, take(&store, 100).await);
    assert!(lock(&store, cache_key(1), &one, at(0)).await);
    let entry = cache_entry(1);
    drop(store.put(Write::Cache { entry: Box::new(entry.clone()), lease: Some(one.id) }));
    drop(store.put(unlock(entry.key, &one)));
    assert!(lock(&store, entry.key, &other, at(0)).await);
    assert_eq!(store.cached(entry.key).await.expect("the store answers"), Some(entry));
}

/// Whether or not it was taken before its future was dropped.
pub async fn a_lock_that_nobody_waits_for_any_more_can_be_let_go_of(subject: &Subject) {
    let store = subject.open().await;
    let (one, other) = (take(&store, 100).await, take(&store, 100).await);
    for patience in 0..20 {
        let mut asked = Box::pin(store.lock(cache_key(1), one.id, at(0)));
        for _ in 0..patience {
            if poll_immediate(&mut asked).await.is_some() {
                break;
            }
            std::thread::yield_now();
        }
        drop(asked);
        drop(store.put(unlock(cache_key(1), &one)));
        assert!(lock(&store, cache_key(1), &other, at(0)).await, "after {patience} polls");
        drop(store.put(unlock(cache_key(1), &other)));
    }
}
