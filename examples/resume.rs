//! Resume: a flow that goes on where its process was killed. Stop it in the middle with Ctrl-C or `kill -9`, start it again, and it
//! takes the pages that are done from the record.
//!
//! ```text
//! cargo run --example resume
//! cargo run --example resume -- --pages 5 --seconds 0.2
//! ```

use std::time::Duration;

use tidegate::prelude::*;
use tidegate::{Engine, RunHandle};
use tidegate_examples::BookArguments;

/// Takes its time. Its result is recorded with its run, in the same write as its state Completed, before the flow goes on.
#[task(task_run_name = "page-{page}")]
async fn translate(page: u32, seconds: f64) -> Result<usize> {
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
    println!("Translated page {page}.");
    Ok(250 + page as usize)
}

/// `recover` marks its runs: one whose process died is gone on with by the next that calls `Engine::recover`.
#[flow(recover)]
async fn translate_book(pages: u32, seconds: f64) -> Result<usize> {
    let mut words = 0;
    for page in 1..=pages {
        words += translate(page, seconds).await?;
    }
    println!("The book has {words} words.");
    Ok(words)
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = BookArguments::from_command_line()?;
    let engine = Engine::current()?;

    // Finds runs whose process is gone, and goes on with those that are marked.
    let recovered: Vec<RunHandle<()>> = engine.recover().await?;
    if recovered.is_empty() {
        println!(
            "Nothing was left unfinished: a new book. Kill this program in the middle, and start it again."
        );
        translate_book(arguments.pages, arguments.seconds).await?;
        return Ok(());
    }
    for book in recovered {
        println!("Going on with the flow run '{}'.", book.name().unwrap_or_default());
        book.await?;
    }
    Ok(())
}
