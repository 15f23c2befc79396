//! Variables: small values by name that live in the database and not in the code, so that a flow is told of another city or threshold
//! without a build. What one run of this program sets, the next one finds.
//!
//! ```text
//! cargo run --example variables
//! cargo run --example variables -- Oslo
//! ```

use serde::{Deserialize, Serialize};
use tidegate::prelude::*;
use tidegate::{Engine, Variable};

/// A variable may hold anything that JSON can say.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Limits {
    below: f64,
    above: f64,
}

#[task]
async fn measure(city: String) -> Result<f64> {
    match &*city {
        "Rome" => Ok(31.5),
        "Oslo" => Ok(-4.0),
        _ => Err(format!("nobody measures in {city}").into()),
    }
}

/// The name of each run says which city it is about.
#[flow(flow_run_name = "alert-{variables.alert_city}")]
async fn alert() -> Result<String> {
    let city: String = Variable::get_or("alert_city", "Rome".to_owned()).await?;
    let limits: Limits =
        Variable::get_or("alert_limits", Limits { below: 0.0, above: 30.0 }).await?;
    let celsius = measure(city.clone()).await?;
    let verdict = if celsius < limits.below {
        "too cold"
    } else if celsius > limits.above {
        "too hot"
    } else {
        "fine"
    };
    Ok(format!("{city}: {celsius} °C is {verdict}."))
}

#[tokio::main]
async fn main() -> Result<()> {
    let engine = Engine::current()?;
    match std::env::args().nth(1) {
        Some(city) => {
            Variable::set("alert_city", city).tags(["weather"]).overwrite().await?;
        }
        None if Variable::get::<String>("alert_city").await?.is_none() => {
            Variable::set("alert_city", "Rome").tags(["weather"]).await?;
        }
        None => {}
    }
    println!("{}", alert().await?);

    // What is fine for a city is decided outside of the code.
    Variable::set("alert_limits", Limits { below: -10.0, above: 35.0 }).overwrite().await?;
    println!("With other limits: {}", alert().await?);
    Variable::unset("alert_limits").await?;

    for run in engine.runs().flow("alert").limit(1).list().await? {
        println!("The run was called '{}'.", run.name);
    }
    for variable in engine.variables().tag("weather").list().await? {
        println!("Kept for the next time: {} = {}", variable.name, variable.value);
    }

    // What does not fit is told by name, and without showing what it is.
    if let Err(error) = Variable::get::<f64>("alert_city").await {
        println!("{error}");
    }
    engine.close().await
}
