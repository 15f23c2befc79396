//! Fetches a weather forecast and saves it: a flow of two tasks.
//!
//! ```text
//! cargo run --example weather_pipeline
//! cargo run --example weather_pipeline -- --lat 52.5 --lon 13.4 --out berlin.csv
//! cargo run --example weather_pipeline -- --fail-first 2
//! ```
//!
//! The forecast comes from api.open-meteo.com. Where that cannot be reached, the program says so, and asks a server that it
//! starts on this machine. Run it twice: the second run finds the first one in the database.

use std::path::Path;

use tidegate::prelude::*;
use tidegate::{Engine, StateData};
use tidegate_examples::{WeatherArguments, WeatherService};

/// A task is a function that is recorded when it is called. This one is tried up to three times more when it fails: after 2,
/// 4 and 8 seconds.
#[task(retries = 3, retry_delay_seconds = exponential_backoff(2), tags = ["http"])]
async fn fetch_weather(service: &WeatherService, lat: f64, lon: f64) -> Result<f64> {
    let forecast = service.forecast(lat, lon).await?;
    let first = forecast.hourly.temperature_2m.first().ok_or("the forecast is empty")?;
    Ok(*first)
}

#[task]
async fn save_weather(temp: f64, out: &Path) -> Result<String> {
    tokio::fs::write(out, format!("temperature\n{temp}\n")).await?;
    Ok(format!("Successfully wrote {}", out.display()))
}

/// A flow is a function that calls tasks. With `log_prints`, what it prints becomes log lines of its run.
#[flow(log_prints)]
async fn pipeline(
    service: &WeatherService,
    #[default(38.9)] lat: f64,
    #[default(-77.0)] lon: f64,
    out: &Path,
) -> Result<String> {
    let temp = fetch_weather(service, lat, lon).await?;
    println!("Forecasted temp C: {temp} degrees");
    save_weather(temp, out).await
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = WeatherArguments::from_command_line()?;
    report_earlier_runs().await?;
    let service = WeatherService::find(&arguments).await?;
    pipeline(&service, arguments.lat, arguments.lon, &arguments.out).await?;
    report_retries().await
}

/// Every run is kept in a database, by default `~/.tidegate/tidegate.db`, and can be asked for.
async fn report_earlier_runs() -> Result<()> {
    let earlier = Engine::current()?.runs().flow("pipeline");
    let count = earlier.clone().count().await?;
    match earlier.limit(1).list().await?.first() {
        Some(last) => {
            let state = last.state().map(ToString::to_string).unwrap_or_default();
            println!("Earlier runs: {count}. The last one, '{}', ended as {state}.", last.name);
        }
        None => println!("Earlier runs: none. This is the first."),
    }
    Ok(())
}

/// Every state that a run was in is kept as well. They are worth a look where the first attempt failed.
async fn report_retries() -> Result<()> {
    let fetched = Engine::current()?.runs().task("fetch_weather").limit(1).list().await?;
    for run in fetched.iter().filter(|run| run.run_count > 1) {
        println!("States of task run '{}':", run.name);
        for state in &run.states {
            if let StateData::Scheduled { scheduled_time } = state.data {
                let delay = (scheduled_time - state.timestamp).as_seconds_f64();
                println!("  {} ({delay} s)", state.name);
            } else {
                println!("  {}", state.name);
            }
        }
    }
    Ok(())
}
