//! The store by itself: how long a batch of new runs takes until it is acknowledged, at each size and durability.

use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use futures_util::future::join_all;
use tidegate::{Clock, Durability, Run, RunKind, State, store::Store, store::Write};
use tidegate_core::Definition;

use crate::floors::RawSqlite;
use crate::setup::{Durable, Logs, folder, runtime};

const BATCHES: [u64; 4] = [1, 10, 100, 1000];

pub(crate) fn bench(criterion: &mut Criterion) -> tidegate::Result<()> {
    let runtime = runtime();
    for durability in Durability::ALL {
        let durable = Durable::open(durability, Logs::Off)?;
        let store = durable.engine.store().expect("it was opened with one");
        let mut raw = RawSqlite::new(folder(), durability);

        let mut group = criterion.benchmark_group(format!("commit {durability}"));
        group
            .sampling_mode(SamplingMode::Flat)
            .sample_size(10)
            .measurement_time(Duration::from_millis(700));
        for batch in BATCHES {
            group.throughput(Throughput::Elements(batch));
            group.bench_function(BenchmarkId::new("raw SQLite", batch), |bencher| {
                bencher.iter_custom(|count| raw.insert(count * batch, batch));
            });
            group.bench_function(BenchmarkId::new("store", batch), |bencher| {
                bencher.iter_custom(|count| runtime.block_on(put(&**store, count, batch)));
            });
        }
        group.finish();
        runtime.block_on(durable.close())?;
    }
    Ok(())
}

/// How long it takes to put so many batches, each awaited.
async fn put(store: &dyn Store, count: u64, batch: u64) -> Duration {
    let definition = Arc::new(Definition::new(RunKind::Task, "no_op"));
    let mut spent = Duration::ZERO;
    for _ in 0..count {
        let runs: Vec<_> = (0..batch).map(|_| ended(&definition)).collect();
        let started = Instant::now();
        let puts = runs.into_iter().map(|run| store.put_acknowledged(Write::Begin(run)));
        for acknowledged in join_all(puts.collect::<Vec<_>>()).await {
            acknowledged.expect("the store works");
        }
        spent += started.elapsed();
    }
    spent
}

/// A run of three states that has completed.
fn ended(definition: &Arc<Definition>) -> Box<Run> {
    let now = Clock::system().now();
    let mut run = Run::new(Arc::clone(definition), "no_op-817", now);
    run.parameters.insert("number", 1);
    run.states = vec![State::pending(now), State::running(now), State::completed(now)];
    run.run_count = 1;
    run.expected_start_time = Some(now);
    run.start_time = Some(now);
    run.end_time = Some(now);
    Box::new(run)
}
