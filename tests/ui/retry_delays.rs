//! Delays are judged where they are written.

use tidegate::prelude::*;

#[task(retry_delay_seconds = [
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
])]
async fn too_many() {}

#[task(retry_delay_seconds = [])]
async fn none() {}

#[task(retry_delay_seconds = [-1, "1x", 2, true])]
async fn wrong() {}

#[task(retry_delay_seconds = exponential_backoff(-2))]
async fn negative() {}

#[flow(retry_delay_seconds = exponential_backoff("two"))]
async fn text() {}

fn main() {}
