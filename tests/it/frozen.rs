//! Owners that are frozen while many of their tasks are under way, are taken for dead, and wake: nothing of what they still do for
//! those runs is recorded, and what another process has recovered is that process's alone. Processes are this test program again.

#![allow(
    clippy::disallowed_methods,
    reason = "bodies that block and processes that freeze are what this is about"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tidegate::prelude::*;
use tidegate::runtime::flow_run;
use tidegate::{Engine, Error, Run, RunId, SqlError, SqlTransaction, StateResult, StateType};

use crate::child::{Child, Started, block_on, is_process};
use crate::proof::{amount, dice, in_memory, say, seed, seed_of};

/// So many branches of each flow go on at once.
const BRANCHES: u32 = 12;

/// So many calls a branch of the recovered flow makes.
const CALLS: u32 = 250;

/// A branch gives up after so many errors, so that it makes calls after it was refused, too.
const ERRORS: usize = 3;

/// So many rounds at once: they mostly wait for leases to expire.
const AT_ONCE: usize = 6;

/// A process that was frozen in the middle of a commit keeps all others from writing; this is longer than a lease takes to be ended.
const PATIENCE: Duration = Duration::from_secs(4);

/// Calls that gave an error because their process had lost the run.
static REFUSED: AtomicUsize = AtomicUsize::new(0);
/// Calls that were made after the process woke, and gave a value.
static ACCEPTED: AtomicUsize = AtomicUsize::new(0);
/// Whether this process has been told that it has lost its lease.
static WOKEN: AtomicBool = AtomicBool::new(false);

/// A value that tells which process made it.
fn value() -> u64 {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed) as u64;
    (u64::from(std::process::id()) << 32) | count
}

#[task]
async fn work(number: u32) -> u64 {
    tokio::time::sleep(Duration::from_millis(u64::from(number % 4))).await;
    value()
}

#[task]
fn blocking(number: u32) -> u64 {
    std::thread::sleep(Duration::from_millis(u64::from(number % 3)));
    value()
}

#[task(transactional)]
fn book(tx: &mut SqlTransaction<'_>, number: u32) -> Result<u64, SqlError> {
    let value = value();
    let flow = flow_run::id().unwrap().to_string();
    let row = (flow, i64::from(number), value.cast_signed());
    tx.execute("INSERT INTO ledger (flow, number, value) VALUES (?1, ?2, ?3)", row)?;
    Ok(value)
}

#[flow]
async fn inner(number: u32) -> Result<u64> {
    work(number).await
}

/// One call after the other, of every kind; what an error means is counted, and the next call made all the same.
async fn branch(branch: u32, calls: u32) -> Result<()> {
    let mut errors = Vec::new();
    for number in (0..calls).map(|call| branch + call * BRANCHES) {
        let woken = WOKEN.load(Ordering::SeqCst);
        if ACCEPTED.load(Ordering::SeqCst) > 100 {
            break;
        }
        let called = match number % 5 {
            0 => blocking(number).await,
            1 => book(number).await,
            2 => inner(number).await,
            3 => work(number).submit().await,
            _ => work(number).await,
        };
        match called {
            Ok(_) => ACCEPTED.fetch_add(usize::from(woken), Ordering::SeqCst),
            Err(error) => {
                errors.push(error);
                if errors.len() == ERRORS {
                    break;
                }
                0
            }
        };
    }
    let refused = errors.iter().filter(|error| is_refusal(error)).count();
    REFUSED.fetch_add(refused, Ordering::SeqCst);
    match errors.into_iter().next() {
        None => Ok(()),
        Some(error) => Err(error),
    }
}

/// Whether it, or what caused it, is that another process has taken over.
fn is_refusal(error: &Error) -> bool {
    error.is_fenced() || error.to_string().contains("lease")
}

async fn branches(calls: u32) -> Result<()> {
    join_all((0..BRANCHES).map(|number| branch(number, calls))).await.into_iter().collect()
}

#[flow]
async fn plain() -> Result<()> {
    branches(u32::MAX / BRANCHES - 1).await
}

#[flow(recover)]
async fn recovering() -> Result<()> {
    branches(CALLS).await
}

/// What a process does: both flows, and then another that is its own.
async fn live() {
    let engine = Engine::current().unwrap();
    let made = engine.sql_transaction(|tx| {
        tx.execute("CREATE TABLE ledger (flow TEXT, number INTEGER, value INTEGER)", ())
    });
    made.await.unwrap();
    let begin = async {
        while engine.runs().state(StateType::Completed).count().await.unwrap() < 20 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        println!("under way");
    };
    let ((), plain, recovering) = tokio::join!(begin, plain(), recovering());
    let ended: Vec<_> =
        [&plain, &recovering].iter().map(|ended| ended.is_err().to_string()).collect();
    println!("refused {}", REFUSED.load(Ordering::SeqCst));
    println!("accepted {}", ACCEPTED.load(Ordering::SeqCst));
    println!("ended {}", ended.join(" "));
    println!("new {}", inner(7).await.is_ok());
}

/// Finds out that the process has lost its lease: whoever wakes it says so before.
fn watch() {
    let lost = std::path::PathBuf::from(std::env::var_os("TIDEGATE_HOME").unwrap()).join("lost");
    std::thread::spawn(move || {
        while !lost.exists() {
            std::thread::sleep(Duration::from_millis(1));
        }
        WOKEN.store(true, Ordering::SeqCst);
    });
}

/// What the rounds came to.
#[derive(Debug, Default)]
struct Counts {
    rounds: usize,
    refused: usize,
    runs: usize,
    recovered: usize,
    booked: usize,
    /// Times that a process was frozen while it held the lock of the database.
    locked: usize,
}

#[test]
fn nothing_that_an_owner_does_after_it_was_frozen_and_taken_for_dead_is_recorded() {
    let start = |home: &Path| {
        Child::at(home)
            .env("TIDEGATE_LEASE_SECONDS", "1")
            .env("TIDEGATE_LOGGING_LEVEL", "ERROR")
            .start(|| {
                watch();
                let mut runtime = tokio::runtime::Builder::new_multi_thread();
                runtime.worker_threads(2).enable_all().build().unwrap().block_on(live());
            })
    };
    if is_process() {
        start(Path::new(""));
    }
    let (seed, rounds) = (seed(), amount(12, 200));
    let (next, counts) = (AtomicUsize::new(0), Mutex::new(Counts::default()));
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::SeqCst);
            if number >= rounds {
                break;
            }
            round(&start, seed_of(seed, number), &counts);
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    });
    let counts = counts.into_inner().unwrap();
    say(&format!(
        "frozen owners: {} frozen past their lease and woken, with {} runs of theirs; {} calls refused after that, none recorded; {} \
         flow runs recovered by another process, {} transactional tasks done once; {} times one was frozen in the middle of a \
         commit, and woken again; TIDEGATE_SEED={seed}",
        counts.rounds, counts.runs, counts.refused, counts.recovered, counts.booked, counts.locked,
    ));
    assert_eq!((counts.rounds, counts.recovered), (rounds, rounds));
    assert!(counts.refused >= rounds * 20 && counts.runs >= rounds * 40);
}

/// Freezes a process until it is taken for dead, and wakes it.
fn round(start: &(dyn Fn(&Path) -> Started + Sync), seed: u64, counts: &Mutex<Counts>) {
    let home = in_memory();
    let mut dice = dice(seed);
    let mut process = start(home.path());
    process.wait_for("under way");
    block_on(async {
        let url = format!("sqlite:{}", home.path().join("tidegate.db").display());
        let engine = Engine::builder().database(url).open().unwrap();
        assert!(engine.recover().await.unwrap().is_empty(), "its process lives");
        let mut locked = 0;
        loop {
            tokio::time::sleep(Duration::from_micros(dice.u64(0..60_000))).await;
            process.signal("STOP");
            if has_lost_its_lease(&engine, process.id()).await {
                break;
            }
            process.signal("CONT");
            locked += 1;
            assert!(locked < 20, "it never loses its lease");
        }
        let old = ended_runs(&engine).await;
        std::fs::write(home.path().join("lost"), "").unwrap();
        process.signal("CONT");
        let left = process.wait_for_rest();
        let said: BTreeMap<&str, &str> =
            left.stdout.lines().filter_map(|line| line.split_once(' ')).collect();
        assert_eq!(left.code, Some(0), "{}{}", left.stdout, left.stderr);
        assert_eq!((said["ended"], said["new"]), ("true true", "true"), "{}", left.stderr);
        assert_eq!(said["accepted"], "0", "{}", left.stderr);

        let recovered = ends(&engine, "recovering").await;
        let rows = ledger(&engine).await;
        judge(&engine, &old, &recovered, &rows).await;
        engine.close().await.unwrap();
        let mut counts = counts.lock().unwrap();
        counts.rounds += 1;
        counts.refused += said["refused"].parse::<usize>().unwrap();
        counts.runs += old.len();
        counts.recovered += usize::from(recovered.state().unwrap().is_completed());
        counts.booked += rows.len();
        counts.locked += locked;
    });
}

/// Waits until the process of this id has no lease any more. One that was frozen in the middle of a commit keeps it.
async fn has_lost_its_lease(engine: &Engine, process: u32) -> bool {
    let lost = async {
        loop {
            let leases = engine.store().unwrap().leases().await.unwrap();
            if leases.iter().all(|lease| lease.holder.pid != process) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, lost).await.is_ok()
}

/// Waits until the runs of the frozen process have ended, and gives them; those of the flow that is recovered as well, of which only
/// what had completed stays as it is.
async fn ended_runs(engine: &Engine) -> BTreeMap<RunId, Run> {
    loop {
        let runs = engine.runs().list().await.unwrap();
        let plain = runs.iter().find(|run| run.definition.name == "plain").unwrap().id;
        let of_plain = |run: &&Run| run.root_flow_run_id == Some(plain);
        if runs.iter().filter(of_plain).all(Run::is_terminal) {
            let done = |run: &Run| {
                run.root_flow_run_id == Some(plain) || run.state().unwrap().is_completed()
            };
            return runs.into_iter().filter(done).map(|run| (run.id, run)).collect();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits for the end of the flow run of this name.
async fn ends(engine: &Engine, name: &str) -> Run {
    loop {
        let run = engine.runs().flow(name).list().await.unwrap().remove(0);
        if run.state().unwrap().is_completed() {
            return run;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Flow, number and value of each row.
async fn ledger(engine: &Engine) -> Vec<(String, i64, i64)> {
    let rows = engine.sql_transaction(|tx| {
        let rows = tx.query("SELECT flow, number, value FROM ledger", ())?;
        let read = |row: &tidegate::SqlRow| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        rows.iter().map(read).collect::<Result<Vec<_>, SqlError>>()
    });
    rows.await.unwrap()
}

/// The value that a task completed with.
fn value_of(run: &Run) -> Option<u64> {
    match &run.state()?.result {
        Some(StateResult::Recorded { json }) => serde_json::from_str(json).ok(),
        Some(_) | None => None,
    }
}

/// Nothing of the frozen process's runs has changed, and whatever else is there in them is of the process that recovered them.
async fn judge(
    engine: &Engine,
    old: &BTreeMap<RunId, Run>,
    recovered: &Run,
    rows: &[(String, i64, i64)],
) {
    let runs = engine.runs().list().await.unwrap();
    let mut calls = BTreeSet::new();
    for run in &runs {
        assert!(run.is_terminal(), "{run:?}");
        let ours = value_of(run).is_some_and(|value| value >> 32 == u64::from(std::process::id()));
        match old.get(&run.id) {
            Some(before) => assert_eq!(run, before, "it was written after it was taken for dead"),
            None if run.definition.name == "recovering" => assert_eq!(run, recovered),
            None if run.root_flow_run_id == Some(recovered.id) => {
                let by_us = ours || run.definition.name == "inner";
                assert!(by_us, "the process that had lost it has written it: {run:?}");
            }
            // What the process began after it had been told.
            None => assert!(["inner", "work"].contains(&&*run.definition.name), "{run:?}"),
        }
        if let Some(key) = run.call_key {
            assert!(calls.insert((run.flow_run_id, key)), "two runs are of one call: {run:?}");
        }
    }
    let booked: BTreeSet<_> =
        rows.iter().map(|(flow, number, _)| (flow.clone(), *number)).collect();
    assert_eq!(booked.len(), rows.len(), "a transactional task was done twice");
    let values: BTreeSet<_> = rows.iter().map(|(_, _, value)| value.cast_unsigned()).collect();
    let completed = runs.iter().filter(|run| run.definition.name == "book");
    let recorded: BTreeSet<_> = completed.filter_map(value_of).collect();
    assert_eq!(values, recorded, "what was done and what is recorded differ");
}
