//! Flows in flows: a flow that is called in a flow is a subflow, with a run of its own.
//!
//! ```text
//! cargo run --example subflows
//! ```

use tidegate::prelude::*;
use tidegate::{Engine, StateType};

#[derive(Debug)]
struct NoSuchCity(String);

impl std::fmt::Display for NoSuchCity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "there is no city called {}", self.0)
    }
}

impl std::error::Error for NoSuchCity {}

/// Names are templates over the arguments.
#[task(task_run_name = "population-of-{city}")]
async fn population(city: String) -> Result<u32, NoSuchCity> {
    match &*city {
        "Lisbon" => Ok(545_000),
        "Oslo" => Ok(709_000),
        _ => Err(NoSuchCity(city)),
    }
}

#[flow(flow_run_name = "report-{city}", tags = ["city"])]
async fn city_report(city: String) -> Result<u32> {
    population(city).await
}

#[flow]
async fn world_report() -> Result<u32> {
    // One after the other, and side by side.
    let lisbon = city_report("Lisbon".to_owned()).await?;
    let (oslo, atlantis) =
        tokio::join!(city_report("Oslo".to_owned()), city_report("Atlantis".to_owned()));

    // A subflow that fails is an error like any other. It keeps the error that the code returned.
    if let Err(error) = atlantis {
        println!("{error}");
        if let Some(NoSuchCity(city)) = error.downcast_ref() {
            println!("Left out: {city}");
        }
    }
    Ok(lisbon + oslo?)
}

#[tokio::main]
async fn main() -> Result<()> {
    // Tags are handed down to every run inside.
    let total = tidegate::with_tags(["nightly"], async { world_report().await }).await?;
    println!("\nPeople: {total}");

    // The name of a flow is that of its function, with hyphens.
    let engine = Engine::current()?;
    let world = engine.runs().flow("world-report").limit(1).list().await?;
    let world = world.first().ok_or("the run is recorded")?;
    println!("Subflow runs of '{}', which carries the tags {:?}:", world.name, world.tags);
    for run in engine.runs().flow("city-report").inside(world.id).oldest_first().list().await? {
        let state = run.state().map(|state| &*state.name).unwrap_or_default();
        println!("  {:16} {state:10} {:?}", run.name, run.tags);
    }
    let failed = engine.runs().flows().state(StateType::Failed).tag("nightly").count().await?;
    println!("Failed flow runs tagged 'nightly', of all times: {failed}");
    Ok(())
}
