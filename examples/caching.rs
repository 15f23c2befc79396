//! Caching: results that later runs take. Start it twice: the second time, forecasts and the map are there already.
//!
//! ```text
//! cargo run --example caching
//! cargo run --example caching -- --seconds 2
//! ```

use std::time::Duration;

use tidegate::prelude::*;
use tidegate::{Engine, RunHandle};
use tidegate_examples::CacheArguments;

/// What the result depends on: the arguments, but for how long it takes; and the source of the function, so that it runs anew once
/// it is changed.
#[task(cache_policy = INPUTS + TASK_SOURCE - "takes", task_run_name = "forecast-{city}")]
async fn forecast(city: String, takes: Duration) -> Result<f64> {
    tokio::time::sleep(takes).await;
    println!("Computed the forecast for {city}.");
    Ok(10.0 + city.len() as f64)
}

/// A rate may be taken for half a second; after that, the task runs again.
#[task(cache_policy = INPUTS, cache_expiration = 0.5)]
async fn exchange_rate(currency: String) -> Result<f64> {
    println!("Asked for the rate of {currency}.");
    Ok(1.1)
}

/// Many may want the map at the same time: one draws it, in this process or in another, and the others wait for that one.
#[task(cache_policy = INPUTS.isolation(IsolationLevel::Serializable) - "takes")]
async fn draw_map(tile: u32, takes: Duration) -> Result<String> {
    tokio::time::sleep(takes).await;
    println!("Drew tile {tile}.");
    Ok(format!("tile-{tile}.png"))
}

#[flow]
async fn report(takes: Duration) -> Result<()> {
    for city in ["Rome", "Oslo", "Rome"] {
        let degrees = forecast(city.into(), takes).await?;
        println!("{city}: {degrees} degrees");
    }

    for _ in 0..2 {
        exchange_rate("EUR".into()).await?;
    }
    tokio::time::sleep(Duration::from_millis(600)).await;
    exchange_rate("EUR".into()).await?;

    let maps: Vec<RunHandle<String>> = (0..64).map(|_| draw_map(7, takes).submit()).collect();
    for map in maps {
        map.await?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = CacheArguments::from_command_line()?;
    report(arguments.takes).await?;

    // A cached run is a run like any other: Completed, under the name Cached.
    let engine = Engine::current()?;
    let report = engine.runs().flow("report").limit(1).list().await?.remove(0);
    for task in ["forecast", "exchange_rate", "draw_map"] {
        let runs = engine.runs().task(task).inside(report.id).list().await?;
        let ends = runs.iter().filter_map(|run| run.state());
        let cached = ends.filter(|state| state.name == "Cached").count();
        println!("{task}: {cached} of {} calls were Cached", runs.len());
    }
    Ok(())
}
