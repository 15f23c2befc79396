//! A mistake in one option does not hide those after it.

use tidegate::prelude::*;

#[task("fetch", retries(3), timeout_seconds = , tags = ["a"] name = "x", retires = 1)]
async fn fetch() {}

#[task(retries = 3, name = "a", retries = 4, name = "b", log_prints, log_prints = false)]
async fn store() {}

fn main() {}
