//! Deleting old runs while others write: nobody waits long, and nothing is left without what it belongs to.

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use futures_util::future::join;
use rusqlite::Connection;
use tidegate_core::store::suite::samples::{at, entered, flow_run, log_line, task_run};
use tidegate_core::{Expired, Run, RunQuery, State, Store, Write};
use tidegate_store::{Options, Sqlite};

const AT_ONCE: u64 = 250;

const EVERYTHING: Expired =
    Expired { ended_before: None, beyond_newest: Some(0), run: None, ended_lately: None };

fn begin(run: &Run) -> Write {
    Write::Begin(Box::new(run.clone()))
}

fn completed(run: Run) -> Run {
    entered(run, State::completed(at(1)))
}

/// A top-level flow run that has ended.
fn ended_flow(n: i64) -> Run {
    let run = completed(flow_run("etl", n));
    Run { root_flow_run_id: Some(run.id), ..run }
}

fn inside(flow: &Run, run: Run) -> Run {
    Run { flow_run_id: Some(flow.id), root_flow_run_id: flow.root_flow_run_id, ..completed(run) }
}

/// A flow run that has ended, with so many task runs in it, each of which wrote a line.
async fn put_tree(store: &Sqlite, tasks: u64) -> Run {
    let flow = ended_flow(0);
    for n in 0..tasks {
        store.put(begin(&inside(&flow, task_run("fetch", n.cast_signed())))).await.unwrap();
        if n % 100 == 0 {
            store.put_logs((0..100).map(|n| log_line(flow.id, n, "line")).collect());
            store.flush().await.unwrap();
        }
    }
    store.put_acknowledged(begin(&flow)).await.unwrap();
    flow
}

async fn count(store: &Sqlite) -> u64 {
    store.count_runs(RunQuery::default()).await.unwrap()
}

/// How many runs and log lines lack a run that they name.
fn loose_ends(path: &Path) -> i64 {
    let connection = Connection::open(path).unwrap();
    let missing = |table: &str, column: &str| -> i64 {
        let sql = format!(
            "SELECT count(*) FROM {table} WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT id FROM runs)"
        );
        connection.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    ["flow_run_id", "task_run_id", "root_flow_run_id"]
        .map(|column| missing("runs", column))
        .iter()
        .sum::<i64>()
        + ["flow_run_id", "task_run_id"].map(|column| missing("logs", column)).iter().sum::<i64>()
}

#[tokio::test]
async fn others_are_acknowledged_between_the_steps_of_a_large_deletion() {
    let is_deep = std::env::var_os("TIDEGATE_DEEP").is_some_and(|deep| deep == "1");
    let tasks = if is_deep { 100_000 } else { 20_000 };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let store = Sqlite::open(Options::file(&path)).unwrap();
    put_tree(&store, tasks).await;

    let (acknowledged, done) = (AtomicU64::new(0), AtomicBool::new(false));
    let write = async {
        let mut n = 0;
        while !done.load(Ordering::Relaxed) {
            n += 1;
            let run = entered(task_run("other", n), State::running(at(n)));
            store.put_acknowledged(begin(&run)).await.unwrap();
            acknowledged.fetch_add(1, Ordering::Relaxed);
        }
    };
    let delete = async {
        let (mut runs, mut steps, mut without, mut before) = (0, 0, 0, 0);
        loop {
            let deleted = store.delete_runs(EVERYTHING, AT_ONCE).await.unwrap();
            runs += deleted.runs;
            steps += 1;
            let now = acknowledged.load(Ordering::Relaxed);
            without = if now == before { without + 1 } else { 0 };
            assert!(without < 5, "nobody was acknowledged in {without} steps, after {now}");
            before = now;
            if !deleted.more {
                done.store(true, Ordering::Relaxed);
                return (runs, steps);
            }
        }
    };
    let ((runs, steps), ()) = join(delete, write).await;
    assert_eq!(runs, tasks + 1);
    assert!(steps > 2 * tasks / AT_ONCE, "{steps}");
    let acknowledged = acknowledged.into_inner();
    assert!(acknowledged > steps / 4, "{acknowledged} in {steps} steps");
    assert_eq!(count(&store).await, acknowledged);
    assert_eq!(loose_ends(&path), 0);
    store.close().await.unwrap();
}

/// A process of this test program that does what the ignored test `name` says.
fn start(name: &str, path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([&format!("retention::{name}"), "--exact", "--ignored", "--nocapture"])
        .env("TIDEGATE_TEST_DATABASE", path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Of a process that another started; none in a run of all ignored tests.
fn open() -> Option<Sqlite> {
    let path = std::env::var_os("TIDEGATE_TEST_DATABASE")?;
    Some(Sqlite::open(Options::file(path)).unwrap())
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "said {line}").unwrap();
    out.flush().unwrap();
}

/// Reads what a process says, so many lines of it.
fn listen(process: &mut Child, lines: usize) {
    let out = BufReader::new(process.stdout.take().unwrap());
    let heard = out.lines().map(Result::unwrap).filter(|line| line.starts_with("said"));
    assert_eq!(heard.take(lines).count(), lines);
}

#[tokio::test]
#[ignore = "the other process of a test below"]
async fn run_flows() {
    let Some(store) = open() else { return };
    for n in 0..300 {
        let mut flow = flow_run("etl", n);
        flow.root_flow_run_id = Some(flow.id);
        let flow = entered(flow, State::running(at(n)));
        store.put_acknowledged(begin(&flow)).await.unwrap();
        let subflow = inside(&flow, flow_run("part", n));
        store.put(begin(&subflow)).await.unwrap();
        for around in [&flow, &subflow] {
            let task = inside(around, task_run("fetch", n));
            let mut line = log_line(around.id, n, "a line of a task run");
            line.task_run_id = Some(task.id);
            store.put(begin(&task)).await.unwrap();
            store.put_logs(vec![line, log_line(around.id, n, "a line of a flow run")]);
        }
        let end = tidegate_core::store::suite::samples::advance(&flow, State::completed(at(n)));
        store.put_acknowledged(Write::Advance(Box::new(end))).await.unwrap();
    }
    store.close().await.unwrap();
}

#[tokio::test]
async fn deleting_while_other_processes_run_flows_leaves_no_loose_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let store = Sqlite::open(Options::file(&path)).unwrap();
    let mut processes: Vec<_> = (0..2).map(|_| start("run_flows", &path)).collect();
    let (mut runs, mut rounds) = (0, 0);
    while processes.iter_mut().any(|process| process.try_wait().unwrap().is_none()) {
        runs += store.delete_runs(EVERYTHING, 20).await.unwrap().runs;
        rounds += 1;
        if rounds % 50 == 0 {
            assert_eq!(loose_ends(&path), 0);
        }
    }
    for mut process in processes {
        assert!(process.wait().unwrap().success());
    }
    assert!(runs > 0, "nothing was deleted while others wrote");
    loop {
        let deleted = store.delete_runs(EVERYTHING, 1000).await.unwrap();
        runs += deleted.runs;
        if !deleted.more {
            break;
        }
    }
    assert_eq!(runs, 2 * 300 * 4);
    assert_eq!(count(&store).await, 0);
    assert_eq!(loose_ends(&path), 0);
    store.close().await.unwrap();
    let connection = Connection::open(&path).unwrap();
    let left: i64 =
        connection.query_row("SELECT count(*) FROM deletions", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
#[ignore = "the other process of a test below"]
async fn delete_slowly() {
    let Some(store) = open() else { return };
    while store.delete_runs(EVERYTHING, 50).await.unwrap().more {
        say("deleted some");
    }
}

#[tokio::test]
async fn a_deletion_whose_process_was_killed_is_finished_by_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let store = Sqlite::open(Options::file(&path)).unwrap();
    let flow = put_tree(&store, 2000).await;
    store.close().await.unwrap();
    for kill in 0..5 {
        let mut process = start("delete_slowly", &path);
        listen(&mut process, 5);
        process.kill().unwrap();
        process.wait().unwrap();
        let store = Sqlite::open(Options::file(&path)).unwrap();
        assert!(store.run(flow.id).await.unwrap().is_some(), "the flow run goes last");
        assert!(count(&store).await <= 2001, "{kill}");
        assert_eq!(loose_ends(&path), 0);
        store.close().await.unwrap();
    }
    let store = Sqlite::open(Options::file(&path)).unwrap();
    while store.delete_runs(Expired::default(), AT_ONCE).await.unwrap().more {}
    assert_eq!(count(&store).await, 0);
    assert_eq!(loose_ends(&path), 0);
}

#[tokio::test]
async fn a_run_that_is_taken_up_again_is_there_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Sqlite::open(Options::file(folder.path().join("runs.db"))).unwrap());
    let (mut whole, mut gone) = (0, 0);
    for _ in 0..20 {
        let flow = put_tree(&store, 100).await;
        let again = tidegate_core::store::suite::samples::advance(&flow, State::retrying(at(9)));
        let delete = async { while store.delete_runs(EVERYTHING, 40).await.unwrap().more {} };
        let (taken_up, ()) =
            join(store.put_acknowledged(Write::Advance(Box::new(again))), delete).await;
        match taken_up {
            Ok(()) => {
                whole += 1;
                let inside = RunQuery { flow_run_id: Some(flow.id), ..RunQuery::default() };
                assert_eq!(store.count_runs(inside).await.unwrap(), 100);
            }
            Err(_) => {
                gone += 1;
                assert_eq!(store.run(flow.id).await.unwrap(), None);
            }
        }
    }
    assert_eq!(whole + gone, 20);
    assert_eq!(count(&store).await, 101 * whole);
}
