//! Order, freshness, and that nothing is lost however many write.

use std::sync::Arc;

use futures_util::future::join_all;

use super::Subject;
use super::samples::{advance, at, entered, task_run};
use crate::{Run, RunQuery, State, Store, Write};

fn begin(run: &Run) -> Write {
    Write::Begin(Box::new(run.clone()))
}

async fn count(store: &Arc<dyn Store>) -> u64 {
    store.count_runs(RunQuery::default()).await.expect("the store answers")
}

/// Those put without asking for one, too.
pub async fn an_acknowledgement_implies_every_write_before_it(subject: &Subject) {
    let store = subject.open().await;
    let rooms: Vec<_> = (0..100).map(|n| store.put(begin(&task_run("before", n)))).collect();
    store.put_acknowledged(begin(&task_run("last", 100))).await.expect("the write is stored");
    join_all(rooms).await;
    store.close().await.expect("the store closes");
    if let Some(store) = subject.reopen().await {
        assert_eq!(count(&store).await, 101);
    }
}

/// For one run, whose history shows it.
pub async fn writes_take_effect_in_the_order_they_were_put(subject: &Subject) {
    let store = subject.open().await;
    let mut run = task_run("fetch", 0);
    store.put(begin(&run)).await.expect("there is room");
    for micros in 0..500 {
        let write = advance(&run, State::running(at(micros)));
        write.clone().apply_to(&mut run);
        let write = Write::Advance(Box::new(write));
        if micros % 7 == 0 {
            store.put_acknowledged(write).await.expect("the write is stored");
        } else {
            store.put(write).await.expect("there is room");
        }
    }
    let found = store.run(run.id).await.expect("the store answers").expect("the run is there");
    assert_eq!(found, run);
}

/// Though nobody awaited that it was stored.
pub async fn a_read_sees_what_was_put_before_it(subject: &Subject) {
    let store = subject.open().await;
    for n in 1..50 {
        let run = task_run("fetch", n);
        let room = store.put(begin(&run));
        assert_eq!(store.run(run.id).await.expect("the store answers"), Some(run.clone()));
        let update = Write::Advance(Box::new(advance(&run, State::running(at(n)))));
        let acknowledgement = store.put_acknowledged(update);
        let query = RunQuery { state_names: vec!["Running".to_owned()], ..RunQuery::default() };
        let found = store.count_runs(query).await.expect("the store answers");
        assert_eq!(found, n.unsigned_abs());
        room.await.expect("there is room");
        acknowledgement.await.expect("the write is stored");
    }
}

/// A future that is dropped has still written.
pub async fn an_acknowledgement_that_is_dropped_undoes_nothing(subject: &Subject) {
    let store = subject.open().await;
    drop(store.put_acknowledged(begin(&task_run("fetch", 0))));
    drop(store.put(begin(&task_run("fetch", 1))));
    store.flush().await.expect("the store flushes");
    assert_eq!(count(&store).await, 2);
}

/// From threads, as from tasks.
pub async fn many_writers_at_once_lose_nothing(subject: &Subject) {
    const WRITERS: i64 = 8;
    const RUNS: i64 = 200;
    let store = subject.open().await;
    let answers: Vec<_> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let store = &store;
                scope.spawn(move || {
                    let mut answers = Vec::new();
                    for n in 0..RUNS {
                        let run = entered(task_run("fetch", writer), State::pending(at(n)));
                        drop(store.put(begin(&run)));
                        let write = advance(&run, State::completed(at(n + 1)));
                        answers.push(store.put_acknowledged(Write::Advance(Box::new(write))));
                    }
                    answers
                })
            })
            .collect();
        writers.into_iter().flat_map(|writer| writer.join().expect("no writer panics")).collect()
    });
    for answer in join_all(answers).await {
        answer.expect("every write is stored");
    }
    let completed = RunQuery { state_names: vec!["Completed".to_owned()], ..RunQuery::default() };
    let runs = store.runs(completed).await.expect("the store answers");
    assert_eq!(runs.len() as i64, WRITERS * RUNS);
    assert!(runs.iter().all(|run| run.states.len() == 2));
}

/// Far more at once than any queue should hold.
pub async fn a_full_queue_makes_room_again_and_loses_nothing(subject: &Subject) {
    const RUNS: i64 = 10_000;
    let store = subject.open().await;
    let rooms: Vec<_> = (0..RUNS).map(|n| store.put(begin(&task_run("fetch", n)))).collect();
    for room in join_all(rooms).await {
        room.expect("there is room in the end");
    }
    assert_eq!(count(&store).await, RUNS.unsigned_abs());
}

/// Interleaved and in no particular batches.
pub async fn writes_of_many_runs_do_not_mix(subject: &Subject) {
    let store = subject.open().await;
    let mut runs: Vec<_> = (0..50).map(|n| task_run("fetch", n)).collect();
    for run in &runs {
        drop(store.put(begin(run)));
    }
    for round in 0..10 {
        for (n, run) in runs.iter_mut().enumerate() {
            let write = advance(run, State::running(at(round)).message(format!("{n}/{round}")));
            write.clone().apply_to(run);
            store.put(Write::Advance(Box::new(write))).await.expect("there is room");
        }
        if round % 3 == 0 {
            store.flush().await.expect("the store flushes");
        }
    }
    for run in runs {
        assert_eq!(store.run(run.id).await.expect("the store answers"), Some(run));
    }
}
