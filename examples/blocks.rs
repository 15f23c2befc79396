//! Blocks: a weather pipeline that knows its place by a variable and its alert channel by the name of a block. What is secret in the block
//! is sealed in the database, and the code knows neither where it alerts nor how.
//!
//! ```text
//! cargo run --example blocks
//! TIDEGATE_ENCRYPTION_KEY=$(head -c 32 /dev/urandom | base64) cargo run --example blocks
//! ```
//!
//! Without a key, the example keeps its records in memory: secrets are not written to a file without one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tidegate::block::{load_any, masked};
use tidegate::prelude::*;
use tidegate::{Block, Engine, Secret, Variable};
use tidegate_blocks::CustomWebhook;
use tidegate_examples::{Pager, WeatherService};

/// What the variable `weather_place` holds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Place {
    lat: f64,
    lon: f64,
}

#[task(retries = 3, retry_delay_seconds = 1)]
async fn fetch_weather(service: &WeatherService, place: Place) -> Result<f64> {
    let forecast = service.forecast(place.lat, place.lon).await?;
    Ok(forecast.hourly.temperature_2m.into_iter().fold(f64::MIN, f64::max))
}

/// Whatever the block is, it can notify, or says that it cannot.
#[task(retries = 3, retry_delay_seconds = 1)]
async fn alert(channel: &str, message: &str) -> Result<()> {
    let block = load_any(channel).await?;
    let notify = block.as_notify().ok_or_else(|| format!("`{channel}` cannot notify"))?;
    notify.notify(Some("Weather"), message).await
}

/// What it looks at and whom it tells is changed without a build.
#[flow(log_prints)]
async fn watch_weather(service: &WeatherService) -> Result<()> {
    let place = Variable::get_or("weather_place", Place { lat: 38.9, lon: -77.0 }).await?;
    let above = Variable::get_or("weather_alert_above", 20.0).await?;
    let highest = fetch_weather(service, place).await?;
    println!("At {} {} it will be up to {highest} °C.", place.lat, place.lon);
    if highest > above {
        alert("custom-webhook/weather-alerts", &format!("up to {highest} °C")).await?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let pager = Pager::start("s3same-0pen").await?;
    let service = WeatherService::recorded().await?;
    let engine = match std::env::var_os("TIDEGATE_ENCRYPTION_KEY") {
        Some(_) => Engine::current()?,
        None => Engine::builder().database("sqlite::memory:").open()?,
    };

    // A person does this once, or `block create custom-webhook/weather-alerts --data -` in a program with `tidegate::cli::main`.
    let mut webhook = CustomWebhook::new("weather", pager.url());
    webhook.params = Some(BTreeMap::from([("text".into(), "{{subject}}: {{body}}".into())]));
    webhook.headers = Some(BTreeMap::from([("authorization".into(), "Bearer {{token}}".into())]));
    webhook.secrets.insert("token".into(), Secret::new("s3same-0pen".into()));
    // Webhooks reach no private addresses unless they are told to; this one is on this machine.
    webhook.allow_private_urls = true;
    webhook.save_overwrite("weather-alerts").on(&engine).await?;
    Variable::set("weather_place", Place { lat: 52.5, lon: 13.4 }).overwrite().on(&engine).await?;

    watch_weather(&service).on(&engine).await?;
    for message in pager.messages() {
        println!("The pager says: {message}");
    }

    // Whoever looks at the block sees what is no secret.
    for block in engine.blocks().of_type("custom-webhook").list().await? {
        let fields = masked(&block.data);
        println!("{}: url = {}, secrets = {}", block.name, fields["url"], fields["secrets"]);
    }
    engine.close().await
}
