//! Fan-outs: very many runs at once, by turns with as many bare tokio tasks; and the memory that runs keep while somebody holds their
//! handles. None of it is repeated until it is steady: one round of a million is long enough.

use std::time::{Duration, Instant};

use tidegate::prelude::*;
use tidegate::{Durability, Engine};

use crate::calls::spawns;
use crate::figures::{Figures, Mode};
use crate::processes::{Errand, send};
use crate::setup::{
    Durable, Logs, engine_without_store, folder, median, no_op, runtime, submit_all, two_steps,
};

/// How many runs there are at once.
struct Counts {
    tasks: u64,
    mapped: u64,
    flows: u64,
    rounds: usize,
}

/// A map over so many numbers.
#[flow]
pub(crate) async fn map_all(numbers: u64) -> Result<()> {
    no_op::map(0..numbers).await.map(drop)
}

/// Submits so many flows at once, and waits for them.
pub(crate) async fn flows_at_once(engine: &Engine, flows: u64) -> Result<()> {
    let handles: Vec<_> = (0..flows).map(|number| two_steps(number).on(engine).submit()).collect();
    for handle in &handles {
        handle.await?;
    }
    Ok(())
}

pub(crate) fn bench(figures: &mut Figures) -> Result<()> {
    let counts = match figures.mode {
        Mode::Full => Counts { tasks: 100_000, mapped: 1_000_000, flows: 10_000, rounds: 5 },
        Mode::Once => Counts { tasks: 1_000, mapped: 1_000, flows: 100, rounds: 1 },
        Mode::Some if figures.is_wanted("fan-out") => {
            Counts { tasks: 100_000, mapped: 1_000_000, flows: 10_000, rounds: 5 }
        }
        Mode::Some => return Ok(()),
    };
    without_store(figures, &counts)?;
    durable(figures, &counts)?;
    memory(figures, &counts);
    Ok(())
}

fn without_store(figures: &mut Figures, counts: &Counts) -> Result<()> {
    let (runtime, engine) = (runtime(), engine_without_store()?);
    let &Counts { tasks, mapped, flows, rounds } = counts;
    for (name, count) in [("submitted", tasks), ("mapped", mapped), ("flows", flows)] {
        let (mut ours, mut floors) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            floors.push(runtime.block_on(spawns(count, count)).as_secs_f64());
            let took = runtime.block_on(async {
                match name {
                    "submitted" => timed(engine.run(submit_all(tasks))).await,
                    "mapped" => timed(engine.run(map_all(mapped))).await,
                    _ => timed(flows_at_once(&engine, flows)).await,
                }
            })?;
            ours.push(took.as_secs_f64());
        }
        figures.keep(&format!("fan-out {name}"), median(ours) / count as f64);
        figures.keep(&format!("fan-out {name} floor"), median(floors) / count as f64);
    }
    Ok(())
}

async fn timed(work: impl Future<Output = Result<()>>) -> Result<Duration> {
    let started = Instant::now();
    work.await?;
    Ok(started.elapsed())
}

fn durable(figures: &mut Figures, counts: &Counts) -> Result<()> {
    let (runtime, durable) = (runtime(), Durable::open(Durability::Full, Logs::Off)?);
    let &Counts { tasks, mapped, flows, .. } = counts;
    let took = runtime.block_on(timed(durable.engine.run(submit_all(tasks))))?;
    figures.keep("fan-out submitted durable", tasks as f64 / took.as_secs_f64());
    let took = runtime.block_on(timed(durable.engine.run(map_all(mapped))))?;
    figures.keep("fan-out mapped durable", mapped as f64 / took.as_secs_f64());
    let took = runtime.block_on(timed(flows_at_once(&durable.engine, flows)))?;
    figures.keep("fan-out flows durable", flows as f64 / took.as_secs_f64());
    runtime.block_on(durable.close())?;
    Ok(())
}

/// In a process of its own, whose memory is that of the map alone.
fn memory(figures: &mut Figures, counts: &Counts) {
    let folder = folder();
    let (held, added) = send(Errand::HoldMapped(counts.mapped), &folder.path().join("runs.db"));
    figures.keep("fan-out bytes held", held / counts.mapped as f64);
    figures.keep("fan-out bytes added", added / counts.mapped as f64);
}
