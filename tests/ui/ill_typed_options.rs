//! Every value of a wrong kind is reported at once, with a right one.

use tidegate::prelude::*;

#[task(
    name = 5,
    description = [],
    version = 1.2,
    tags = "http",
    retries = "three",
    retry_delay_seconds = "a",
    retry_jitter_factor = -1,
    retry_condition = "is_transient",
    timeout_seconds = true,
    task_run_name = 3,
    log_prints = "yes",
    inline = true
)]
async fn fetch() {}

#[flow(name = "", tags = ["a", 1, 2.0], retries = -1, timeout_seconds = "5", retry_jitter_factor = "much")]
async fn report() {}

#[task(retries = 1.5, timeout_seconds = -3, tags = [])]
async fn store() {}

fn main() {}
