//! Only switches stand alone.

use tidegate::prelude::*;

#[task(retries, name, on_failure, tags, log_prints)]
async fn fetch() {}

fn main() {}
