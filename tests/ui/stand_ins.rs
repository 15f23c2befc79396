//! What stands in for a result is a value of its type, and is made without the arguments.

use tidegate::prelude::*;

#[task(viz_return_value)]
async fn without() -> u8 {
    5
}

#[task(viz_return_value = "warm")]
async fn measure(city: String) -> Result<f64> {
    Ok(city.len() as f64)
}

#[task(viz_return_value = city.len())]
async fn count(city: String) -> usize {
    city.len()
}

#[flow(viz_return_value = 5, viz_return_value = 6)]
async fn twice() -> u8 {
    5
}

fn main() {}
