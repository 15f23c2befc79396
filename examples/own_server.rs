//! A program that serves its own runs: pages for a browser, and Prefect's API, beside the flows that it runs.
//!
//! ```text
//! cargo run --example own_server             runs, tells what its server says of it, and ends
//! cargo run --example own_server -- --stay   serves on until Ctrl-C
//! ```

use tidegate::Engine;
use tidegate::prelude::*;
use tidegate_examples::ask;

#[task]
async fn measure(city: String) -> f64 {
    20.0 + city.len() as f64 / 2.0
}

#[flow(flow_run_name = "forecast for {city}")]
async fn forecast(city: String) -> Result<String> {
    let celsius = measure(city.clone()).await?;
    Ok(format!("{celsius} °C in {city}"))
}

#[tokio::main]
async fn main() -> Result<()> {
    let engine = Engine::builder().open()?;
    // Port 0 is any that is free; 4200 is the one of Prefect's server.
    let server = engine.serve("127.0.0.1:0").await?;
    println!("Pages at {}", server.url());
    println!("export PREFECT_API_URL={}", server.api_url());

    for city in ["Rome", "Oslo"] {
        println!("{}", engine.run(forecast(city.to_owned())).await?);
    }
    let runs = ask(server.address(), "/runs").await?;
    for name in ["forecast for Rome", "forecast for Oslo"] {
        println!("{name}: {}", if runs.contains(name) { "on the page" } else { "missing" });
    }

    if std::env::args().any(|argument| argument == "--stay") {
        match engine.run_until_signal(server.stopped()).await {
            Err(error) if error.is_interrupted() => return Ok(()),
            ended => ended??,
        }
    } else {
        server.stop().await?;
    }
    engine.close().await
}
