//! Workflows of cloacina, timed. Prints how many seconds they took.
//!
//! ```text
//!   peer-cloacina FOLDER flows COUNT    so many workflows of two tasks, 32 at once
//! ```
//!
//! Its workflows are fixed when they are compiled, so there is no row of many tasks in one. Its scheduler looks for work at intervals: it is
//! told the shortest that it takes, and to run as many tasks at once as there are callers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cloacina::executor::WorkflowExecutor;
use cloacina::runner::{DefaultRunner, DefaultRunnerConfig};
use cloacina::{Context, TaskError, task, workflow};

/// So many workflows go on at once.
const AT_ONCE: u64 = 32;

/// Two tasks, one after the other.
#[workflow(name = "two_steps", description = "Two tasks that do nothing")]
pub mod two_steps {
    use super::*;

    /// Does nothing.
    #[task(id = "first", dependencies = [])]
    pub async fn first(context: &mut Context<serde_json::Value>) -> Result<(), TaskError> {
        context.insert("first", serde_json::json!(1))?;
        Ok(())
    }

    /// Does nothing, after the first.
    #[task(id = "second", dependencies = ["first"])]
    pub async fn second(context: &mut Context<serde_json::Value>) -> Result<(), TaskError> {
        context.insert("second", serde_json::json!(2))?;
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [folder, row, count] = given.as_slice() else { panic!("peer-cloacina FOLDER flows COUNT") };
    assert_eq!(row, "flows", "there is no row {row}");
    let count: u64 = count.parse()?;
    let config = DefaultRunnerConfig::builder()
        .max_concurrent_tasks(AT_ONCE as usize)
        .scheduler_poll_interval(Duration::from_millis(10))
        .build()?;
    let database = format!("sqlite://{folder}/cloacina.db");
    let runner = Arc::new(DefaultRunner::with_config(&database, config).await?);

    let started = Instant::now();
    let callers: Vec<_> = (0..AT_ONCE)
        .map(|caller| {
            let runner = Arc::clone(&runner);
            tokio::spawn(async move {
                for _ in (caller..count).step_by(AT_ONCE as usize) {
                    let done = runner.execute("two_steps", Context::new()).await;
                    let done = done.unwrap_or_else(|error| panic!("a workflow failed: {error}"));
                    assert_eq!(format!("{:?}", done.status), "Completed");
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await?;
    }
    println!("{}", started.elapsed().as_secs_f64());
    runner.shutdown().await?;
    Ok(())
}
