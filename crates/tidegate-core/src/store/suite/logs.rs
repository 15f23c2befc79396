//! Log lines come back by run, level and time.

use std::sync::Arc;

use serde_json::json;

use super::Subject;
use super::samples::{at, log_line};
use crate::{LogLevel, LogQuery, LogRecord, RunId, Store, StoreErrorKind};

async fn messages(store: &Arc<dyn Store>, query: LogQuery) -> Vec<String> {
    let lines = store.logs(query).await.expect("the store answers");
    lines.into_iter().map(|line| line.message).collect()
}

/// With and without fields and runs.
pub async fn a_log_line_comes_back_as_it_was_put(subject: &Subject) {
    let store = subject.open().await;
    let mut full = log_line(RunId::new(), 0, "first\nline 🦝");
    full.task_run_id = Some(RunId::new());
    full.level = LogLevel::Critical;
    full.fields.insert("n".to_owned(), json!({"third": 1.0 / 3.0}));
    let bare = LogRecord { flow_run_id: None, ..log_line(RunId::new(), 1, "") };
    store.put_logs(vec![full.clone(), bare.clone()]);
    store.flush().await.expect("the store flushes");
    assert_eq!(store.logs(LogQuery::default()).await.expect("the store answers"), [full, bare]);
}

/// Whatever order they were put in.
pub async fn log_lines_come_oldest_first_unless_asked_otherwise(subject: &Subject) {
    let store = subject.open().await;
    let run = RunId::new();
    store.put_logs(vec![log_line(run, 2, "b"), log_line(run, 3, "c")]);
    store.put_logs(vec![log_line(run, 1, "a")]);
    store.flush().await.expect("the store flushes");
    assert_eq!(messages(&store, LogQuery::default()).await, ["a", "b", "c"]);
    let newest = LogQuery { newest_first: true, flow_run_id: Some(run), ..LogQuery::default() };
    assert_eq!(messages(&store, newest).await, ["c", "b", "a"]);
}

/// That of their putting.
pub async fn log_lines_of_one_instant_keep_their_order(subject: &Subject) {
    let store = subject.open().await;
    let run = RunId::new();
    let texts: Vec<_> = (0..100).map(|n| n.to_string()).collect();
    for text in &texts {
        store.put_logs(vec![log_line(run, 0, text)]);
    }
    store.flush().await.expect("the store flushes");
    let query = LogQuery { flow_run_id: Some(run), ..LogQuery::default() };
    assert_eq!(messages(&store, query).await, texts);
}

/// A task run's alone can be asked for as well.
pub async fn log_lines_of_a_flow_run_include_those_of_its_task_runs(subject: &Subject) {
    let store = subject.open().await;
    let (flow, task) = (RunId::new(), RunId::new());
    let of_task = LogRecord { task_run_id: Some(task), ..log_line(flow, 1, "task") };
    store.put_logs(vec![log_line(flow, 0, "flow"), of_task, log_line(RunId::new(), 2, "other")]);
    store.flush().await.expect("the store flushes");
    let of_flow = LogQuery { flow_run_id: Some(flow), ..LogQuery::default() };
    assert_eq!(messages(&store, of_flow.clone()).await, ["flow", "task"]);
    let of_task = LogQuery { task_run_id: Some(task), ..LogQuery::default() };
    assert_eq!(messages(&store, of_task.clone()).await, ["task"]);
    let of_both = LogQuery { task_run_id: Some(task), ..of_flow };
    assert_eq!(messages(&store, of_both).await, ["task"]);
}

/// That level, or above.
pub async fn log_lines_are_found_by_level(subject: &Subject) {
    let store = subject.open().await;
    let lines = LogLevel::ALL.into_iter().enumerate().map(|(n, level)| {
        let line = log_line(RunId::new(), n as i64, level.as_str());
        LogRecord { level, ..line }
    });
    store.put_logs(lines.collect());
    store.flush().await.expect("the store flushes");
    let query = LogQuery { at_least: Some(LogLevel::Warning), ..LogQuery::default() };
    assert_eq!(messages(&store, query).await, ["WARNING", "ERROR", "CRITICAL"]);
}

/// By limit and offset.
pub async fn log_lines_come_in_pages(subject: &Subject) {
    let store = subject.open().await;
    let run = RunId::new();
    store.put_logs((0..10).map(|n| log_line(run, n, &n.to_string())).collect());
    store.flush().await.expect("the store flushes");
    let page = |limit, offset| LogQuery { limit, offset, ..LogQuery::default() };
    assert_eq!(messages(&store, page(Some(3), 0)).await, ["0", "1", "2"]);
    assert_eq!(messages(&store, page(Some(3), 8)).await, ["8", "9"]);
    assert_eq!(messages(&store, page(None, 9)).await, ["9"]);
    assert_eq!(messages(&store, page(Some(u64::MAX), u64::MAX)).await, [""; 0]);
}

/// Only a flood of them is.
pub async fn a_few_log_lines_are_not_dropped(subject: &Subject) {
    let store = subject.open().await;
    let run = RunId::new();
    store.put_logs((0..1000).map(|n| log_line(run, n, "line")).collect());
    store.flush().await.expect("the store flushes");
    assert_eq!(messages(&store, LogQuery::default()).await.len(), 1000);
    assert_eq!(store.dropped_logs(), 0);
}

/// From the first time on, and until before the last.
pub async fn log_lines_are_found_by_time(subject: &Subject) {
    let store = subject.open().await;
    let run = RunId::new();
    store.put_logs((0..5).map(|n| log_line(run, n, &n.to_string())).collect());
    store.flush().await.expect("the store flushes");
    let query = LogQuery { since: Some(at(1)), before: Some(at(4)), ..LogQuery::default() };
    assert_eq!(messages(&store, query).await, ["1", "2", "3"]);
}

/// Each once, whatever their times are.
pub async fn new_log_lines_come_in_the_order_in_which_they_were_stored(subject: &Subject) {
    let store = subject.open().await;
    let run = RunId::new();
    store.put_logs(vec![log_line(run, 0, "before")]);
    store.flush().await.expect("the store flushes");
    let (none, mut place) = match store.new_logs(None, 10).await {
        Err(error) if error.kind() == StoreErrorKind::Unsupported => return,
        told => told.expect("the store answers"),
    };
    assert_eq!(none, []);
    let texts: Vec<_> = (0..7).map(|n| n.to_string()).collect();
    store.put_logs((0..7).map(|n| log_line(run, -n, &n.to_string())).collect());
    store.flush().await.expect("the store flushes");
    let mut told = Vec::new();
    for _ in 0..4 {
        let (lines, next) = store.new_logs(Some(place), 3).await.expect("the store answers");
        told.extend(lines.into_iter().map(|line| line.message));
        place = next;
    }
    assert_eq!(told, texts);
}
