//! Several processes with one file. Each test starts this test program again as its other processes.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use tidegate_core::store::suite::samples::{advance, at, task_run};
use tidegate_core::{RunQuery, State, Store, Write};
use tidegate_store::{Options, Sqlite};

const RUNS: i64 = 200;

fn start(test: &str, path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([&format!("sharing::{test}"), "--exact", "--ignored"])
        .env("TIDEGATE_TEST_DATABASE", path)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Of a process that another started; none in a run of all ignored tests.
fn open() -> Option<Sqlite> {
    let path = std::env::var_os("TIDEGATE_TEST_DATABASE")?;
    Some(Sqlite::open(Options::file(path)).unwrap())
}

async fn count(path: &Path) -> u64 {
    let store = Sqlite::open(Options::file(path)).unwrap();
    store.count_runs(RunQuery::default()).await.unwrap()
}

#[tokio::test]
#[ignore = "the other process of a test below"]
async fn write_runs_one_after_the_other() {
    let Some(store) = open() else { return };
    for n in 0..RUNS {
        let run = task_run("fetch", n);
        let write = advance(&run, State::running(at(n)));
        store.put(Write::Begin(Box::new(run))).await.unwrap();
        store.put_acknowledged(Write::Advance(Box::new(write))).await.unwrap();
    }
    store.close().await.unwrap();
}

#[tokio::test]
#[ignore = "the other process of a test below"]
async fn write_runs_and_die() {
    let Some(store) = open() else { return };
    for n in 0..RUNS {
        drop(store.put(Write::Begin(Box::new(task_run("fetch", n)))));
    }
    store.put_acknowledged(Write::Begin(Box::new(task_run("last", RUNS)))).await.unwrap();
    std::process::abort();
}

#[tokio::test]
async fn processes_may_make_a_file_at_once_and_write_it_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let children: Vec<_> = (0..4).map(|_| start("write_runs_one_after_the_other", &path)).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(count(&path).await, 4 * RUNS.unsigned_abs());
}

#[tokio::test]
async fn what_was_acknowledged_survives_the_death_of_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    assert!(!start("write_runs_and_die", &path).wait().unwrap().success());
    assert_eq!(count(&path).await, RUNS.unsigned_abs() + 1);
}

#[tokio::test]
async fn a_store_sees_what_another_has_stored() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let [one, other] = [(); 2].map(|()| Sqlite::open(Options::file(&path)).unwrap());
    let run = task_run("fetch", 0);
    one.put_acknowledged(Write::Begin(Box::new(run.clone()))).await.unwrap();
    assert_eq!(other.run(run.id).await.unwrap(), Some(run.clone()));
    one.close().await.unwrap();
    let write = advance(&run, State::running(at(1)));
    other.put_acknowledged(Write::Advance(Box::new(write))).await.unwrap();
    other.close().await.unwrap();
}
