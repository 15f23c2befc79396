//! What is wrong with how a task is cached is said where it stands. CACHE-16: what is left out is the name of an argument.

use tidegate::prelude::*;

struct Connection;

#[task(cache_policy = "inputs", cache_key_fn = "by_day", cache_expiration = -1, refresh_cache = 1)]
async fn ill_typed(_city: String) {}

#[task(cache_policy = INPUTS + 5 - 3)]
async fn numbers(_city: String) {}

#[task(cache_policy = INPUTS + RUN_ID - "citi" - "client")]
async fn left_out(city: String, day: u8) -> String {
    format!("{city} {day}")
}

#[task(cache_policy = TASK_SOURCE)]
async fn connect(_city: String) -> Result<Connection> {
    Ok(Connection)
}

#[task(cache_expiration = 60)]
async fn borrowed(city: &str) -> &str {
    city
}

#[task(cache_key_fn = |_run, _parameters| 5)]
async fn no_key(_city: String) {}

#[flow(cache_policy = INPUTS)]
async fn report() {}

fn main() {
    let policy = tidegate::cache::INPUTS - 5;
    let _ = connect("Rome".into()).cache(policy);
}
