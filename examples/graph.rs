//! Graphs: of a flow before it runs, and of a run. Nothing in the flow says what depends on what; its code does.
//!
//! ```text
//! cargo run --example graph
//! cargo run --example graph -- report.svg
//! ```

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tidegate::Engine;
use tidegate::prelude::*;

/// When the flow is only visualised, this list stands in for the result.
#[task(viz_return_value = ["Rome", "Oslo"].map(String::from).into())]
async fn list_cities(country: &str) -> Result<Vec<String>> {
    println!("Asked for the cities of {country}.");
    Ok(["Rome", "Milan", "Naples", "Turin"].map(String::from).into())
}

#[task(retries = 1)]
async fn forecast(city: String) -> Result<f64> {
    static FAILED: AtomicBool = AtomicBool::new(false);
    tokio::time::sleep(Duration::from_millis(10 * city.len() as u64)).await;
    if city == "Naples" && !FAILED.swap(true, Ordering::Relaxed) {
        return Err("the station does not answer".into());
    }
    Ok(10.0 + city.len() as f64)
}

#[task]
async fn average(degrees: Vec<f64>) -> f64 {
    degrees.iter().sum::<f64>() / degrees.len() as f64
}

#[task]
async fn warmest(degrees: Vec<f64>) -> f64 {
    degrees.iter().copied().fold(f64::MIN, f64::max)
}

#[task]
async fn draw(text: String) -> String {
    tokio::time::sleep(Duration::from_millis(25)).await;
    format!("<p>{text}</p>")
}

#[task]
async fn upload(page: String) -> usize {
    tokio::time::sleep(Duration::from_millis(15)).await;
    page.len()
}

/// Calls that are awaited one after the other are a chain.
#[flow]
async fn publish(text: String) -> Result<usize> {
    let page = draw(text).await?;
    upload(page).await
}

#[flow]
async fn report(country: String) -> Result<usize> {
    let cities = list_cities(&country).await?;
    // Handles that are given to others are edges, and calls that do not wait for each other are a fork.
    let degrees = forecast::map(cities);
    let (average, warmest) = (average::submit(&degrees), warmest::submit(&degrees));
    publish(format!("{:.1}, at most {:.1}", average.await?, warmest.await?)).await
}

#[tokio::main]
async fn main() -> Result<()> {
    println!("Before any run:\n");
    println!("{}", report("Italy".into()).visualize().await?.to_mermaid());

    report("Italy".into()).await?;

    let engine = Engine::current()?;
    let run = engine.runs().flow("report").limit(1).list().await?.remove(0);
    let graph = engine.graph(run.id).await?;
    println!("\nWhat happened:\n");
    println!("{}", graph.to_mermaid());
    if let Some(path) = std::env::args_os().nth(1) {
        tokio::fs::write(path, graph.to_svg()).await?;
    }
    engine.close().await
}
