//! Some characters have a meaning in addresses and filters.

use tidegate::prelude::*;

#[flow(name = "a/b")]
async fn slash() {}

#[flow(name = "100%")]
async fn percent() {}

#[flow(name = "a < b & b > c")]
async fn signs() {}

#[task(name = "a/b")]
async fn a_task_may() {}

fn main() {}
