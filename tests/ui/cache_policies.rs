//! A policy that does not exist is not found; those of Tidegate need no import.

use tidegate::prelude::*;

#[task(cache_policy = INPUTS + TASK_SOURCES)]
async fn misspelt(_city: String) {}

#[task(cache_policy = Some(RUN_ID))]
async fn no_policy(_city: String) {}

fn main() {}
