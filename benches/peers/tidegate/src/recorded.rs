//! Flows of Tidegate that are recorded in a file, run by a process of their own: `peers FOLDER steps|fan-out|flows COUNT`.

use std::time::Instant;

use tidegate::logging::LevelFilter;
use tidegate::prelude::*;
use tidegate::{Durability, Engine};

/// So many flow runs go on at once.
const AT_ONCE: u64 = 32;

#[task]
async fn no_op(number: u64) -> u64 {
    number
}

#[flow]
async fn steps(count: u64) -> Result<u64> {
    let mut last = 0;
    for number in 0..count {
        last = no_op(number).await?;
    }
    Ok(last)
}

#[flow]
async fn fan_out(count: u64) -> Result<u64> {
    let all = no_op::map(0..count).await?;
    Ok(all.len() as u64)
}

#[flow]
async fn two_steps(number: u64) -> Result<u64> {
    let first = no_op(number).await?;
    no_op(first).await
}

/// How many seconds the work took that the command line asks for, if it asks for any.
pub(crate) fn run_as_child() -> Option<f64> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [folder, row, count] = given.as_slice() else { return None };
    let count = count.parse().expect("COUNT is a number");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    Some(
        runtime
            .expect("a runtime starts")
            .block_on(timed(folder, row, count))
            .expect("it completes"),
    )
}

async fn timed(folder: &str, row: &str, count: u64) -> Result<f64> {
    let durability = std::env::var("TIDEGATE_DURABILITY").unwrap_or_default();
    let engine = Engine::builder()
        .database(format!("sqlite:{folder}/tidegate.db"))
        .durability(durability.parse::<Durability>()?)
        .log_level(LevelFilter::OFF)
        .open()?;
    let started = Instant::now();
    match row {
        "steps" => drop(engine.run(steps(count)).await?),
        "fan-out" => drop(engine.run(fan_out(count)).await?),
        "flows" => flows(&engine, count).await?,
        other => panic!("there is no row {other}"),
    }
    let seconds = started.elapsed().as_secs_f64();
    engine.close().await?;
    Ok(seconds)
}

async fn flows(engine: &Engine, count: u64) -> Result<()> {
    let callers: Vec<_> = (0..AT_ONCE)
        .map(|caller| {
            let engine = engine.clone();
            tokio::spawn(async move {
                for number in (caller..count).step_by(AT_ONCE as usize) {
                    engine.run(two_steps(number)).await?;
                }
                Ok::<_, tidegate::Error>(())
            })
        })
        .collect();
    for caller in callers {
        caller.await.expect("no caller panics")?;
    }
    Ok(())
}
