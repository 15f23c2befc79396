//! Concurrency limits: what a free slot costs, how fast a thousand go through a limit of ten, and what it costs that they wait. Whoever waits
//! is woken, so that waiting takes next to no time of a processor.

use std::time::{Duration, Instant};

use criterion::{Criterion, SamplingMode, Throughput};
use tidegate::prelude::*;
use tidegate::{ConcurrencyLimit, Durability, Engine, concurrency};

use crate::figures::{Figures, Mode};
use crate::setup::{Durable, Logs, no_op, runtime};

/// So many want slots at once.
pub(crate) const WAITERS: u64 = 1000;

/// So many slots there are.
const SLOTS: u32 = 10;

/// The tag of those who need slots.
const TAG: &str = "crowd";

pub(crate) fn bench(criterion: &mut Criterion, figures: &mut Figures) -> Result<()> {
    slots(criterion)?;
    crowd(criterion)?;
    waiting(figures)
}

fn open(durability: Durability) -> Result<Durable> {
    let durable = Durable::open(durability, Logs::Off)?;
    let limits = durable.engine.concurrency_limits();
    runtime().block_on(limits.create(ConcurrencyLimit::for_tag(TAG, SLOTS)))?;
    Ok(durable)
}

#[flow]
async fn take_and_let_go(times: u64) -> Result<Duration> {
    let started = Instant::now();
    for _ in 0..times {
        drop(concurrency(ConcurrencyLimit::name_for_tag(TAG), 1).await?);
    }
    Ok(started.elapsed())
}

fn slots(criterion: &mut Criterion) -> Result<()> {
    let mut group = criterion.benchmark_group("slot of a limit");
    for durability in [Durability::Full, Durability::Process] {
        let (runtime, durable) = (runtime(), open(durability)?);
        group.bench_function(durability.to_string(), |bencher| {
            bencher.iter_custom(|count| {
                runtime.block_on(durable.engine.run(take_and_let_go(count))).expect("it completes")
            });
        });
        runtime.block_on(durable.close())?;
    }
    group.finish();
    Ok(())
}

/// Submits so many tasks at once, each of which needs a slot, and waits for them.
#[flow]
async fn all_at_once(tagged: bool) -> Result<Duration> {
    let started = Instant::now();
    let tags: &[&str] = if tagged { &[TAG] } else { &[] };
    let handles: Vec<_> =
        (0..WAITERS).map(|n| no_op(n).tags(tags.iter().copied()).submit()).collect();
    for handle in &handles {
        handle.await?;
    }
    Ok(started.elapsed())
}

fn crowd(criterion: &mut Criterion) -> Result<()> {
    let (runtime, durable) = (runtime(), open(Durability::Full)?);
    let mut group = criterion.benchmark_group("limits");
    group
        .sampling_mode(SamplingMode::Flat)
        .sample_size(10)
        .throughput(Throughput::Elements(WAITERS));
    for (name, tagged) in [("crowd without a limit", false), ("crowd", true)] {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|count| {
                let run = || runtime.block_on(durable.engine.run(all_at_once(tagged)));
                (0..count).map(|_| run().expect("it completes")).sum()
            });
        });
    }
    group.finish();
    runtime.block_on(durable.close())?;
    Ok(())
}

/// A crowd waits while all slots are held, by its own process or by another.
fn waiting(figures: &mut Figures) -> Result<()> {
    let time = match figures.mode {
        Mode::Full => Duration::from_secs(5),
        Mode::Once => Duration::from_millis(1),
        Mode::Some => return Ok(()),
    };
    let (runtime, durable) = (runtime(), open(Durability::Full)?);
    // To the store, it is another process.
    let other = Engine::builder()
        .database(format!("sqlite:{}", durable.database().display()))
        .log_level(tidegate::logging::LevelFilter::OFF)
        .open()?;
    for (name, holder) in [("their own", &durable.engine), ("another", &other)] {
        let used = runtime.block_on(wait_for(&durable.engine, holder, time))?;
        figures.keep(&format!("waiting for {name}"), used);
    }
    runtime.block_on(other.close())?;
    runtime.block_on(durable.close())?;
    Ok(())
}

/// The time of processors that a crowd uses for each second in which it waits.
async fn wait_for(engine: &Engine, holder: &Engine, time: Duration) -> Result<f64> {
    let (holds, let_go) = (tokio::sync::Notify::new(), tokio::sync::Notify::new());
    let hold = holder.run(hold_all(&holds, &let_go));
    let wait = async {
        holds.notified().await;
        let measure = async {
            let limit = ConcurrencyLimit::name_for_tag(TAG);
            let limits = engine.concurrency_limits();
            while limits.get(&limit).await?.is_none_or(|state| state.waiting < WAITERS as usize) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let before = processor_time();
            tokio::time::sleep(time).await;
            let used = processor_time().saturating_sub(before);
            let_go.notify_one();
            Ok(used.as_secs_f64() / time.as_secs_f64())
        };
        let (waited, used) = tokio::join!(engine.run(all_at_once(true)), measure);
        waited.and(used)
    };
    let (held, used) = tokio::join!(hold, wait);
    held.and(used)
}

#[flow]
async fn hold_all(holds: &tokio::sync::Notify, let_go: &tokio::sync::Notify) -> Result<()> {
    let _slots = concurrency(ConcurrencyLimit::name_for_tag(TAG), SLOTS).await?;
    holds.notify_one();
    let_go.notified().await;
    Ok(())
}

/// What the threads of this process have used of the processors; 0 where the system does not tell.
fn processor_time() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanoseconds = threads.filter_map(|thread| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanoseconds.sum())
}
