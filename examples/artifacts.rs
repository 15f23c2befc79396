//! Artifacts: what a run leaves for people to look at. Those of one key are versions of one thing, so a second run of this program tells
//! what the first one left.
//!
//! ```text
//! cargo run --example artifacts
//! cargo run --example artifacts
//! ```

use serde::Serialize;
use tidegate::prelude::*;
use tidegate::{Artifact, ArtifactType, Engine};

#[derive(Serialize)]
struct Row {
    city: &'static str,
    celsius: f64,
}

/// A table, a list of rows, and how far it is.
#[task]
async fn measure() -> Result<f64> {
    let cities = [("Rome", 21.5), ("Oslo", 3.0), ("Lima", 18.5)];
    let done = Artifact::progress(0.0).key("measuring").description("Cities measured").create();
    let mut done = done.await?;
    let mut rows = Vec::new();
    for (city, celsius) in cities {
        rows.push(Row { city, celsius });
        done.update(100.0 * rows.len() as f64 / cities.len() as f64).await?;
    }
    Artifact::table(&rows).key("temperatures").description("Degrees Celsius").create().await?;
    Ok(rows.iter().map(|row| row.celsius).sum::<f64>() / rows.len() as f64)
}

/// A text, a link and an image.
#[task]
async fn report(average: f64) -> Result<()> {
    let text = format!("# Weather\nOn average it is **{average:.1} °C**.");
    Artifact::markdown(text).key("report").create().await?;
    Artifact::link("https://open-meteo.com", "The source").key("source").create().await?;
    Artifact::image("https://example.com/map.png").key("map").create().await?;
    Ok(())
}

#[flow]
async fn weather() -> Result<()> {
    let average = measure().await?;
    report(average).await
}

#[tokio::main]
async fn main() -> Result<()> {
    let engine = Engine::current()?;
    let earlier = engine.artifacts().key("report").list().await?.len();
    println!("Reports of earlier runs: {earlier}.");
    weather().await?;

    println!("The latest of each key:");
    for artifact in engine.artifacts().latest().oldest_first().list().await? {
        let key = artifact.key.as_deref().unwrap_or("without a key");
        println!("  {} '{key}': {}", artifact.artifact_type, artifact.data);
    }
    let tables = engine.artifacts().of_type(ArtifactType::Table).list().await?;
    println!("Versions of the table: {}.", tables.len());

    // A key that cannot be one is refused before anything is recorded.
    if let Err(error) = Artifact::markdown("").key("Daily Report").create().await {
        println!("{error}");
    }
    engine.close().await
}
