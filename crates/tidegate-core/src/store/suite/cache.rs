//! Cached results: kept, found by their keys, replaced.

use std::sync::Arc;

use super::Subject;
use super::samples::{advance, at, cache_entry, cache_key, entered, every_state, lease, task_run};
use crate::{
    CacheEntry, CacheKey, Expired, LeaseId, State, StateResult, Store, StoreErrorKind, Write,
};

fn keep(entry: &CacheEntry) -> Write {
    Write::Cache { entry: Box::new(entry.clone()), lease: None }
}

async fn find(store: &Arc<dyn Store>, key: CacheKey) -> Option<CacheEntry> {
    store.cached(key).await.expect("the store answers")
}

/// Wherever the result is, and beside others.
pub async fn a_cached_result_comes_back_as_it_was_kept(subject: &Subject) {
    let store = subject.open().await;
    let results = every_state().into_iter().filter_map(|state| state.result);
    let entries: Vec<_> = results
        .zip(0_u8..)
        .flat_map(|(result, number)| {
            let entry = CacheEntry { result, ..cache_entry(number) };
            [CacheEntry { key: cache_key(100 + number), expires: None, ..entry.clone() }, entry]
        })
        .collect();
    assert!(entries.len() >= 6);
    for entry in &entries {
        store.put_acknowledged(keep(entry)).await.expect("the result is kept");
    }
    for entry in entries {
        assert_eq!(find(&store, entry.key).await, Some(entry));
    }
}

/// And that is no error.
pub async fn a_result_that_was_never_kept_is_not_found(subject: &Subject) {
    let store = subject.open().await;
    store.put_acknowledged(keep(&cache_entry(1))).await.expect("the result is kept");
    assert_eq!(find(&store, cache_key(2)).await, None);
}

/// Keys that have their first half in common are two.
pub async fn keys_that_differ_anywhere_are_kept_apart(subject: &Subject) {
    let store = subject.open().await;
    let mut bytes = *cache_key(1).as_bytes();
    bytes[31] ^= 1;
    let (one, other) =
        (cache_entry(1), CacheEntry { key: CacheKey::from_bytes(bytes), ..cache_entry(2) });
    drop(store.put(keep(&one)));
    store.put_acknowledged(keep(&other)).await.expect("the result is kept");
    assert_eq!(find(&store, one.key).await, Some(one));
    assert_eq!(find(&store, other.key).await, Some(other));
}

/// Whether or not the earlier one was stored before.
pub async fn a_later_result_takes_the_place_of_an_earlier_one(subject: &Subject) {
    let store = subject.open().await;
    for _ in 0..20 {
        let [first, second, third] = [(); 3].map(|()| cache_entry(1));
        store.put_acknowledged(keep(&first)).await.expect("the result is kept");
        drop(store.put(keep(&second)));
        drop(store.put(keep(&third)));
        assert_eq!(find(&store, first.key).await, Some(third));
    }
}

/// Whether it still counts is not the store's business.
pub async fn a_result_is_found_after_it_has_expired(subject: &Subject) {
    let store = subject.open().await;
    let entry = CacheEntry { created: at(10), expires: Some(at(10)), ..cache_entry(1) };
    store.put_acknowledged(keep(&entry)).await.expect("the result is kept");
    assert_eq!(find(&store, entry.key).await, Some(entry));
}

/// As an engine puts them: the result, then how its run ended.
pub async fn a_result_is_there_when_the_end_of_its_run_is_acknowledged(subject: &Subject) {
    let store = subject.open().await;
    let run = entered(task_run("fetch", 0), State::running(at(1)));
    drop(store.put(Write::Begin(Box::new(run.clone()))));
    let result = StateResult::Recorded { json: "[1,null]".into() };
    let entry = CacheEntry { run_id: run.id, result: result.clone(), ..cache_entry(1) };
    drop(store.put(keep(&entry)));
    let end = advance(&run, State::completed(at(2)).with_result(result));
    store.put_acknowledged(Write::Advance(Box::new(end))).await.expect("the run has ended");
    store.close().await.expect("the store closes");
    if let Some(store) = subject.reopen().await {
        assert_eq!(find(&store, entry.key).await, Some(entry));
    }
}

/// So that an owner which was taken for dead does not replace what others have computed since.
pub async fn a_result_under_an_ended_lease_is_refused(subject: &Subject) {
    let store = subject.open().await;
    let kept = cache_entry(1);
    store.put_acknowledged(keep(&kept)).await.expect("the result is kept");
    let taken = lease(10);
    drop(store.put(Write::TakeLease(Box::new(taken.clone()))));
    let under = |lease, number| Write::Cache { entry: Box::new(cache_entry(number)), lease };
    let accepted = store.put_acknowledged(under(Some(taken.id), 2));
    accepted.await.expect("the result is kept");
    drop(store.put(Write::ReleaseLease(taken.id)));
    for lease in [taken.id, LeaseId::new()] {
        let refused = store.put_acknowledged(under(Some(lease), 1)).await;
        assert!(refused.is_err_and(|error| error.kind() == StoreErrorKind::LeaseEnded));
    }
    assert_eq!(find(&store, kept.key).await, Some(kept));
}

/// And results of other runs are not.
pub async fn a_result_is_deleted_with_the_run_that_computed_it(subject: &Subject) {
    let store = subject.open().await;
    let [old, new] =
        [1, 1_000].map(|micros| entered(task_run("fetch", micros), State::completed(at(micros))));
    let stray = cache_entry(3);
    let [of_old, of_new] = [(1, &old), (2, &new)]
        .map(|(number, run)| CacheEntry { run_id: run.id, ..cache_entry(number) });
    for run in [old, new] {
        drop(store.put(Write::Begin(Box::new(run))));
    }
    for entry in [&of_old, &of_new, &stray] {
        drop(store.put(keep(entry)));
    }
    let expired = Expired { ended_before: Some(at(500)), ..Expired::default() };
    assert_eq!(store.delete_runs(expired, 100).await.expect("the store deletes").runs, 1);
    assert_eq!(find(&store, of_old.key).await, None);
    assert_eq!(find(&store, of_new.key).await, Some(of_new));
    assert_eq!(find(&store, stray.key).await, Some(stray));
}

/// Other runs may have taken it.
pub async fn what_a_run_had_cached_stays_when_it_is_deleted(subject: &Subject) {
    let store = subject.open().await;
    let result = every_state()
        .into_iter()
        .filter_map(|state| state.result)
        .find(|result| matches!(result, StateResult::Persisted { .. }));
    let result = result.expect("there is one");
    let completed = State::completed(at(1)).with_result(result.clone());
    let run = entered(task_run("fetch", 1), completed);
    let entry = CacheEntry { run_id: run.id, result, ..cache_entry(1) };
    drop(store.put(Write::Begin(Box::new(run))));
    drop(store.put(keep(&entry)));
    let expired = Expired { ended_before: Some(at(500)), ..Expired::default() };
    let deleted = store.delete_runs(expired, 100).await.expect("the store deletes");
    assert_eq!((deleted.runs, deleted.results), (1, Vec::new()));
    assert_eq!(find(&store, entry.key).await, None);
}

/// Other runs may still take it.
pub async fn what_a_cached_run_has_taken_stays_when_it_is_deleted(subject: &Subject) {
    let store = subject.open().await;
    let results: Vec<_> = every_state().into_iter().filter_map(|state| state.result).collect();
    let result = results
        .into_iter()
        .find(|result| matches!(result, StateResult::Persisted { .. }))
        .expect("there is one");
    let taken = entered(task_run("fetch", 1), State::cached(at(1)).with_result(result));
    drop(store.put(Write::Begin(Box::new(taken))));
    let expired = Expired { ended_before: Some(at(500)), ..Expired::default() };
    let deleted = store.delete_runs(expired, 100).await.expect("the store deletes");
    assert_eq!((deleted.runs, deleted.results), (1, Vec::new()));
}
