//! A hook is a function or a closure, or a list of them.

use tidegate::prelude::*;

#[flow(on_running = 5, on_completion = [5, "a"], on_failure = "abc", on_crashed = [true], retry_condition = [a, b])]
async fn report() {}

fn takes_nothing() {}

#[flow(on_failure = takes_nothing)]
async fn store() {}

fn main() {}
