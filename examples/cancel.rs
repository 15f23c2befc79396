//! Cancellation: of one task, by its handle; of a whole flow, from another part of the program; and of a run by its id, which another
//! process could do as well. Async code ends at its next `.await`; a function on a thread is asked.
//!
//! ```text
//! cargo run --example cancel
//! ```

use std::time::Duration;

use tidegate::prelude::*;
use tidegate::{Engine, runtime};

#[task(task_run_name = "watch-{city}")]
async fn watch(city: String) -> Result<()> {
    println!("Watching {city}.");
    std::future::pending().await
}

/// A thread cannot be stopped, so what takes long there asks whether it shall go on.
#[task]
fn count_raindrops() -> u64 {
    let mut drops = 0;
    while !runtime::is_cancelled() {
        drops += 1;
    }
    println!("Asked to stop counting.");
    drops
}

#[flow]
async fn weather_station() -> Result<()> {
    let counting = count_raindrops().submit();
    let rome = watch("Rome".into()).submit();
    let oslo = watch("Oslo".into()).submit();

    // One task: the flow goes on.
    tokio::time::sleep(Duration::from_millis(200)).await;
    rome.cancel();
    if let Err(error) = rome.await {
        println!("{error}");
    }
    oslo.await?;
    counting.await.map(drop)
}

#[tokio::main]
async fn main() -> Result<()> {
    // A whole flow, with everything inside it.
    let station = weather_station().submit();
    let storm = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        station.cancel();
    };
    let (ended, ()) = tokio::join!(&station, storm);
    println!("The first station: {}", ended.expect_err("it was cancelled"));

    // By its id, from anywhere: another process with the same database may do it.
    let station = weather_station().submit();
    let id = station.id().ok_or("the run has no id")?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    tidegate::cancel(id).await?;
    println!("The second station: {}", station.await.expect_err("it was cancelled"));
    Engine::current()?.close().await
}
