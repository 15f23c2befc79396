//! Ended runs are deleted whole, and nothing else is.

use std::collections::BTreeSet;
use std::slice::from_ref;
use std::sync::Arc;

use super::Subject;
use super::samples::{advance, at, entered, every_state, flow_run, log_line, task_run};
use crate::{
    Deleted, Expired, LogQuery, LogRecord, Run, RunId, RunQuery, State, StateResult, Store,
    StoreErrorKind, Write,
};

const EVERYTHING: Expired =
    Expired { ended_before: None, beyond_newest: Some(0), run: None, ended_lately: None };

fn before(micros: i64) -> Expired {
    Expired { ended_before: Some(at(micros)), ..Expired::default() }
}

fn but_newest(count: u64) -> Expired {
    Expired { beyond_newest: Some(count), ..Expired::default() }
}

async fn begin(store: &Arc<dyn Store>, runs: &[Run]) {
    for run in runs {
        store.put(Write::Begin(Box::new(run.clone()))).await.expect("there is room");
    }
    store.flush().await.expect("the store flushes");
}

async fn delete(store: &Arc<dyn Store>, expired: Expired, at_most: u64) -> Deleted {
    store.delete_runs(expired, at_most).await.expect("the store deletes")
}

async fn delete_all(store: &Arc<dyn Store>, expired: Expired) -> u64 {
    let mut runs = 0;
    loop {
        let deleted = delete(store, expired, 100).await;
        runs += deleted.runs;
        if !deleted.more {
            return runs;
        }
    }
}

async fn left(store: &Arc<dyn Store>) -> BTreeSet<RunId> {
    let runs = store.runs(RunQuery::default()).await.expect("the store answers");
    runs.into_iter().map(|run| run.id).collect()
}

async fn lines(store: &Arc<dyn Store>) -> Vec<LogRecord> {
    store.logs(LogQuery::default()).await.expect("the store answers")
}

fn ids<'a>(runs: impl IntoIterator<Item = &'a Run>) -> BTreeSet<RunId> {
    runs.into_iter().map(|run| run.id).collect()
}

/// A top-level flow run made and ended at this time.
fn ended_flow(micros: i64) -> Run {
    let run = entered(flow_run("etl", micros), State::completed(at(micros)));
    Run { root_flow_run_id: Some(run.id), ..run }
}

/// The run as made inside a flow run, and ended.
fn inside(flow: &Run, run: Run) -> Run {
    let run = entered(run, State::completed(at(1)));
    Run { flow_run_id: Some(flow.id), root_flow_run_id: flow.root_flow_run_id, ..run }
}

/// The run as made inside a task run outside flow runs, and ended.
fn called_by(task: &Run, run: Run) -> Run {
    Run { task_run_id: Some(task.id), ..entered(run, State::completed(at(1))) }
}

/// Everything that can be inside a run: a flow run with tasks, one of which called another, and with subflows, one of which has a
/// subflow; and a task run with a task that called a task, and with a flow. The first two are at the top.
fn trees() -> Vec<Run> {
    let flow = ended_flow(0);
    let first = inside(&flow, task_run("first", 1));
    let nested = Run { task_run_id: Some(first.id), ..inside(&flow, task_run("nested", 2)) };
    let subflow = inside(&flow, flow_run("subflow", 3));
    let in_subflow = inside(&subflow, task_run("in_subflow", 4));
    let deep = inside(&subflow, flow_run("deep", 5));
    let in_deep = inside(&deep, task_run("in_deep", 6));
    let empty = inside(&flow, flow_run("empty", 7));
    let last = inside(&flow, task_run("last", 8));

    let task = entered(task_run("task", 9), State::failed(at(9)));
    let called = called_by(&task, task_run("called", 10));
    let deeper = called_by(&called, task_run("deeper", 11));
    let mut flow_in_task = called_by(&task, flow_run("flow_in_task", 12));
    flow_in_task.root_flow_run_id = Some(flow_in_task.id);
    let in_it = inside(&flow_in_task, task_run("in_it", 13));
    vec![
        flow,
        task,
        first,
        nested,
        subflow,
        in_subflow,
        deep,
        in_deep,
        empty,
        last,
        called,
        deeper,
        flow_in_task,
        in_it,
    ]
}

/// A line of this run, as a run writes it.
fn line_of(run: &Run) -> LogRecord {
    let mut line = log_line(run.id, 0, &run.name);
    if run.kind() == crate::RunKind::Task {
        line.flow_run_id = run.flow_run_id;
        line.task_run_id = Some(run.id);
    }
    line
}

/// Nobody's records go by accident.
pub async fn nothing_is_deleted_that_is_not_named(subject: &Subject) {
    let store = subject.open().await;
    let runs = trees();
    begin(&store, &runs).await;
    for expired in [Expired::default(), before(0), but_newest(2), but_newest(u64::MAX)] {
        assert_eq!(delete(&store, expired, u64::MAX).await, Deleted::default());
    }
    assert_eq!(left(&store).await, ids(&runs));
}

/// Before, and not at it.
pub async fn runs_that_ended_before_a_time_are_deleted(subject: &Subject) {
    let store = subject.open().await;
    let mut runs: Vec<_> = (0..10).map(ended_flow).collect();
    runs[3] = entered(flow_run("slow", 3), State::completed(at(100)));
    begin(&store, &runs).await;
    assert_eq!(delete(&store, before(5), 100).await.runs, 4);
    assert_eq!(left(&store).await, ids([&runs[3]].into_iter().chain(&runs[5..])));
    assert_eq!(delete_all(&store, before(100)).await, 5);
    assert_eq!(delete_all(&store, before(101)).await, 1);
}

/// By the time of their making. One that has not ended is one of them, and stays when it is not.
pub async fn all_but_the_newest_runs_are_deleted(subject: &Subject) {
    let store = subject.open().await;
    let mut runs: Vec<_> = [4, 2, 0, 1, 3, 5].into_iter().map(ended_flow).collect();
    runs[0] = entered(flow_run("running", 4), State::running(at(4)));
    runs[2] = entered(flow_run("running", 0), State::running(at(0)));
    begin(&store, &runs).await;
    assert_eq!(delete_all(&store, but_newest(4)).await, 1);
    assert_eq!(delete_all(&store, but_newest(2)).await, 2);
    assert_eq!(left(&store).await, ids([&runs[0], &runs[2], &runs[5]]));
    assert_eq!(delete_all(&store, EVERYTHING).await, 1);
    assert_eq!(left(&store).await, ids([&runs[0], &runs[2]]));
}

/// Even of runs made at one instant.
pub async fn as_many_of_the_newest_stay_as_are_to(subject: &Subject) {
    let store = subject.open().await;
    let runs: Vec<_> = (0..30).map(|_| ended_flow(7)).collect();
    begin(&store, &runs).await;
    for count in [29, 12, 11, 1, 0] {
        delete_all(&store, but_newest(count)).await;
        assert_eq!(left(&store).await.len() as u64, count);
    }
}

/// Either is enough.
pub async fn a_run_is_deleted_that_is_too_old_or_one_too_many(subject: &Subject) {
    let store = subject.open().await;
    let runs: Vec<_> = (0..10).map(ended_flow).collect();
    begin(&store, &runs).await;
    let both = |time, count| Expired { beyond_newest: Some(count), ..before(time) };
    assert_eq!(delete_all(&store, both(2, 9)).await, 2);
    assert_eq!(delete_all(&store, both(3, 5)).await, 3);
    assert_eq!(left(&store).await, ids(&runs[5..]));
}

/// However old that is, and however many there are.
pub async fn a_run_that_ended_lately_stays(subject: &Subject) {
    let store = subject.open().await;
    let runs: Vec<_> = (0..10).map(ended_flow).collect();
    begin(&store, &runs).await;
    let lately = |expired, micros| Expired { ended_lately: Some(at(micros)), ..expired };
    assert_eq!(delete_all(&store, lately(before(8), 3)).await, 3);
    assert_eq!(delete_all(&store, lately(but_newest(0), 5)).await, 2);
    assert_eq!(delete_all(&store, lately(but_newest(4), 9)).await, 1);
    assert_eq!(left(&store).await, ids(&runs[6..]));
}

/// Also when others are older; and not before it has ended.
pub async fn a_run_that_is_named_is_deleted_and_no_other(subject: &Subject) {
    let store = subject.open().await;
    let running = entered(flow_run("running", 2), State::running(at(2)));
    let running = Run { root_flow_run_id: Some(running.id), ..running };
    let runs = [ended_flow(0), ended_flow(1), running, inside(&ended_flow(3), task_run("in", 4))];
    begin(&store, &runs).await;
    let named = |id| Expired { run: Some(id), ..Expired::default() };
    for (deleted, id) in [(0, RunId::new()), (0, runs[2].id), (0, runs[3].id), (1, runs[1].id)] {
        assert_eq!(delete_all(&store, named(id)).await, deleted);
    }
    assert_eq!(left(&store).await, ids([&runs[0], &runs[2], &runs[3]]));
}

/// In whatever state it ended, and in none other.
pub async fn a_run_that_has_not_ended_is_not_deleted(subject: &Subject) {
    let store = subject.open().await;
    let bare = flow_run("bare", 0);
    let mut runs = vec![Run { root_flow_run_id: Some(bare.id), ..bare }];
    for state in every_state() {
        let run = flow_run("etl", 0);
        runs.push(entered(Run { root_flow_run_id: Some(run.id), ..run }, state));
    }
    begin(&store, &runs).await;
    delete_all(&store, EVERYTHING).await;
    let alive = runs.iter().filter(|run| !run.has_ended());
    assert_eq!(left(&store).await, ids(alive));
}

/// However deep, and its log lines; and nothing of others.
pub async fn a_run_is_deleted_with_everything_inside_it(subject: &Subject) {
    let store = subject.open().await;
    let (gone, kept) = (trees(), trees());
    begin(&store, &gone).await;
    begin(&store, &kept).await;
    store.put_logs(gone.iter().chain(&kept).map(line_of).collect());
    let running = entered(flow_run("running", 99), State::running(at(99)));
    begin(&store, from_ref(&running)).await;
    let of_none = LogRecord { flow_run_id: None, ..log_line(RunId::new(), 0, "of no run") };
    store.put_logs(vec![of_none.clone()]);

    // Of the runs at the top, the other two flow runs and tasks were made at the same times.
    let mut survivors = Vec::new();
    for run in &kept {
        if run.flow_run_id.is_none() && run.task_run_id.is_none() {
            let again = Write::Advance(Box::new(advance(run, State::retrying(at(50)))));
            store.put_acknowledged(again).await.expect("the run moves on");
            survivors.push(run.id);
        }
    }
    let deleted = delete(&store, EVERYTHING, u64::MAX).await;
    assert_eq!((deleted.runs, deleted.log_lines), (gone.len() as u64, gone.len() as u64));
    assert!(!deleted.more);
    assert_eq!(left(&store).await, ids(kept.iter().chain([&running])));
    let mut messages: Vec<_> = kept.iter().map(line_of).chain([of_none]).collect();
    let mut found = lines(&store).await;
    for lines in [&mut messages, &mut found] {
        lines.sort_by_key(|line| (line.flow_run_id, line.task_run_id));
    }
    assert_eq!(found, messages);
}

/// Wherever in it.
pub async fn a_run_in_which_something_has_not_ended_is_not_deleted(subject: &Subject) {
    let store = subject.open().await;
    for n in 0..trees().len() {
        let mut runs = trees();
        runs[n].end_time = None;
        runs[n].states = vec![State::running(at(1))];
        begin(&store, &runs).await;
        let in_task = n == 1 || n >= runs.len() - 4;
        let kept = if in_task {
            "task called deeper flow_in_task in_it"
        } else {
            "etl first nested subflow in_subflow deep in_deep empty last"
        };
        let kept: Vec<_> = kept.split(' ').collect();
        let is_kept = |run: &Run| kept.contains(&run.definition.name.as_str());
        for at_most in [1, 3, u64::MAX] {
            while delete(&store, EVERYTHING, at_most).await.more {}
            assert_eq!(left(&store).await, ids(runs.iter().filter(|run| is_kept(run))), "{n}");
        }
        let end = Write::Advance(Box::new(advance(&runs[n], State::completed(at(2)))));
        store.put_acknowledged(end).await.expect("the run ends");
        delete_all(&store, EVERYTHING).await;
        assert_eq!(left(&store).await, BTreeSet::new());
    }
}

/// A tree on the way out is a tree: each run of it has those above it, and each line its run.
pub async fn a_large_tree_is_deleted_in_small_steps(subject: &Subject) {
    const AT_MOST: u64 = 7;
    let store = subject.open().await;
    let mut runs = trees();
    for n in 0..100 {
        runs.push(inside(&runs[0], task_run("many", 20 + n)));
        runs.push(inside(&runs[4], task_run("many", 20 + n)));
        runs.push(called_by(&runs[1], task_run("many", 20 + n)));
    }
    begin(&store, &runs).await;
    store.put_logs(runs.iter().map(line_of).collect());
    let (mut steps, mut rows) = (0, 0);
    loop {
        let deleted = delete(&store, EVERYTHING, AT_MOST).await;
        assert!(deleted.runs + deleted.log_lines <= AT_MOST, "{deleted:?}");
        rows += deleted.runs + deleted.log_lines;
        steps += 1;
        let left = left(&store).await;
        for run in runs.iter().filter(|run| left.contains(&run.id)) {
            let above = [run.flow_run_id, run.task_run_id, run.root_flow_run_id];
            assert!(above.iter().flatten().all(|id| left.contains(id)), "{run:?}");
        }
        for line in lines(&store).await {
            let runs = [line.flow_run_id, line.task_run_id];
            assert!(runs.iter().flatten().all(|id| left.contains(id)), "{line:?}");
        }
        if !deleted.more {
            assert_eq!(left, BTreeSet::new());
            break;
        }
    }
    assert_eq!(rows, 2 * runs.len() as u64);
    assert!(steps >= rows / AT_MOST, "{steps}");
}

/// Also by another handle, and whatever that one is asked to delete.
pub async fn a_deletion_that_was_begun_is_gone_on_with(subject: &Subject) {
    let mut store = subject.open().await;
    let kept = ended_flow(99);
    begin(&store, &trees()).await;
    begin(&store, from_ref(&kept)).await;
    assert!(delete(&store, but_newest(1), 3).await.more);
    if subject.lasts {
        store.close().await.expect("the store closes");
        store = subject.open().await;
    }
    while delete(&store, Expired::default(), 3).await.more {}
    let left = left(&store).await;
    assert!(left.contains(&kept.id), "nobody named it");
    let runs = store.runs(RunQuery::default()).await.expect("the store answers");
    assert!(
        runs.iter().all(|run| run.root_flow_run_id != runs[0].root_flow_run_id || *run == kept)
    );
    assert!(!runs.iter().any(|run| run.definition.name == "etl" && run.id != kept.id));
}

/// It does not go on with half of its record.
pub async fn what_is_left_of_a_run_is_not_written(subject: &Subject) {
    let store = subject.open().await;
    let flow = ended_flow(0);
    let tasks: Vec<_> = (1..9).map(|n| inside(&flow, task_run("fetch", n))).collect();
    begin(&store, from_ref(&flow)).await;
    begin(&store, &tasks).await;
    assert!(delete(&store, EVERYTHING, 3).await.more);
    let again = |run: &Run| Write::Advance(Box::new(advance(run, State::retrying(at(50)))));
    let new = Write::Begin(Box::new(inside(&flow, task_run("late", 60))));
    for write in [again(&flow), again(&tasks[0]), new] {
        let refused = store.put_acknowledged(write).await.expect_err("it is being deleted");
        assert_eq!(refused.kind(), StoreErrorKind::Fenced, "{refused}");
    }
    let other = ended_flow(1);
    begin(&store, from_ref(&other)).await;
    store.put_acknowledged(again(&other)).await.expect("others go on");
    while delete(&store, Expired::default(), 3).await.more {}
    assert_eq!(left(&store).await, ids([&other]));
    store.put_acknowledged(again(&flow)).await.expect_err("it is gone");
}

/// Though nobody awaited that it was stored, and log lines too.
pub async fn what_was_put_before_is_deleted(subject: &Subject) {
    let store = subject.open().await;
    for n in 0..10 {
        let run = ended_flow(n);
        drop(store.put(Write::Begin(Box::new(run.clone()))));
        store.put_logs(vec![line_of(&run)]);
        let deleted = delete(&store, EVERYTHING, 100).await;
        assert_eq!((deleted.runs, deleted.log_lines), (1, 1));
        assert_eq!(lines(&store).await, []);
    }
}

/// So that whoever keeps them can let go of them.
pub async fn deleting_tells_of_the_results_in_storages(subject: &Subject) {
    let store = subject.open().await;
    let flow = ended_flow(0);
    let mut runs = vec![flow.clone()];
    let mut expected = Vec::new();
    for (n, state) in (0..).zip(every_state().into_iter().filter(State::is_terminal)) {
        let run = task_run("fetch", n);
        if let Some(StateResult::Persisted { reference }) = &state.result {
            expected.push((run.id, reference.clone()));
        }
        let run = Run { flow_run_id: Some(flow.id), root_flow_run_id: Some(flow.id), ..run };
        runs.push(entered(run, state));
    }
    assert_eq!(expected.len(), 1);
    begin(&store, &runs).await;
    assert_eq!(delete(&store, EVERYTHING, 100).await.results, expected);
}

/// Of two who delete at once each does a part, and none fails.
pub async fn many_who_delete_at_once_delete_everything_once(subject: &Subject) {
    let store = subject.open().await;
    let runs: Vec<_> = (0..200).map(ended_flow).collect();
    begin(&store, &runs).await;
    let answers =
        futures_util::future::join_all((0..4).map(|_| delete_all(&store, but_newest(50)))).await;
    assert_eq!(answers.iter().sum::<u64>(), 150);
    assert_eq!(left(&store).await, ids(&runs[150..]));
}
