//! An option that does not exist names the nearest that does; one of another attribute says whose it is.

use tidegate::prelude::*;

#[task(retires = 3, timeout = 5, colour = "red", on_crashed = notify, flow_run_name = "x", log_prints)]
async fn fetch() {}

#[flow(task_run_name = "x", start_paused = true, retry_delay = 2)]
async fn report() {
    // The task exists all the same: nothing is said about this call.
    let _ = fetch().await;
}

fn main() {}
