//! Who may write about a run, and what a dead owner leaves behind.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Subject;
use super::samples::{advance, at, entered, lease, task_run};
use crate::{Advance, Lease, Run, State, Store, StoreError, StoreErrorKind, Write};

async fn take(store: &Arc<dyn Store>) -> Lease {
    let taken = lease(10);
    let write = Write::TakeLease(Box::new(taken.clone()));
    store.put_acknowledged(write).await.expect("the lease is taken");
    taken
}

async fn end(store: &Arc<dyn Store>, lease: &Lease) {
    assert!(store.end_lease(lease.id, lease.expires).await.expect("the store answers"));
}

async fn begin(store: &Arc<dyn Store>, run: &Run) {
    store.put_acknowledged(Write::Begin(Box::new(run.clone()))).await.expect("the run is stored");
}

async fn move_on(store: &Arc<dyn Store>, advance: Advance) -> Result<(), StoreError> {
    store.put_acknowledged(Write::Advance(Box::new(advance))).await
}

async fn check(store: &Arc<dyn Store>, expected: &Run) {
    let found = store.run(expected.id).await.expect("the store answers");
    assert_eq!(found.as_ref(), Some(expected));
}

fn check_fenced(result: Result<(), StoreError>) {
    let error = result.expect_err("the write is refused");
    assert!(matches!(error.kind(), StoreErrorKind::Fenced | StoreErrorKind::LeaseEnded), "{error}");
}

/// A run of this owner that is RUNNING.
fn running(owner: &Lease) -> Run {
    let run = Run { lease: Some(owner.id), ..task_run("fetch", 0) };
    entered(run, State::running(at(1)))
}

/// The advance by which this owner ends the run.
fn ending(run: &Run, owner: &Lease) -> Advance {
    let mut advance = advance(run, State::completed(at(2)));
    advance.lease = Some(owner.id);
    advance
}

/// How the run is on record after [`ending`].
fn ended(run: &Run, owner: &Lease) -> Run {
    Run { lease: Some(owner.id), ..entered(run.clone(), State::completed(at(2))) }
}

/// And under none once that has ended.
pub async fn a_run_is_under_the_lease_it_was_last_written_under(subject: &Subject) {
    let store = subject.open().await;
    let owner = take(&store).await;
    let run = running(&owner);
    begin(&store, &run).await;
    check(&store, &run).await;
    end(&store, &owner).await;
    let run = Run { lease: None, ..run };
    check(&store, &run).await;
    assert_eq!(store.runs(crate::RunQuery::default()).await.expect("the store answers"), [run]);
}

/// Whether the run is new or not.
pub async fn a_write_under_an_ended_lease_is_refused(subject: &Subject) {
    let store = subject.open().await;
    let owner = take(&store).await;
    let run = running(&owner);
    begin(&store, &run).await;
    end(&store, &owner).await;
    check_fenced(move_on(&store, ending(&run, &owner)).await);
    let new = running(&owner);
    check_fenced(store.put_acknowledged(Write::Begin(Box::new(new.clone()))).await);
    check(&store, &Run { lease: None, ..run }).await;
    assert_eq!(store.run(new.id).await.expect("the store answers"), None);
}

/// Nor by one who is under no lease.
pub async fn a_run_is_not_written_by_others_while_its_owner_lives(subject: &Subject) {
    let store = subject.open().await;
    let (owner, other) = (take(&store).await, take(&store).await);
    let run = running(&owner);
    begin(&store, &run).await;
    check_fenced(move_on(&store, ending(&run, &other)).await);
    check_fenced(move_on(&store, Advance { lease: None, ..ending(&run, &other) }).await);
    check(&store, &run).await;
    move_on(&store, ending(&run, &owner)).await.expect("its owner may");
    check(&store, &ended(&run, &owner)).await;
}

/// Though the record has not been stored when they write.
pub async fn a_run_that_was_just_begun_is_not_written_by_others(subject: &Subject) {
    let store = subject.open().await;
    let (owner, other) = (take(&store).await, take(&store).await);
    for _ in 0..20 {
        let run = running(&owner);
        let begun = store.put_acknowledged(Write::Begin(Box::new(run.clone())));
        let refused = store.put_acknowledged(Write::Advance(Box::new(ending(&run, &other))));
        begun.await.expect("the run is stored");
        check_fenced(refused.await);
        check(&store, &run).await;
    }
}

/// By whoever notices it.
pub async fn a_run_is_taken_over_when_its_owner_is_dead(subject: &Subject) {
    let store = subject.open().await;
    let (owner, other) = (take(&store).await, take(&store).await);
    let [first, second] = [running(&owner), running(&owner)];
    begin(&store, &first).await;
    begin(&store, &second).await;
    end(&store, &owner).await;
    move_on(&store, ending(&first, &other)).await.expect("the run is taken over");
    check(&store, &ended(&first, &other)).await;
    let nobodys = Advance { lease: None, ..ending(&second, &other) };
    move_on(&store, nobodys).await.expect("the run is taken over");
    check(&store, &Run { lease: None, ..ended(&second, &other) }).await;
}

/// What the dead one had put and what another puts at the same time do not mix.
pub async fn a_run_is_taken_over_though_its_dead_owner_still_writes(subject: &Subject) {
    let store = subject.open().await;
    let other = take(&store).await;
    for _ in 0..20 {
        let owner = take(&store).await;
        let run = running(&owner);
        begin(&store, &run).await;
        end(&store, &owner).await;
        let late = store.put_acknowledged(Write::Advance(Box::new(ending(&run, &owner))));
        let taken_over = store.put_acknowledged(Write::Advance(Box::new(ending(&run, &other))));
        check_fenced(late.await);
        taken_over.await.expect("the run is taken over");
        check(&store, &ended(&run, &other)).await;
    }
}

/// Because its owner is done with it: a flow run is tried again by another.
pub async fn a_run_that_has_ended_is_taken_over_though_its_owner_lives(subject: &Subject) {
    let store = subject.open().await;
    let (owner, other) = (take(&store).await, take(&store).await);
    let run = ended(&running(&owner), &owner);
    begin(&store, &run).await;
    let mut again = advance(&run, State::retrying(at(3)));
    again.lease = Some(other.id);
    move_on(&store, again).await.expect("the run is taken over");
    let run = Run { lease: Some(other.id), ..entered(run, State::retrying(at(3))) };
    check(&store, &run).await;
    let mut late = advance(&run, State::completed(at(4)));
    late.lease = Some(owner.id);
    check_fenced(move_on(&store, late).await);
    check(&store, &run).await;
}

/// A run that nobody owns is its who writes it first.
pub async fn a_run_under_no_lease_is_taken_up(subject: &Subject) {
    let store = subject.open().await;
    let owner = take(&store).await;
    let run = entered(task_run("fetch", 0), State::running(at(1)));
    begin(&store, &run).await;
    move_on(&store, ending(&run, &owner)).await.expect("the run is taken up");
    check(&store, &ended(&run, &owner)).await;
}

/// Before its lease ends and after: no dead owner has left it behind, and whoever goes on with it may.
pub async fn a_run_that_was_let_go_of_is_nobodys(subject: &Subject) {
    let store = subject.open().await;
    for begun_before in [true, false] {
        let (owner, other) = (take(&store).await, take(&store).await);
        let run = running(&owner);
        let begun = store.put_acknowledged(Write::Begin(Box::new(run.clone())));
        if begun_before {
            begun.await.expect("the run is stored");
        }
        let mut release = advance(&run, State::suspended(at(2)));
        (release.lease, release.release) = (Some(owner.id), true);
        move_on(&store, release).await.expect("its owner lets go of it");
        let run = Run { lease: None, ..entered(run, State::suspended(at(2))) };
        check(&store, &run).await;
        end(&store, &owner).await;
        assert_eq!(store.orphans(10).await.expect("the store answers"), []);
        let mut taken_up = advance(&run, State::running(at(3)));
        taken_up.lease = Some(other.id);
        move_on(&store, taken_up).await.expect("another goes on with it");
        let run = Run { lease: Some(other.id), ..entered(run, State::running(at(3))) };
        check(&store, &run).await;
    }
}

/// It tells of states before or after those on record.
pub async fn a_write_that_does_not_follow_the_record_is_refused(subject: &Subject) {
    let store = subject.open().await;
    let run = entered(entered(task_run("fetch", 0), State::pending(at(1))), State::running(at(2)));
    begin(&store, &run).await;
    for after in [0, 1, 3, usize::MAX] {
        let wrong = Advance { after, ..advance(&run, State::completed(at(3))) };
        check_fenced(move_on(&store, wrong).await);
    }
    check(&store, &run).await;
    move_on(&store, advance(&run, State::completed(at(3)))).await.expect("the run moves on");
}

/// Likewise when those are not stored yet; what waits is stored, and what follows it too.
pub async fn a_write_that_does_not_follow_what_was_just_put_is_refused(subject: &Subject) {
    let store = subject.open().await;
    for _ in 0..20 {
        let begun = entered(task_run("fetch", 0), State::pending(at(1)));
        let first = store.put_acknowledged(Write::Begin(Box::new(begun.clone())));
        let wrong = Advance { after: 0, ..advance(&begun, State::running(at(2))) };
        let refused = store.put_acknowledged(Write::Advance(Box::new(wrong)));
        let moved = advance(&begun, State::running(at(2)));
        let second = store.put_acknowledged(Write::Advance(Box::new(moved.clone())));
        let again = store.put_acknowledged(Write::Advance(Box::new(moved)));
        first.await.expect("the run is stored");
        check_fenced(refused.await);
        second.await.expect("the run moves on");
        check_fenced(again.await);
        check(&store, &entered(begun, State::running(at(2)))).await;
    }
}

/// In the same commit.
pub async fn a_refused_write_harms_no_other(subject: &Subject) {
    let store = subject.open().await;
    let (owner, dead) = (take(&store).await, take(&store).await);
    end(&store, &dead).await;
    let [before, after, late] = [running(&owner), running(&owner), running(&dead)];
    let first = store.put_acknowledged(Write::Begin(Box::new(before.clone())));
    let refused = store.put_acknowledged(Write::Begin(Box::new(late)));
    let last = store.put_acknowledged(Write::Begin(Box::new(after.clone())));
    first.await.expect("the run is stored");
    check_fenced(refused.await);
    last.await.expect("the run is stored");
    check(&store, &before).await;
    check(&store, &after).await;
}

/// Neither those that have ended, nor those whose owner lives, nor those that never had one.
pub async fn what_a_dead_owner_left_behind_is_found(subject: &Subject) {
    let store = subject.open().await;
    let (alive, dead) = (take(&store).await, take(&store).await);
    let mut left = BTreeSet::new();
    for state in super::samples::every_state() {
        let run = Run { lease: Some(dead.id), ..entered(task_run("fetch", 0), state) };
        begin(&store, &run).await;
        if !run.has_ended() {
            left.insert(run.id);
        }
    }
    let bare = Run { lease: Some(dead.id), ..task_run("fetch", 0) };
    begin(&store, &bare).await;
    left.insert(bare.id);
    begin(&store, &running(&alive)).await;
    begin(&store, &entered(task_run("fetch", 0), State::running(at(1)))).await;
    assert_eq!(store.orphans(100).await.expect("the store answers"), []);

    end(&store, &dead).await;
    let orphans = store.orphans(100).await.expect("the store answers");
    assert!(orphans.iter().all(|run| run.lease.is_none()));
    assert_eq!(orphans.iter().map(|run| run.id).collect::<BTreeSet<_>>(), left);
    for few in [0, 1, 3] {
        assert_eq!(store.orphans(few).await.expect("the store answers").len() as u64, few);
    }
}

/// By being ended, or by being owned again.
pub async fn what_was_looked_after_is_left_behind_no_longer(subject: &Subject) {
    let store = subject.open().await;
    let (alive, dead) = (take(&store).await, take(&store).await);
    let [first, second] = [running(&dead), running(&dead)];
    begin(&store, &first).await;
    begin(&store, &second).await;
    end(&store, &dead).await;
    let mut crashed = advance(&first, State::crashed(at(2)));
    crashed.lease = None;
    move_on(&store, crashed).await.expect("the run is taken over");
    assert_eq!(store.orphans(9).await.expect("the store answers").len(), 1);
    let mut again = advance(&second, State::retrying(at(2)));
    again.lease = Some(alive.id);
    drop(store.put(Write::Advance(Box::new(again))));
    assert_eq!(store.orphans(9).await.expect("the store answers"), []);
}
