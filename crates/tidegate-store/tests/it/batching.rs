//! What one commit takes in. Commits are counted in the write-ahead log, where each ends with a marked frame.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use tidegate_core::store::suite::samples::{advance, at, task_run};
use tidegate_core::{State, Store, Write};
use tidegate_store::{Options, Sqlite};

use crate::failures::wait_until;

/// How many frames of the log end a commit: those that tell the size of the database.
fn commits(database: &Path) -> usize {
    let log = fs::read(format!("{}-wal", database.display())).unwrap();
    log[32..].chunks_exact(24 + 4096).filter(|frame| frame[4..8] != [0; 4]).count()
}

#[tokio::test]
async fn a_task_run_in_its_course_costs_one_commit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let mut options = Options::file(&path);
    options.commit_window = Duration::from_secs(60);
    let store = Sqlite::open(options).unwrap();
    let before = commits(&path);
    for n in 0..20 {
        let mut run = task_run("fetch", n);
        run.states = vec![State::pending(at(n)), State::running(at(n + 1))];
        let write = advance(&run, State::completed(at(n + 2)));
        store.put(Write::Begin(Box::new(run))).await.unwrap();
        store.put_acknowledged(Write::Advance(Box::new(write))).await.unwrap();
    }
    assert_eq!(commits(&path) - before, 20);
}

#[tokio::test]
async fn many_acknowledged_writes_share_commits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let store = Sqlite::open(Options::file(&path)).unwrap();
    let before = commits(&path);
    let answers: Vec<_> = (0..1000)
        .map(|n| store.put_acknowledged(Write::Begin(Box::new(task_run("fetch", n)))))
        .collect();
    for answer in answers {
        answer.await.unwrap();
    }
    let commits = commits(&path) - before;
    assert!(commits < 200, "{commits}");
}

#[tokio::test]
async fn what_nobody_waits_for_is_stored_within_the_window() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let store = Sqlite::open(Options::file(&path)).unwrap();
    let other = Connection::open(&path).unwrap();
    let stored =
        || -> i64 { other.query_row("SELECT count(*) FROM runs", [], |row| row.get(0)).unwrap() };
    for n in 1..4 {
        store.put(Write::Begin(Box::new(task_run("fetch", n)))).await.unwrap();
        wait_until(|| n == stored());
        // Long enough for the writer to fall asleep before the last.
        tokio::time::sleep(Duration::from_millis(if n == 2 { 700 } else { 0 })).await;
    }
}

#[tokio::test]
async fn the_log_does_not_grow_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let store =
        Sqlite::open(Options::file(&path).durability(tidegate_core::Durability::None)).unwrap();
    for n in 0..40_000 {
        store.put(Write::Begin(Box::new(task_run("fetch", n)))).await.unwrap();
    }
    store.flush().await.unwrap();
    let log = fs::metadata(format!("{}-wal", path.display())).unwrap().len();
    assert!(log < 40 << 20, "{log}");
}
