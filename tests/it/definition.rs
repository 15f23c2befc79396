//! Definitions: what is known of a flow or task before it runs, and the shapes of functions that can be one.

use std::fmt::Debug;
use std::sync::Arc;

use expect_test::{Expect, expect};
use tidegate::Definition;
use tidegate::prelude::*;

use crate::timeline::run_of;

/// Compares what is known of a flow or task.
fn check(definition: &Definition, expected: Expect) {
    let mut text = format!(
        "{:?} {} ({})\nversion={:?} description={:?} tags={:?}\n",
        definition.kind(),
        definition.name(),
        definition.key(),
        definition.version(),
        definition.description(),
        definition.tags(),
    );
    for parameter in definition.parameters() {
        text.push_str(&format!("{}: {}\n", parameter.name, parameter.type_name));
    }
    expected.assert_eq(&text);
}

/// Fetches the weather
/// of a place.
///
/// Not from the future.
#[task(version = "1.2", tags = ["http", "slow"])]
async fn fetch_weather(lat: f64, places: &[Vec<String>]) -> Result<f64> {
    let _ = places;
    Ok(lat)
}

#[flow(name = "The report", description = "What people read")]
async fn report() {}

#[test]
fn a_definition_says_what_the_function_says() {
    check(
        fetch_weather::definition(),
        expect![[r#"
        Task fetch_weather (it::definition::fetch_weather)
        version=Some("1.2") description=Some("Fetches the weather of a place.") tags=["http", "slow"]
        lat: f64
        places: &[Vec<String>]
    "#]],
    );
}

#[test]
fn a_name_and_a_description_can_be_given() {
    check(
        report::definition(),
        expect![[r#"
        Flow The report (it::definition::report)
        version=None description=Some("What people read") tags=[]
    "#]],
    );
}

#[tidegate::test(start_paused = true)]
async fn a_run_carries_the_definition_it_is_a_run_of() {
    report().await.unwrap();
    let run = run_of("The report").await;
    assert_eq!(run.definition.description.as_deref(), Some("What people read"));
    assert_eq!(run.definition.key, report::definition().key());
}

struct Service {
    factor: u32,
}

impl Service {
    #[task]
    async fn by_reference(&self, number: u32) -> u32 {
        self.factor * number
    }

    #[task(retries = 1)]
    fn by_arc(self: Arc<Self>, number: u32) -> u32 {
        self.factor * number
    }

    #[task]
    async fn changes(&mut self, factor: u32) {
        self.factor = factor;
    }

    #[flow]
    async fn run(&self) -> Result<u32> {
        Ok(self.by_reference(2).await? + 1)
    }

    /// An associated function is known as one by its `Self`.
    #[task]
    async fn make(factor: u32) -> Self {
        Self { factor }
    }
}

#[tidegate::test]
async fn methods_can_be_flows_and_tasks() {
    let mut service = Service::make(3).await.unwrap();
    service.changes(5).await.unwrap();
    assert_eq!(service.run().await.unwrap(), 11);
    assert_eq!(Arc::new(service).by_arc(4).await.unwrap(), 20);
}

#[tidegate::test(start_paused = true)]
async fn generic_functions_can_be_tasks() {
    #[task]
    async fn show<T: Debug + Send + Sync, const N: usize>(list: &[T; N]) -> String {
        format!("{N} {list:?}")
    }
    assert_eq!(show(&["a", "b"]).await.unwrap(), "2 [\"a\", \"b\"]");
    assert_eq!(show(&[1]).await.unwrap(), "1 [1]");
}

#[tidegate::test(start_paused = true)]
async fn a_task_may_give_back_what_it_borrowed() {
    #[task]
    async fn longest<'a>(first: &'a str, second: &'a str) -> &'a str {
        if first.len() < second.len() { second } else { first }
    }
    let (first, second) = (String::from("one"), String::from("three"));
    assert_eq!(longest(&first, &second).await.unwrap(), "three");
}

#[tidegate::test(start_paused = true)]
async fn a_task_may_take_a_closure_and_a_boxed_future() {
    #[task]
    async fn call(function: impl Fn(u32) -> u32 + Send, number: u32) -> u32 {
        function(number)
    }
    assert_eq!(call(|number| number + 1, 1).await.unwrap(), 2);
}

#[tidegate::test(start_paused = true)]
async fn options_can_be_expressions() {
    const RETRIES: u32 = 1;
    fn policy() -> tidegate::Delays {
        exponential_backoff(7)
    }
    #[task(retries = RETRIES + 1, retry_delay_seconds = policy(), timeout_seconds = std::time::Duration::from_secs(2))]
    async fn fetch() -> Result<()> {
        Err("no".into())
    }
    let options = fetch::definition().options();
    assert_eq!((options.retries, options.timeout.unwrap().as_secs()), (Some(2), 2));
    fetch().await.unwrap_err();
    let timeline = crate::timeline::timeline(&run_of("fetch").await);
    expect![
        "Pending > Running > AwaitingRetry(7s) > Retrying > AwaitingRetry(14s) > Retrying > Failed"
    ]
    .assert_eq(&timeline);
}
