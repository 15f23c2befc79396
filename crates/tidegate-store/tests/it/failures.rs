//! A store that cannot store: everyone who waits is told why, and what was taken is stored when it can be.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;
use tidegate_core::store::suite::samples::{advance, at, log_line, task_run};
use tidegate_core::{Durability, Run, RunId, RunQuery, State, Store, StoreErrorKind, Write};
use tidegate_store::{Options, Sqlite};

fn open(change: impl FnOnce(&mut Options)) -> (TempDir, PathBuf, Sqlite) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let mut options = Options::file(&path);
    change(&mut options);
    let store = Sqlite::open(options).unwrap();
    (folder, path, store)
}

/// A connection that keeps everyone else from writing until it is dropped.
fn lock(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.busy_timeout(Duration::from_secs(5)).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    connection
}

fn begin(run: &Run) -> Write {
    Write::Begin(Box::new(run.clone()))
}

async fn count(store: &Sqlite) -> u64 {
    store.count_runs(RunQuery::default()).await.unwrap()
}

#[tokio::test]
async fn a_full_disk_is_told_and_everything_kept_is_stored_once_there_is_room() {
    let (_folder, path, store) = open(|options| options.max_size = Some(640 * 1024));
    let filler = "x".repeat(1000);
    store.put_logs((0..200).map(|n| log_line(RunId::new(), n, &filler)).collect());
    store.flush().await.unwrap();

    let mut runs: Vec<Run> = Vec::new();
    let error = loop {
        let mut run = task_run("fetch", 0);
        run.parameters.insert("filler", filler.as_str());
        runs.push(run.clone());
        drop(store.put(begin(&run)));
        let write = Write::Advance(Box::new(advance(&run, State::running(at(1)))));
        if let Err(error) = store.put_acknowledged(write).await {
            break error;
        }
    };
    assert_eq!(error.kind(), StoreErrorKind::DiskFull);
    assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    assert!(error.to_string().contains("free some space"), "{error}");
    let again = store.put_acknowledged(begin(&task_run("again", 0))).await.unwrap_err();
    assert_eq!(again.kind(), StoreErrorKind::DiskFull);

    let other = Connection::open(&path).unwrap();
    other.busy_timeout(Duration::from_secs(5)).unwrap();
    other.execute("DELETE FROM logs", []).unwrap();
    store.flush().await.unwrap();
    assert_eq!(count(&store).await, runs.len() as u64 + 1);
    let last = store.run(runs.last().unwrap().id).await.unwrap().unwrap();
    assert_eq!(last.states, [State::running(at(1))]);
}

#[tokio::test]
async fn a_lock_held_for_too_long_is_told_and_the_write_is_kept() {
    let (_folder, path, store) = open(|options| options.busy_timeout = Duration::from_millis(30));
    let run = task_run("fetch", 0);
    let held = lock(&path);
    let error = store.put_acknowledged(begin(&run)).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Busy);
    assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    let write = Write::Advance(Box::new(advance(&run, State::running(at(1)))));
    store.put_acknowledged(write).await.unwrap_err();
    store.run(run.id).await.expect_err("an answer would not be fresh");
    drop(held);
    store.flush().await.unwrap();
    let found = store.run(run.id).await.unwrap().unwrap();
    assert_eq!(found.states, [State::running(at(1))]);
}

#[tokio::test]
async fn a_run_that_nothing_kept_is_about_can_be_read_meanwhile() {
    for durability in Durability::ALL {
        let (_folder, path, store) = open(|options| {
            options.busy_timeout = Duration::from_millis(30);
            options.durability = durability;
        });
        let (known, kept) = (task_run("fetch", 0), task_run("fetch", 1));
        store.put_acknowledged(begin(&known)).await.unwrap();
        let held = lock(&path);
        store.put(begin(&kept)).await.unwrap();
        assert_eq!(store.run(known.id).await.unwrap(), Some(known.clone()));
        store.run(kept.id).await.expect_err("an answer would not be fresh");
        assert_eq!(store.run(known.id).await.unwrap(), Some(known));
        drop(held);
        assert_eq!(store.run(kept.id).await.unwrap(), Some(kept));
    }
}

#[tokio::test]
async fn a_lock_held_for_a_moment_is_waited_for() {
    for durability in Durability::ALL {
        let (_folder, path, store) = open(|options| options.durability = durability);
        let held = lock(&path);
        let run = task_run("fetch", 0);
        let acknowledgement = store.put_acknowledged(begin(&run));
        let write = Write::Advance(Box::new(advance(&run, State::running(at(1)))));
        let moved_on = store.put_acknowledged(write);
        tokio::time::timeout(Duration::from_millis(50), store.flush()).await.unwrap_err();
        drop(held);
        acknowledgement.await.unwrap();
        moved_on.await.unwrap();
    }
}

#[tokio::test]
async fn what_contradicts_a_write_that_could_not_be_stored_is_refused_and_never_acknowledged() {
    for durability in Durability::ALL {
        let (_folder, path, store) = open(|options| {
            options.busy_timeout = Duration::from_millis(100);
            options.durability = durability;
        });
        let held = lock(&path);
        let run = task_run("fetch", 0);
        let first = store.put_acknowledged(begin(&run));
        // Refused at once until the first is on its way.
        let second = loop {
            let mut second = store.put_acknowledged(begin(&run));
            match tokio::time::timeout(Duration::from_millis(1), &mut second).await {
                Ok(refused) => drop(refused.unwrap_err()),
                Err(_) => break second,
            }
        };
        assert_eq!(first.await.unwrap_err().kind(), StoreErrorKind::Busy);
        assert!(second.await.unwrap_err().to_string().contains("recorded"));
        drop(held);
        store.flush().await.unwrap();
        assert_eq!(count(&store).await, 1);
    }
}

#[tokio::test]
async fn what_was_kept_is_stored_though_nobody_asks_again() {
    let (_folder, path, store) = open(|options| options.busy_timeout = Duration::from_millis(1));
    let held = lock(&path);
    store.put_acknowledged(begin(&task_run("fetch", 0))).await.unwrap_err();
    drop(held);
    let other = Connection::open(&path).unwrap();
    wait_until(|| {
        other.query_row("SELECT count(*) FROM runs", [], |row| row.get::<_, i64>(0)).unwrap() == 1
    });
    drop(store);
}

/// Looks again and again for at most ten seconds.
#[track_caller]
pub(crate) fn wait_until(mut holds: impl FnMut() -> bool) {
    let started = std::time::Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(10), "it never came to that");
        std::thread::park_timeout(Duration::from_millis(1));
    }
}

#[tokio::test]
async fn with_a_full_queue_and_no_way_to_store_writes_are_refused_and_nobody_hangs() {
    let (_folder, path, store) = open(|options| {
        options.busy_timeout = Duration::from_millis(1);
        options.queue_capacity = 10;
    });
    let held = lock(&path);
    let runs: Vec<_> = (0..30).map(|n| task_run("fetch", n)).collect();
    store.put_acknowledged(begin(&runs[0])).await.unwrap_err();
    let mut told = 0;
    for run in &runs[1..] {
        told += u64::from(store.put(begin(run)).await.is_err());
    }
    assert!((20..30).contains(&told), "{told}");
    let more = store.put_acknowledged(begin(&task_run("fetch", 30))).await.unwrap_err();
    assert!(more.to_string().contains("was not taken"), "{more}");
    let known = Write::Advance(Box::new(advance(&runs[0], State::running(at(1)))));
    let kept = store.put_acknowledged(known).await.unwrap_err();
    assert!(!kept.to_string().contains("was not taken"), "{kept}");
    drop(held);
    store.flush().await.unwrap();
    assert_eq!(count(&store).await, 10);
    assert_eq!(store.run(runs[0].id).await.unwrap().unwrap().states.len(), 1);
    store.put(begin(&task_run("fetch", 31))).await.unwrap();
}

#[tokio::test]
async fn too_many_log_lines_are_dropped_and_counted() {
    let (_folder, path, store) = open(|options| options.log_capacity = 10);
    let held = lock(&path);
    let run = RunId::new();
    store.put_logs((0..25).map(|n| log_line(run, n, "line")).collect());
    assert!(store.dropped_logs() >= 5);
    drop(held);
    store.flush().await.unwrap();
    let stored = store.logs(tidegate_core::LogQuery::default()).await.unwrap().len() as u64;
    assert_eq!(stored + store.dropped_logs(), 25);
}

#[tokio::test]
async fn a_store_that_cannot_store_its_last_writes_says_so_when_it_closes() {
    let (_folder, path, store) = open(|options| options.busy_timeout = Duration::from_millis(1));
    let held = lock(&path);
    drop(store.put(begin(&task_run("fetch", 0))));
    assert_eq!(store.close().await.unwrap_err().kind(), StoreErrorKind::Busy);
    drop(held);
}
