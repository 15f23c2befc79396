//! Nothing that was acknowledged is lost, doubled or forked, whatever becomes of requests, answers and the server.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use tidegate_core::store::suite::samples::{advance, at, flow_run, log_line};
use tidegate_core::{
    LogQuery, Run, RunQuery, State, Store, VariableAnswer, VariableChange, VariableQuery,
    VariableRecord, Write,
};
use tidegate_remote::{Options, Remote};
use tidegate_store::{Options as File, Sqlite};

use crate::process::{Process, look_again_after};
use crate::proxy::{Dice, Proxy};

fn seed() -> u64 {
    std::env::var("TIDEGATE_SEED").map_or(0x5eed_0001, |seed| seed.parse().unwrap())
}

/// So many states of each run; more where that is asked for.
fn amount(usual: i64) -> i64 {
    if std::env::var_os("TIDEGATE_DEEP").is_some() { 20 * usual } else { usual }
}

/// Who runs a proof is told what it did.
fn say(proof: &str) {
    let _ = writeln!(std::io::stderr(), "proof: {proof}; TIDEGATE_SEED={}", seed());
}

/// Writes a run with so many states, each acknowledged before the next, a variable and log lines; what must be on record.
async fn work(
    store: Arc<dyn Store>,
    number: usize,
    states: i64,
    acknowledged: Arc<AtomicU64>,
) -> Run {
    let mut run = flow_run(&format!("flow-{number}"), 0);
    run.states.push(State::pending(at(0)));
    store.put_acknowledged(Write::Begin(Box::new(run.clone()))).await.unwrap();
    for n in 1..=states {
        let next = advance(&run, State::running(at(n)).message(format!("{number}/{n}")));
        next.clone().apply_to(&mut run);
        store.put_acknowledged(Write::Advance(Box::new(next))).await.unwrap();
        acknowledged.fetch_add(1, Ordering::Relaxed);
        if n % 10 == 0 {
            // Of one that was made twice the second would be answered that it exists.
            let variable = VariableRecord::new(format!("v-{number}-{n}"), json!(n), at(n));
            let made = store.change_variable(VariableChange::Create(variable.clone())).await;
            assert_eq!(made.unwrap(), VariableAnswer::Done(variable));
            store.put_logs(vec![log_line(run.id, n, &format!("{number}/{n}"))]);
        }
        if n % 7 == 0 {
            assert_eq!(store.run(run.id).await.unwrap().as_ref(), Some(&run), "a read is fresh");
        }
    }
    run
}

/// What is in the file is what was acknowledged, once.
async fn check(path: &Path, runs: &[Run], states: i64) {
    let store = Sqlite::open(File::file(path)).unwrap();
    for run in runs {
        assert_eq!(store.run(run.id).await.unwrap().as_ref(), Some(run));
        assert_eq!(run.states.len() as i64, states + 1);
    }
    assert_eq!(store.count_runs(RunQuery::default()).await.unwrap(), runs.len() as u64);
    let made = store.variables(VariableQuery::default()).await.unwrap().len();
    assert_eq!(made as i64, runs.len() as i64 * (states / 10));
    let lines = store.logs(LogQuery::default()).await.unwrap().len();
    assert_eq!(lines as i64, runs.len() as i64 * (states / 10));
    store.close().await.unwrap();
}

async fn all(store: &Arc<Remote>, runs: usize, states: i64, done: &Arc<AtomicU64>) -> Vec<Run> {
    let work = (0..runs)
        .map(|number| work(Arc::clone(store) as Arc<dyn Store>, number, states, Arc::clone(done)));
    futures_util::future::join_all(work).await
}

#[tokio::test]
async fn requests_and_answers_that_are_lost_repeated_or_late_change_nothing() {
    let states = amount(100);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let mut server = Process::on(&path);
    server.start();
    let proxy = Proxy::before(server.address, seed());
    let url = format!("http://{}/api", proxy.address);
    let store = Arc::new(Remote::connect(&url, Options::new()).unwrap());
    proxy.is_rough(true);
    let runs = all(&store, 8, states, &Arc::default()).await;
    proxy.is_rough(false);
    store.close().await.unwrap();
    let counts = &proxy.counts;
    let enough = |count: &AtomicU64| assert!(count.load(Ordering::Relaxed) >= 5, "{counts:?}");
    enough(&counts.lost);
    enough(&counts.answers_lost);
    enough(&counts.repeated);
    enough(&counts.held_up);
    enough(&counts.late);
    drop(server);
    check(&path, &runs, states).await;
    say(&format!(
        "a bad network: {} states of 8 runs, nothing lost or doubled; {counts:?}",
        8 * states
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_again_and_again_loses_nothing_acknowledged() {
    let states = amount(150);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let mut server = Process::on(&path);
    server.start();
    let store = Arc::new(Remote::connect(&server.url(), Options::new()).unwrap());
    let (done, over) = (Arc::<AtomicU64>::default(), Arc::new(AtomicBool::new(false)));
    let killer = std::thread::spawn({
        let (done, over) = (Arc::clone(&done), Arc::clone(&over));
        move || {
            let (dice, mut kills) = (Dice::new(seed()), 0);
            while !over.load(Ordering::SeqCst) {
                // In the middle of things: when some more was acknowledged since the start.
                let until = done.load(Ordering::SeqCst) + 20 + dice.below(60);
                while done.load(Ordering::SeqCst) < until && !over.load(Ordering::SeqCst) {
                    look_again_after(Duration::from_micros(200 + dice.below(800)));
                }
                server.kill();
                kills += 1;
                server.start();
            }
            (server, kills)
        }
    });
    let runs = all(&store, 8, states, &done).await;
    over.store(true, Ordering::SeqCst);
    let (mut server, kills) = killer.join().unwrap();
    store.close().await.unwrap();
    assert!(kills >= 5, "{kills}");
    server.kill();
    check(&path, &runs, states).await;
    say(&format!(
        "a server killed {kills} times: {} states of 8 runs, nothing lost or doubled",
        8 * states
    ));
}

#[tokio::test]
async fn closing_without_a_server_says_what_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Process::on(&folder.path().join("runs.db"));
    server.start();
    let mut options = Options::new();
    options.close_within = Duration::from_millis(300);
    options.ask_within = Duration::from_millis(300);
    let store = Remote::connect(&server.url(), options).unwrap();
    server.kill();
    let waits = store.put_acknowledged(Write::Begin(Box::new(flow_run("etl", 0))));
    let error = store.runs(RunQuery::default()).await.unwrap_err();
    assert!(error.to_string().contains("cannot be reached"), "{error}");
    let error = store.close().await.unwrap_err();
    assert!(error.to_string().starts_with("1 changes were not recorded"), "{error}");
    waits.await.unwrap_err();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_at_once() {
    let mut options = Options::new();
    options.connect_within = Duration::ZERO;
    let free = Process::on(Path::new("")).url();
    let error = Remote::connect(&free, options).unwrap_err();
    assert!(error.to_string().contains("check that it runs"), "{error}");
    for url in ["localhost:4200", "ftp://localhost/api", "http://user:word@localhost/api"] {
        let error = Remote::connect(url, Options::new()).unwrap_err();
        assert!(error.to_string().contains("is no address of a server"), "{error}");
        assert!(!error.to_string().contains("word"), "{error}");
    }
}
