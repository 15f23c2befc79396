//! A template names arguments and variables, and nothing else.

use tidegate::prelude::*;

#[task(task_run_name = "{citty}-{}-{0}-{city.len()}-{self}")]
async fn fetch(city: String, day: u8) {
    let _ = (city, day);
}

#[flow(flow_run_name = "{city")]
async fn unclosed(city: String) {
    let _ = city;
}

#[flow(flow_run_name = "city}")]
async fn unopened(city: String) {
    let _ = city;
}

#[flow(flow_run_name = "{city}")]
async fn without_arguments() {}

#[task(task_run_name = "{city:>width$}")]
async fn unknown_width(city: String) {
    let _ = city;
}

#[task(task_run_name = "{day:03d}")]
async fn python_format(day: u8) {
    let _ = day;
}

#[flow(flow_run_name = "{variables.Alert City}")]
async fn unknown_variable() {}

fn main() {}
