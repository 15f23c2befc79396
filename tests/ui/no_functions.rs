//! The attributes stand on functions with a body.

use tidegate::prelude::*;

#[task]
struct Fetch;

trait Fetches {
    #[task]
    async fn fetch(&self);
}

fn main() {}
