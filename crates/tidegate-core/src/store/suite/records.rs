//! What is put comes back, whole and unchanged.

use std::sync::Arc;
use std::time::Duration;

use super::Subject;
use super::samples::{advance, at, entered, every_state, flow_run, full_run, task_run};
use crate::{Advance, Definition, Run, RunId, RunKind, State, Store, Write};

async fn begin(store: &Arc<dyn Store>, run: &Run) {
    store.put_acknowledged(Write::Begin(Box::new(run.clone()))).await.expect("the run is stored");
}

async fn move_on(store: &Arc<dyn Store>, advance: Advance) {
    store.put_acknowledged(Write::Advance(Box::new(advance))).await.expect("the run moves on");
}

async fn check(store: &Arc<dyn Store>, expected: &Run) {
    let found = store.run(expected.id).await.expect("the store answers");
    assert_eq!(found.as_ref(), Some(expected));
}

/// Every part of a run.
pub async fn a_run_comes_back_as_it_was_put(subject: &Subject) {
    let store = subject.open().await;
    let run = full_run();
    begin(&store, &run).await;
    check(&store, &run).await;
}

/// Also one with almost nothing in it.
pub async fn a_bare_run_comes_back_as_it_was_put(subject: &Subject) {
    let store = subject.open().await;
    for run in [task_run("", 0), flow_run("f", 1)] {
        begin(&store, &run).await;
        check(&store, &run).await;
    }
}

/// Whether it came with the run or later.
pub async fn every_state_comes_back_as_it_was_put(subject: &Subject) {
    let store = subject.open().await;
    for state in every_state() {
        let whole = entered(task_run("at_once", 0), state.clone());
        begin(&store, &whole).await;
        check(&store, &whole).await;

        let bare = task_run("later", 0);
        begin(&store, &bare).await;
        move_on(&store, advance(&bare, state.clone())).await;
        check(&store, &entered(bare, state)).await;
    }
}

/// And that is no error.
pub async fn a_run_that_was_never_put_is_not_there(subject: &Subject) {
    let store = subject.open().await;
    begin(&store, &task_run("other", 0)).await;
    assert_eq!(store.run(RunId::new()).await.expect("the store answers"), None);
}

/// A changed function is another definition, and old runs keep theirs.
pub async fn definitions_that_differ_stay_apart(subject: &Subject) {
    let store = subject.open().await;
    let first = Definition::new(RunKind::Task, "fetch");
    let mut second = first.clone();
    second.version = Some("2".to_owned());
    let third = Definition::new(RunKind::Flow, "fetch");
    let runs = [first.clone(), second, third, first]
        .map(|definition| Run::new(Arc::new(definition), "run", at(0)));
    for run in &runs {
        begin(&store, run).await;
    }
    for run in &runs {
        check(&store, run).await;
    }
}

/// One commit after the other.
pub async fn an_advance_brings_the_record_up_to_date(subject: &Subject) {
    let store = subject.open().await;
    let mut run = task_run("fetch", 0);
    begin(&store, &run).await;
    for state in [State::pending(at(1)), State::running(at(5)), State::completed(at(9))] {
        let known = run.states.len();
        run = entered(run, state);
        run.run_count += 1;
        run.start_time = Some(at(5));
        run.total_run_time += Duration::from_micros(4);
        let mut advance = Advance::since(&run, known);
        if run.is_terminal() {
            run.name = "renamed".to_owned();
            advance.name = Some(run.name.clone());
            run.parameters.insert("known", "late");
            advance.parameters = Some(Box::new(run.parameters.clone()));
            run.place = full_run().place;
            advance.place.clone_from(&run.place);
        }
        move_on(&store, advance).await;
        check(&store, &run).await;
    }
}

/// However many commits it takes.
pub async fn what_happens_in_one_window_is_all_in_the_history(subject: &Subject) {
    let store = subject.open().await;
    let mut run = entered(task_run("fetch", 0), State::pending(at(0)));
    let begun = store.put(Write::Begin(Box::new(run.clone())));
    let mut rooms = vec![begun];
    for (micros, name) in [(1, Some("first")), (2, None), (3, Some("second")), (4, None)] {
        let known = run.states.len();
        run = entered(run, State::running(at(micros)));
        run.run_count += 1;
        let mut advance = Advance::since(&run, known);
        if let Some(name) = name {
            run.name = name.to_owned();
            advance.name = Some(run.name.clone());
        }
        rooms.push(store.put(Write::Advance(Box::new(advance))));
    }
    let last = advance(&run, State::completed(at(5)));
    move_on(&store, last).await;
    for room in rooms {
        room.await.expect("there is room");
    }
    check(&store, &entered(run, State::completed(at(5)))).await;
}

/// Times and counters change without a state.
pub async fn an_advance_without_states_keeps_the_books(subject: &Subject) {
    let store = subject.open().await;
    let mut run = entered(task_run("fetch", 0), State::running(at(1)));
    begin(&store, &run).await;
    run.next_scheduled_start_time = Some(at(77));
    run.flow_run_run_count = 9;
    move_on(&store, Advance::since(&run, run.states.len())).await;
    check(&store, &run).await;
}

/// The policy of a run changes, once before and once after it was stored.
pub async fn an_advance_keeps_a_changed_policy(subject: &Subject) {
    let store = subject.open().await;
    let mut run = entered(task_run("fetch", 0), State::running(at(1)));
    begin(&store, &run).await;
    for key in ["first", "second"] {
        run.policy.pause_keys.push(key.to_owned());
        let mut advance = Advance::since(&run, run.states.len());
        advance.policy = Some(Box::new(run.policy.clone()));
        move_on(&store, advance).await;
        move_on(&store, Advance::since(&run, run.states.len())).await;
    }
    check(&store, &run).await;
}

/// Thousands of states.
pub async fn a_long_history_is_kept_whole(subject: &Subject) {
    let store = subject.open().await;
    let mut run = task_run("poll", 0);
    begin(&store, &run).await;
    for micros in 0..2000 {
        let advance = advance(&run, State::running(at(micros)).message("x".repeat(10)));
        advance.clone().apply_to(&mut run);
        store.put(Write::Advance(Box::new(advance))).await.expect("there is room");
    }
    check(&store, &run).await;
}

/// Its acknowledgement says so; what was put with it is stored.
pub async fn an_advance_of_an_unknown_run_is_refused_and_harms_no_other(subject: &Subject) {
    let store = subject.open().await;
    let before = task_run("before", 0);
    let after = task_run("after", 0);
    let begun = store.put(Write::Begin(Box::new(before.clone())));
    let unknown = advance(&task_run("unknown", 0), State::running(at(1)));
    let refused = store.put_acknowledged(Write::Advance(Box::new(unknown)));
    let accepted = store.put_acknowledged(Write::Begin(Box::new(after.clone())));
    begun.await.expect("there is room");
    refused.await.expect_err("the run is not recorded");
    accepted.await.expect("the other is stored");
    check(&store, &before).await;
    check(&store, &after).await;
}

/// The second time is refused, and the first record stays as it is.
pub async fn a_run_is_recorded_once(subject: &Subject) {
    let store = subject.open().await;
    let run = task_run("fetch", 0);
    begin(&store, &run).await;
    let again = store.put_acknowledged(Write::Begin(Box::new(full_run_with(run.id))));
    again.await.expect_err("it is recorded already");
    check(&store, &run).await;
}

fn full_run_with(id: RunId) -> Run {
    Run { id, ..full_run() }
}

/// Tags and the place where a run is run may change after it was begun.
pub async fn tags_and_infrastructure_may_change(subject: &Subject) {
    let store = subject.open().await;
    let mut run = flow_run("tides", 0);
    store.put_acknowledged(Write::Begin(Box::new(run.clone()))).await.expect("the store answers");
    let mut advance = Advance::since(&run, 0);
    advance.tags = Some(vec!["sea".to_owned()]);
    advance.infrastructure_pid = Some("host:1".to_owned());
    store
        .put_acknowledged(Write::Advance(Box::new(advance.clone())))
        .await
        .expect("the store answers");
    advance.apply_to(&mut run);
    let found = store.run(run.id).await.expect("the store answers");
    assert_eq!(found.as_ref().map(|found| &found.tags), Some(&run.tags));
    assert_eq!(found, Some(run));
}
