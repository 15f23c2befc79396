//! Functions that are not async: on threads for blocking work, or in place; called from a `main` that is not async either.
//!
//! ```text
//! cargo run --example blocking_tasks
//! ```

use std::time::{Duration, Instant};

use tidegate::prelude::*;

/// A sync function may block: it runs on a thread of its own and holds up no other task.
#[task]
#[allow(clippy::disallowed_methods, reason = "this stands for work that blocks a thread")]
fn crunch(millis: u64) -> String {
    std::thread::sleep(Duration::from_millis(millis));
    format!("{millis} ms on {:?}", std::thread::current().name().unwrap_or("a thread"))
}

/// One that takes a few microseconds is better run in place.
#[task(inline)]
fn add(a: u64, b: u64) -> u64 {
    a + b
}

/// A timeout is reported on time. But no program can stop a thread: the function goes on by itself, and a warning says so.
#[task(timeout_seconds = 0.2)]
#[allow(clippy::disallowed_methods, reason = "this stands for work that blocks a thread")]
fn slow() {
    std::thread::sleep(Duration::from_secs(1));
}

/// What has no function of its own can be a step. Its closure may borrow.
#[flow(log_prints)]
async fn work() -> Result<()> {
    let start = Instant::now();
    let (first, second) = (crunch(300).submit(), crunch(301).submit());
    println!("{}", first.await?);
    println!("{}", second.await?);
    println!("Both took {:.1} s, side by side", start.elapsed().as_secs_f64());
    println!("In place: {}", add(2, 3).await?);

    let start = Instant::now();
    if let Err(error) = slow().await {
        println!("{error}, and {:.1} s have passed", start.elapsed().as_secs_f64());
    }
    Ok(())
}

/// `block_on` runs a call to its end on a runtime of Tidegate's own.
fn main() -> Result<()> {
    work().block_on()?;
    println!("A task on its own: {}", add(20, 22).block_on()?);
    Ok(())
}
