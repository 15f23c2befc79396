//! Durable runs: sequential and concurrent, at each durability, beside the disk and raw SQLite.

use std::time::{Duration, Instant};

use criterion::{Criterion, SamplingMode, Throughput};
use futures_util::future::try_join_all;
use tidegate::prelude::*;
use tidegate::{Durability, Engine};

use crate::figures::{Figures, Mode};
use crate::floors::{Blocks, RawSqlite};
use crate::setup::{Durable, Logs, cached, folder, median, no_op, runtime, submit_all, two_steps};

/// So many tasks are submitted at once.
pub(crate) const TASKS: u64 = 10_000;

/// So many flow runs go on at once.
pub(crate) const FLOWS_AT_ONCE: u64 = 32;

/// So many flow runs are measured together.
pub(crate) const FLOWS: u64 = 2_000;

/// The size of a good batch for SQLite alone.
const BATCH: u64 = 1000;

pub(crate) fn bench(criterion: &mut Criterion, figures: &mut Figures) -> Result<()> {
    for durability in Durability::ALL {
        sequential(criterion, durability)?;
        concurrent(criterion, figures, durability)?;
        flows(criterion, durability)?;
    }
    concurrent_with_logs(criterion)?;
    beside_the_disk(figures)
}

#[flow]
async fn one_after_the_other(tasks: u64) -> Result<Duration> {
    let started = Instant::now();
    for number in 0..tasks {
        no_op(number).await?;
    }
    Ok(started.elapsed())
}

/// Its result is there, so each run is a question and a row.
#[flow]
async fn found_again(tasks: u64) -> Result<Duration> {
    cached(0).await?;
    let started = Instant::now();
    for _ in 0..tasks {
        cached(0).await?;
    }
    Ok(started.elapsed())
}

fn sequential(criterion: &mut Criterion, durability: Durability) -> Result<()> {
    let (runtime, durable) = (runtime(), Durable::open(durability, Logs::Off)?);
    let mut blocks = Blocks::new(folder());
    let mut raw = RawSqlite::new(folder(), durability);

    let mut group = criterion.benchmark_group(format!("sequential {durability}"));
    group.bench_function("append and sync 4 KiB", |bencher| {
        bencher.iter_custom(|count| blocks.append_and_sync(count));
    });
    group.bench_function("task", |bencher| {
        bencher.iter_custom(|count| {
            runtime.block_on(durable.engine.run(one_after_the_other(count))).expect("it completes")
        });
    });
    group.bench_function("cached task", |bencher| {
        bencher.iter_custom(|count| {
            runtime.block_on(durable.engine.run(found_again(count))).expect("it completes")
        });
    });
    group.bench_function("raw SQLite", |bencher| {
        bencher.iter_custom(|count| raw.insert(count, 1));
    });
    group.finish();
    runtime.block_on(durable.close())?;
    Ok(())
}

/// A durable task and a sync of the disk by turns, because a disk is seldom as fast a second later.
fn beside_the_disk(figures: &mut Figures) -> Result<()> {
    let rounds = match figures.mode {
        Mode::Full => 1000,
        Mode::Once => 1,
        Mode::Some => return Ok(()),
    };
    let (runtime, durable) = (runtime(), Durable::open(Durability::Full, Logs::Off)?);
    let (task, sync) = runtime.block_on(durable.engine.run(by_turns(rounds)))?;
    figures.keep("task beside a sync", task);
    figures.keep("sync beside a task", sync);
    runtime.block_on(durable.close())?;
    Ok(())
}

/// The medians of a task and of a sync, in seconds.
#[flow]
async fn by_turns(rounds: u64) -> Result<(f64, f64)> {
    let mut blocks = Blocks::new(folder());
    let (mut tasks, mut syncs) = (Vec::new(), Vec::new());
    for number in 0..rounds {
        let started = Instant::now();
        no_op(number).await?;
        tasks.push(started.elapsed().as_secs_f64());
        syncs.push(blocks.append_and_sync(1).as_secs_f64());
    }
    Ok((median(tasks), median(syncs)))
}

fn concurrent(
    criterion: &mut Criterion,
    figures: &mut Figures,
    durability: Durability,
) -> Result<()> {
    let (runtime, durable) = (runtime(), Durable::open(durability, Logs::Off)?);
    let mut raw = RawSqlite::new(folder(), durability);
    let mut runs = 0;

    let mut group = criterion.benchmark_group(format!("concurrent {durability}"));
    group.sampling_mode(SamplingMode::Flat).sample_size(10).throughput(Throughput::Elements(TASKS));
    group.bench_function("raw SQLite", |bencher| {
        bencher.iter_custom(|count| raw.insert(count * TASKS, BATCH));
    });
    group.bench_function("tasks", |bencher| {
        bencher.iter_custom(|count| {
            runs += count * (TASKS + 1);
            runtime.block_on(submitted(&durable.engine, count)).expect("they complete")
        });
    });
    group.finish();
    let stored = runtime.block_on(durable.engine.runs().count())?;
    let bytes = runtime.block_on(durable.close())?;
    if runs > 0 {
        assert_eq!(stored, runs, "each run is one row");
        figures.keep(&format!("bytes a run {durability}"), bytes as f64 / runs as f64);
    }
    Ok(())
}

fn concurrent_with_logs(criterion: &mut Criterion) -> Result<()> {
    let (runtime, durable) = (runtime(), Durable::open(Durability::Full, Logs::Stored)?);
    let mut group = criterion.benchmark_group("concurrent full with logs");
    group.sampling_mode(SamplingMode::Flat).sample_size(10).throughput(Throughput::Elements(TASKS));
    group.bench_function("tasks", |bencher| {
        bencher.iter_custom(|count| {
            runtime.block_on(submitted(&durable.engine, count)).expect("they complete")
        });
    });
    group.finish();
    runtime.block_on(durable.close())?;
    Ok(())
}

async fn submitted(engine: &Engine, count: u64) -> Result<Duration> {
    let started = Instant::now();
    for _ in 0..count {
        engine.run(submit_all(TASKS)).await?;
    }
    Ok(started.elapsed())
}

fn flows(criterion: &mut Criterion, durability: Durability) -> Result<()> {
    let (runtime, durable) = (runtime(), Durable::open(durability, Logs::Off)?);
    let mut group = criterion.benchmark_group(format!("flows {durability}"));
    group.sampling_mode(SamplingMode::Flat).sample_size(10).throughput(Throughput::Elements(FLOWS));
    group.bench_function("two steps, 32 at once", |bencher| {
        bencher.iter_custom(|count| {
            runtime.block_on(at_once(&durable.engine, count * FLOWS)).expect("they complete")
        });
    });
    group.finish();
    runtime.block_on(durable.close())?;
    Ok(())
}

async fn at_once(engine: &Engine, flows: u64) -> Result<Duration> {
    let started = Instant::now();
    let callers = (0..FLOWS_AT_ONCE).map(|caller| {
        let mine = (caller..flows).step_by(FLOWS_AT_ONCE as usize);
        call_flows(engine.clone(), mine)
    });
    try_join_all(callers.map(spawned)).await?;
    Ok(started.elapsed())
}

async fn call_flows(engine: Engine, numbers: impl Iterator<Item = u64> + Send) -> Result<()> {
    for number in numbers {
        engine.run(two_steps(number)).await?;
    }
    Ok(())
}

#[allow(clippy::disallowed_methods, reason = "as a service calls flows; it is joined at once")]
async fn spawned(caller: impl Future<Output = Result<()>> + Send + 'static) -> Result<()> {
    tokio::spawn(caller).await.expect("it does not panic")
}
