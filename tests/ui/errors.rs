//! The error of a `Result` becomes a boxed error.

use tidegate::prelude::*;

struct NoError;

#[task]
async fn fetch() -> std::result::Result<u8, NoError> {
    Ok(1)
}

fn main() {}
