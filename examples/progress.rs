//! How far a long map has got. On a terminal a bar says it, below the log; elsewhere a line does, now and then. A program that wants to know
//! asks the handles.
//!
//! ```text
//! cargo run --example progress                               a bar, for three seconds
//! cargo run --example progress -- 1000 2> log                lines in the log, after ten seconds and after twenty
//! TIDEGATE_PROGRESS=off cargo run --example progress
//! ```

use std::time::Duration;

use tidegate::prelude::*;
use tidegate::{Concurrent, Engine};

#[task(task_run_name = "page-{page}")]
async fn translate(page: u32) -> Result<()> {
    tokio::time::sleep(Duration::from_millis(100)).await;
    if page == 7 {
        return Err("nobody can read it".into());
    }
    if page.is_multiple_of(20) {
        println!("Page {page} has a picture.");
    }
    Ok(())
}

/// Four pages at a time.
#[flow(task_runner = Concurrent::new(4))]
async fn translate_book(pages: u32) -> Result<()> {
    let translated = translate::map(1..=pages);
    println!("At first: {}.", translated.progress());
    translated.wait().await;
    println!("At last: {}.", translated.progress());
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let pages = std::env::args().nth(1).map_or(Ok(120), |pages| pages.parse())?;
    translate_book(pages).await?;
    Engine::current()?.close().await
}
