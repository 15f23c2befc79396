//! Calls without a store: what states, context and bookkeeping cost by themselves.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;
use futures_util::future::BoxFuture;
use tidegate::prelude::*;

use crate::setup::{engine_without_store, no_op, runtime};

/// So many are submitted before the first is awaited.
const AT_ONCE: u64 = 1000;

#[flow]
async fn awaits(tasks: u64) -> Result<Duration> {
    let started = Instant::now();
    for number in 0..tasks {
        black_box(no_op(number).await?);
    }
    Ok(started.elapsed())
}

#[flow]
async fn submits(tasks: u64, at_once: u64) -> Result<Duration> {
    let mut handles = Vec::new();
    let started = Instant::now();
    for first in (0..tasks).step_by(at_once as usize) {
        let last = tasks.min(first + at_once);
        handles.extend((first..last).map(|number| no_op(number).submit()));
        for handle in handles.drain(..) {
            black_box(handle.await?);
        }
    }
    Ok(started.elapsed())
}

#[flow]
async fn nothing() {}

#[flow]
async fn calls_flows(flows: u64) -> Result<Duration> {
    let started = Instant::now();
    for _ in 0..flows {
        nothing().await?;
    }
    Ok(started.elapsed())
}

fn boxed(number: u64) -> BoxFuture<'static, u64> {
    Box::pin(async move { number })
}

async fn awaits_boxed(futures: u64) -> Duration {
    let started = Instant::now();
    for number in 0..futures {
        black_box(black_box(boxed(number)).await);
    }
    started.elapsed()
}

/// Spawns so many tasks that do nothing, `at_once` of them before the first is awaited.
#[allow(clippy::disallowed_methods, reason = "the floor of a submitted task")]
pub(crate) async fn spawns(tasks: u64, at_once: u64) -> Duration {
    let mut handles = Vec::new();
    let started = Instant::now();
    for first in (0..tasks).step_by(at_once as usize) {
        let last = tasks.min(first + at_once);
        handles.extend((first..last).map(|number| tokio::spawn(async move { number })));
        for handle in handles.drain(..) {
            black_box(handle.await.expect("it ends"));
        }
    }
    started.elapsed()
}

pub(crate) fn bench(criterion: &mut Criterion) -> Result<()> {
    let (runtime, engine) = (runtime(), engine_without_store()?);

    let mut group = criterion.benchmark_group("awaited");
    group.bench_function("bare boxed future", |bencher| {
        bencher.iter_custom(|count| runtime.block_on(awaits_boxed(count)));
    });
    group.bench_function("task", |bencher| {
        bencher.iter_custom(|count| {
            runtime.block_on(engine.run(awaits(count))).expect("it completes")
        });
    });
    group.bench_function("flow", |bencher| {
        bencher.iter_custom(|count| {
            runtime.block_on(engine.run(calls_flows(count))).expect("it completes")
        });
    });
    group.finish();

    for (name, at_once) in [("submitted", AT_ONCE), ("submitted one at a time", 1)] {
        let mut group = criterion.benchmark_group(name);
        group.bench_function("tokio spawn and join", |bencher| {
            bencher.iter_custom(|count| runtime.block_on(spawns(count, at_once)));
        });
        group.bench_function("task", |bencher| {
            bencher.iter_custom(|count| {
                runtime.block_on(engine.run(submits(count, at_once))).expect("it completes")
            });
        });
        group.finish();
    }
    Ok(())
}
