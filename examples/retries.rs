//! Retries: a task that calls a server which fails half of the time.
//!
//! ```text
//! cargo run --example retries
//! cargo run --example retries -- --seed 3
//! ```

use tidegate::prelude::*;
use tidegate::{Engine, Run, State};
use tidegate_examples::{FlakyShop, RetryArguments};

/// Up to five more attempts, after about 0.1, 0.2, 0.4, 0.8 and 1.6 seconds. `retry_jitter_factor` varies these times by chance,
/// so that many callers of a server that was down do not all come back at once.
#[task(
    retries = 5,
    retry_delay_seconds = exponential_backoff(0.1),
    retry_jitter_factor = 0.5,
    retry_condition = is_worth_another_try
)]
async fn place_order(shop: &FlakyShop, item: &str) -> Result<String> {
    Ok(shop.order(item).await?)
}

/// Called with the run and the failed state that is proposed for it. To ask again for what is not there would be in vain.
fn is_worth_another_try(_run: Run, failed: State) -> bool {
    !failed.message.unwrap_or_default().contains("404 Not Found")
}

#[flow]
async fn shopping(shop: &FlakyShop) {
    for item in ["apples", "bread", "cheese"] {
        match place_order(shop, item).await {
            Ok(answer) => println!("{item}: {answer}"),
            Err(error) => println!("{item}: {error}"),
        }
    }
    // Builder methods override the attribute for this one call.
    if let Err(error) = place_order(shop, "unicorn").retries(50).named("wishful thinking").await {
        println!("unicorn: {error}");
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = RetryArguments::from_command_line()?;
    let shop = FlakyShop::open(arguments.seed).await?;
    shopping(&shop).await?;

    // Every state a run was in is kept.
    println!("\nWhat is recorded:");
    for run in Engine::current()?.runs().task("place_order").limit(4).oldest_first().list().await? {
        let states: Vec<&str> = run.states.iter().map(|state| &*state.name).collect();
        println!("{}: {} attempts: {}", run.name, run.run_count, states.join(" > "));
    }
    Ok(())
}
