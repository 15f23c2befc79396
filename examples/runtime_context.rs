//! Asking which run the code belongs to: in a flow, in tasks of every kind, in code that was spawned by hand, and in tests.
//!
//! ```text
//! cargo run --example runtime_context
//! ```

use tidegate::prelude::*;
use tidegate::runtime::{self, StandIn, flow_run, task_run};

/// Any function may ask; it need not be a task. Outside a run every answer is empty.
fn where_am_i() -> String {
    let flow = flow_run::name().unwrap_or_else(|| "no flow run".to_owned());
    let task = task_run::name().unwrap_or_else(|| "no task run".to_owned());
    format!("{task}, in {flow}")
}

#[task(task_run_name = "look-around-{place}")]
async fn look_around(place: String) {
    println!("{place}: {}", where_am_i());
}

/// A function that is not async runs on a thread for blocking work. It knows its run all the same.
#[task]
fn look_around_on_a_thread() {
    println!("on a thread: {}", where_am_i());
}

#[flow(flow_run_name = "journey-{year}", tags = ["travel"])]
async fn journey(year: u16) -> Result<()> {
    println!("in the flow of {year}: {}", where_am_i());
    println!("parameters: {}", serde_json::to_string(&flow_run::parameters())?);
    println!("tags: {:?}, run count: {}", flow_run::tags(), flow_run::run_count());

    look_around("awaited".to_owned()).await?;
    look_around("submitted".to_owned()).submit().await?;
    look_around_on_a_thread().await?;

    // A task of the async runtime does not know the run it was spawned in, unless it is told. Prefer `submit`: the flow run waits for
    // what was submitted, but not for what was spawned by hand.
    #[allow(clippy::disallowed_methods, reason = "this is about code that spawns by hand")]
    let (forgotten, carried) = (
        tokio::spawn(async { where_am_i() }),
        tokio::spawn(runtime::in_current_run(async { where_am_i() })),
    );
    println!("spawned by hand: {}", forgotten.await?);
    println!("spawned with in_current_run: {}", carried.await?);

    let carried = runtime::in_current_run_sync(where_am_i);
    let carried = std::thread::spawn(carried).join().map_err(|_| "the thread panicked")?;
    println!("a thread with in_current_run_sync: {carried}");
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    println!("outside: {}", where_am_i());
    journey(2026).await?;

    // A stand-in lets a test call code that asks, without a flow.
    let stand_in = StandIn::new().flow_run_name("noisy-raccoon").task_run_name("pack-0");
    println!("with a stand-in: {}", stand_in.sync_scope(where_am_i));
    Ok(())
}
