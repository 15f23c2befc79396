//! A command line of one's own flows: the commands of `tidegate`, and `flow run` for what is in this file.
//!
//! ```text
//! cargo run --example own_cli -- flow ls
//! cargo run --example own_cli -- flow inspect forecast
//! cargo run --example own_cli -- flow run forecast --param city=Rome --param days=2
//! cargo run --example own_cli -- flow-run ls
//! cargo run --example own_cli -- block create station/roof --field name=Roof
//! ```

use std::process::ExitCode;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::prelude::*;
use tidegate::{Block, Secret};

/// Where the weather is measured.
#[derive(Serialize, Deserialize, JsonSchema, Block)]
struct Station {
    /// What people call it.
    name: String,
    /// What opens its door.
    #[serde(default)]
    key: Option<Secret>,
}

#[task(retries = 2)]
async fn high(city: &str, day: u32) -> f64 {
    20.0 + city.len() as f64 / 2.0 - f64::from(day)
}

/// Says how warm it will be.
#[flow(log_prints)]
async fn forecast(city: String, #[default(3)] days: u32) -> Result<f64> {
    let mut highest = f64::MIN;
    for day in 0..days {
        highest = highest.max(high(&city, day).await?);
    }
    println!("In {city} it will be up to {highest} degrees.");
    Ok(highest)
}

/// Fails until the file of this name is there, so that there is something to retry: `flow-run retry NAME`.
#[flow]
async fn import(file: String) -> Result<u64> {
    high("Rome", 0).await?;
    Ok(std::fs::metadata(file)?.len())
}

fn main() -> ExitCode {
    tidegate::cli::main()
}
