//! One attribute and one signature, all their mistakes.

use tidegate::prelude::*;

#[task(retires = 3, timeout_seconds = "soon", on_failure = 5, task_run_name = "{z}")]
unsafe fn fetch((a, b): (u8, u8), wait_for: &str) -> impl Sized {}

fn main() {}
