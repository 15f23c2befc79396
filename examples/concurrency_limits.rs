//! Concurrency limits: how many tasks with a tag run at once, who may use a connection, and how often a service is asked. The limits are in
//! the database: start it twice at the same time, and both processes together keep them.
//!
//! ```text
//! cargo run --example concurrency_limits
//! ```

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tidegate::prelude::*;
use tidegate::{ConcurrencyLimit, Engine, concurrency, rate_limit};

/// How many downloads go on at the time.
static UNDER_WAY: AtomicU32 = AtomicU32::new(0);

/// A limit called `tag:download` is on every task with this tag. One that waits for a slot stays Pending.
#[task(tags = ["download"], task_run_name = "download-{page}")]
async fn download(page: u32) -> Result<u32> {
    let at_once = UNDER_WAY.fetch_add(1, Ordering::SeqCst) + 1;
    println!("Downloading page {page}, as one of {at_once}.");
    tokio::time::sleep(Duration::from_millis(100)).await;
    UNDER_WAY.fetch_sub(1, Ordering::SeqCst);
    Ok(at_once)
}

/// A guard holds slots until it is dropped: here 2 of the 3 that `db` has, so one page is saved at a time.
#[task]
async fn save(page: u32) -> Result<()> {
    let _connections = concurrency("db", 2).await?;
    println!("Saving page {page} over two connections.");
    tokio::time::sleep(Duration::from_millis(50)).await;
    Ok(())
}

/// Slots that nobody gives back but time: at most two questions at once, and ten each second after that.
#[task]
async fn ask_politely(question: u32) -> Result<u32> {
    rate_limit("api", 1).await?;
    Ok(question)
}

#[flow]
async fn crawl() -> Result<()> {
    let downloads: Vec<_> = (1..=9).map(|page| download(page).submit()).collect();
    let mut most = 0;
    for download in downloads {
        most = most.max(download.await?);
    }
    println!("9 pages, at most {most} of them at once.");

    // Those who wait get their slots in the order in which they asked.
    for saved in [1, 2, 3].map(|page| save(page).submit()) {
        saved.await?;
    }

    let started = Instant::now();
    for question in 1..=6 {
        ask_politely(question).await?;
    }
    println!("6 questions within {:.1} seconds.", started.elapsed().as_secs_f64());
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let engine = Engine::current()?;
    let limits = engine.concurrency_limits();
    limits.set(ConcurrencyLimit::for_tag("download", 3)).await?;
    limits.set(ConcurrencyLimit::new("db", 3)).await?;
    limits.set(ConcurrencyLimit::new("api", 2).slot_decay_per_second(10.0)).await?;
    crawl().await?;

    // A limit of 0 keeps new work from beginning, and says so.
    limits.set(ConcurrencyLimit::for_tag("by-night", 0)).await?;
    if let Err(error) = download(10).tags(["by-night"]).await {
        println!("{error}");
    }

    for state in limits.list().await? {
        let (name, occupied, all) = (state.limit.name, state.occupied, state.limit.limit);
        println!("{name}: {occupied} of {all} slots are taken");
    }
    engine.close().await
}
