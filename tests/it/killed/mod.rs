//! Processes that are killed: kill -9 at any moment loses nothing that was acknowledged, runs nothing again that was, and every
//! run finishes. Processes are this test program again.
//!
//! ```text
//!   test ── campaign ──> lane ── starts, hears, kills ──> process ── workload ──> database
//!                          │                                └─ appends ──> journal
//!                          └── drained ──> verdict: the database, the journal and what the parent was told agree
//! ```

mod journal;
mod lane;
mod verdict;
mod workload;

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tidegate::Engine;

use crate::child::{Child, Started, block_on, is_process};
use crate::proof::{amount, dice, in_memory, say, seed, seed_of};
use lane::{Lane, Said, Start};
use verdict::Counts;

/// So many kills on one database; then another begins, which keeps the last look at it short.
const CAMPAIGN: usize = 50;

/// So many databases at once.
const LANES: usize = 2;

#[allow(clippy::redundant_closure, reason = "a process finds its test by the type of the closure")]
#[test]
fn kill_9_loses_nothing_acknowledged_runs_nothing_again_and_every_run_finishes() {
    let start = |child: Child| child.start(|| workload::live());
    if is_process() {
        start(Child::at(Path::new("")));
    }
    let (seed, kills) = (seed(), amount(500, 10_000));
    let campaigns = kills.div_ceil(CAMPAIGN);
    let (next, total) = (AtomicUsize::new(0), Mutex::new((Said::default(), Counts::default())));
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= campaigns {
                break;
            }
            let (said, counts) = campaign(&start, number, seed_of(seed, number))
                .unwrap_or_else(|error| panic!("TIDEGATE_SEED={seed}, campaign {number}: {error}"));
            let mut total = total.lock().unwrap();
            total.0.add(&said);
            total.1.add(counts);
        }
    };
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES).map(|_| scope.spawn(work)).collect();
        for lane in lanes {
            lane.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    });
    let (said, counts) = total.into_inner().unwrap();
    say(&format!(
        "kill -9: {} kills ({} of them before the process had said anything, {} while another process lived on the same file), \
         {} flow runs of which {} crashed, {} were taken over by a process that lived, {} were past the limit of recoveries; {} \
         acknowledged calls of {} runs, {} bodies that ran again before they were acknowledged, {} transactional tasks, {} cached \
         tasks, {} transactions of tasks committed with their hooks called; nothing lost, nothing acknowledged ran again, every run finished; TIDEGATE_SEED={seed}",
        said.kills,
        said.early,
        said.survived,
        counts.flows,
        counts.crashed,
        said.taken_over,
        counts.past_the_limit,
        counts.acknowledged,
        counts.runs,
        counts.again,
        counts.booked,
        counts.cached,
        counts.transactions,
    ));
    assert!(said.kills >= kills);
    assert!(
        said.survived >= kills / 10 && said.early >= kills / 100 && said.taken_over >= kills / 250
    );
    assert!(
        counts.acknowledged >= 10 * kills && counts.crashed >= kills && counts.again >= kills / 20
    );
    assert!(counts.past_the_limit >= kills / 100 && counts.booked >= kills);
    assert!(counts.cached >= kills && counts.transactions >= kills);
}

#[allow(clippy::redundant_closure, reason = "a process finds its test by the type of the closure")]
#[allow(clippy::disallowed_methods, reason = "the moment of the kill is what is random")]
#[test]
fn a_process_killed_while_it_makes_the_database_leaves_a_file_that_others_can_open() {
    let start = |home: &Path| Child::at(home).start(|| workload::open());
    if is_process() {
        start(Path::new(""));
    }
    let (seed, rounds) = (seed(), amount(40, 2_000));
    let mut halves = 0;
    for round in 0..rounds {
        let home = tempfile::tempdir().unwrap();
        let mut process = start(home.path());
        process.wait_for("opening");
        let moment = dice(seed_of(seed, round)).u64(0..6_000);
        std::thread::sleep(Duration::from_micros(moment));
        process.kill();
        halves += usize::from(home.path().join("tidegate.db-journal").exists());
        // Two that come together must not get into each other's way.
        for left in [start(home.path()), start(home.path())].map(Started::wait) {
            assert_eq!(left.stdout, "opening\nopen\n", "TIDEGATE_SEED={seed}, round {round}");
        }
    }
    say(&format!(
        "killed while making the database: {rounds} kills, {halves} of them left it half made; it could be opened each time; \
         TIDEGATE_SEED={seed}"
    ));
    assert!(halves >= rounds / 20);
}

/// Kills processes on a database of its own, and looks at what is left.
fn campaign(start: Start<'_>, number: usize, seed: u64) -> Result<(Said, Counts), String> {
    let home = if number.is_multiple_of(2) { in_memory() } else { tempfile::tempdir().unwrap() };
    let path = home.path();
    let mut lane = Lane::new(start, path, seed);
    lane.kill(CAMPAIGN)?;
    lane.drain(Vec::new())?;
    let past = looking(path, async |engine| verdict::past_the_limit(engine).await)?;
    lane.drain(past)?;
    let told = &lane.said.lines;
    let counts = looking(path, async |engine| verdict::judge(engine, path, told).await)?;
    Ok((std::mem::take(&mut lane.said), counts))
}

/// Looks into the database of a folder.
fn looking<T>(
    home: &Path,
    look: impl AsyncFnOnce(&Engine) -> Result<T, String>,
) -> Result<T, String> {
    let url = format!("sqlite:{}", home.join("tidegate.db").display());
    block_on(async {
        let engine = Engine::builder().database(url).open().unwrap();
        let seen = look(&engine).await;
        engine.close().await.unwrap();
        seen
    })
}
