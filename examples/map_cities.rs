//! Mapping: one task run for each city, at the same time. Handles go where values go, so nothing is awaited only to be passed on; one city
//! fails, and the others do not.
//!
//! ```text
//! cargo run --example map_cities
//! cargo run --example map_cities -- Rome Oslo Lima
//! ```

use std::time::Duration;

use tidegate::Engine;
use tidegate::prelude::*;

#[task]
async fn list_cities(wanted: Vec<String>) -> Result<Vec<String>> {
    if wanted.is_empty() {
        return Ok(["Rome", "Oslo", "Atlantis", "Lima"].map(String::from).into());
    }
    Ok(wanted)
}

/// Where a city is: its latitude.
#[task(task_run_name = "locate-{city}")]
async fn locate(city: String) -> Result<f64> {
    match &*city {
        "Rome" => Ok(41.9),
        "Oslo" => Ok(59.9),
        "Lima" => Ok(-12.0),
        _ => Err(format!("no map shows {city}").into()),
    }
}

/// The further from the equator, the longer it takes.
#[task]
async fn forecast(latitude: f64, scale: String) -> String {
    tokio::time::sleep(Duration::from_millis(10 * latitude.abs() as u64)).await;
    let celsius = 30.0 - latitude.abs() / 3.0;
    match &*scale {
        "Fahrenheit" => format!("{:.0} F", celsius * 1.8 + 32.0),
        _ => format!("{celsius:.0} C"),
    }
}

#[task]
async fn report(forecasts: Vec<Result<String>>) -> String {
    let failed = forecasts.iter().filter(|forecast| forecast.is_err()).count();
    let known: Vec<String> = forecasts.into_iter().flatten().collect();
    format!("{} known ({}), {failed} unknown", known.len(), known.join(", "))
}

#[task]
async fn send(text: String) {
    println!("Sent: {text}");
}

#[task]
async fn tidy_up() {
    println!("Tidied up.");
}

#[flow]
async fn forecast_cities(wanted: Vec<String>) -> Result<()> {
    // The list is not there yet when it is mapped over, and each forecast waits for its own city alone.
    let cities = list_cities(wanted).submit();
    let places = locate::map(&cities);
    let forecasts = forecast::map(&places, unmapped("Celsius".to_owned()));

    // The report takes what failed too, is sent when it is there, and all is tidied up after that.
    let report = report::submit(allow_failure(&forecasts));
    let sent = report.then(send);
    let tidied = tidy_up().wait_for(&sent).submit();

    let mut ending = as_completed(forecasts.ready().await?);
    while let Some(handle) = ending.next().await {
        match handle.await {
            Ok(forecast) => println!("A forecast: {forecast}"),
            Err(error) if error.is_upstream() => {
                println!("No forecast for a place that was not found.")
            }
            Err(error) => return Err(error),
        }
    }

    let (done, not_done) = tidegate::wait([&tidied], Duration::from_secs(5)).await;
    println!("Ended within five seconds: {} of {}.", done.len(), done.len() + not_done.len());
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    forecast_cities(wanted).await?;

    let engine = Engine::current()?;
    let run = engine.runs().flow("forecast-cities").limit(1).list().await?.remove(0);
    for run in engine.runs().inside(run.id).task("forecast").list().await? {
        if let Some(state) = run.state().filter(|state| !state.is_completed()) {
            println!("{} is {}.", run.name, state.name);
        }
    }
    engine.close().await
}
