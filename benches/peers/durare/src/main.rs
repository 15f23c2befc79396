//! Workflows of durare, timed. Prints how many seconds they took.
//!
//! ```text
//!   peer-durare FOLDER steps COUNT      so many steps, one after another, in one workflow
//!   peer-durare FOLDER fan-out COUNT    so many steps at once, in one workflow
//!   peer-durare FOLDER flows COUNT      so many workflows of two steps, 32 at once
//! ```
//!
//! With `PEER_SYNC=full` the database syncs each commit, as Tidegate does by default. Without it, it is opened as durare opens it.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use durare::{DurableContext, DurableEngine, Result, SqliteProvider, WorkflowOptions};
use futures_util::future::try_join_all;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};

/// So many workflows go on at once.
const AT_ONCE: u64 = 32;

#[durare::step]
async fn no_op(ctx: &DurableContext, number: u64) -> Result<u64> {
    Ok(number)
}

#[durare::workflow]
async fn steps(ctx: DurableContext, count: u64) -> Result<u64> {
    let mut last = 0;
    for number in 0..count {
        last = no_op(&ctx, number).await?;
    }
    Ok(last)
}

#[durare::workflow]
async fn fan_out(ctx: DurableContext, count: u64) -> Result<u64> {
    let all = try_join_all((0..count).map(|number| no_op(&ctx, number))).await?;
    Ok(all.len() as u64)
}

#[durare::workflow]
async fn two_steps(ctx: DurableContext, number: u64) -> Result<u64> {
    let first = no_op(&ctx, number).await?;
    no_op(&ctx, first).await
}

async fn provider(folder: &Path) -> Result<SqliteProvider> {
    let file = folder.join("durare.db");
    if std::env::var("PEER_SYNC").is_ok_and(|sync| sync == "full") {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(std::time::Duration::from_secs(5));
        let pool = SqlitePoolOptions::new().max_connections(5).connect_with(options).await?;
        return Ok(SqliteProvider::from_pool(pool));
    }
    SqliteProvider::connect(&format!("sqlite://{}", file.display())).await
}

async fn flows(engine: Arc<DurableEngine>, count: u64) -> Result<()> {
    let callers = (0..AT_ONCE).map(|caller| {
        let engine = Arc::clone(&engine);
        tokio::spawn(async move {
            for number in (caller..count).step_by(AT_ONCE as usize) {
                let id = format!("two-steps-{number}");
                engine.start_with(TwoSteps, number, WorkflowOptions::with_id(&id)).await?.await?;
            }
            Ok(())
        })
    });
    try_join_all(callers).await.expect("no caller panics").into_iter().collect()
}

#[tokio::main]
async fn main() -> Result<()> {
    let [folder, row, count] = arguments();
    let count: u64 = count.parse().expect("COUNT is a number");
    let provider = provider(Path::new(&folder)).await?;
    let engine = Arc::new(DurableEngine::new(Arc::new(provider)).await?);
    let once = WorkflowOptions::with_id("only");
    let started = Instant::now();
    match &*row {
        "steps" => drop(engine.start_with(Steps, count, once).await?.await?),
        "fan-out" => drop(engine.start_with(FanOut, count, once).await?.await?),
        "flows" => flows(engine, count).await?,
        other => panic!("there is no row {other}"),
    }
    println!("{}", started.elapsed().as_secs_f64());
    Ok(())
}

fn arguments() -> [String; 3] {
    let given: Vec<String> = std::env::args().skip(1).collect();
    given.try_into().expect("peer-durare FOLDER steps|fan-out|flows COUNT")
}
