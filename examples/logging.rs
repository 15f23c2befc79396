//! Log lines: four ways to write them, and how to read them back.
//!
//! ```text
//! cargo run --example logging
//! TIDEGATE_LOGGING_LEVEL=DEBUG cargo run --example logging
//! TIDEGATE_LOGGING_FORMAT=json cargo run --example logging
//! ```

use tidegate::prelude::*;
use tidegate::{Engine, LogLevel, RunId, runtime};

#[task]
async fn count_words(text: &str) -> usize {
    let words = text.split_whitespace().count();

    // 1. The logger of the current run.
    let logger = run_logger();
    logger.info(format!("{words} words"));
    logger.debug("Printed and stored at TIDEGATE_LOGGING_LEVEL=DEBUG only");

    // 2. Plain `tracing`, here or in a library that knows nothing of Tidegate. Fields are kept.
    tracing::warn!(words, limit = 5, "rather short");

    words
}

// 3. With `log_prints`, what the body prints becomes log lines of the run.
#[flow(log_prints)]
async fn report() -> Result<Option<RunId>> {
    let words = count_words("to be or not").await?;
    println!("The report has {words} words");
    Ok(runtime::flow_run::id())
}

#[tokio::main]
async fn main() -> Result<()> {
    let flow_run = report().await?.ok_or("a flow has a flow run")?;

    // 4. Outside a run, log lines are printed, and belong to none.
    tracing::info!("This line is not stored");

    let engine = Engine::current()?;
    println!("\nAll lines of the flow run, those of its task included:");
    for line in engine.logs().of_flow_run(flow_run).list().await? {
        println!("  {:7} {}", line.level, line.message);
    }

    println!("Warnings and worse, with their fields:");
    for line in engine.logs().of_flow_run(flow_run).at_least(LogLevel::Warning).list().await? {
        let fields = serde_json::Value::Object(line.fields);
        println!("  {:7} {} {fields}", line.level, line.message);
    }
    Ok(())
}
