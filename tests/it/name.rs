//! Names of flows, tasks and their runs.

use std::sync::atomic::{AtomicU32, Ordering};

use expect_test::{Expect, expect};
use tidegate::Parameters;
use tidegate::prelude::*;

use crate::timeline::run_of;

/// Makes a call, and compares the name of the one run of this flow or task.
async fn check<T>(call: impl Future<Output = Result<T>>, definition: &str, expected: Expect) {
    let _ = call.await;
    expected.assert_eq(&run_of(definition).await.name);
}

/// NAME-01: the name is there from the first state on.
#[tidegate::test(start_paused = true)]
async fn a_template_takes_arguments_with_their_format() {
    #[task(task_run_name = "hello-{x}-{y:03}")]
    async fn greet(x: &str, y: u32) {
        let _ = (x, y);
    }
    check(greet("a", 7), "greet", expect!["hello-a-007"]).await;
}

/// NAME-02
#[tidegate::test(start_paused = true)]
async fn a_function_makes_the_name_from_the_parameters() {
    fn by_city(parameters: &Parameters) -> String {
        format!("weather of {}", parameters.get("city").unwrap().as_str().unwrap())
    }
    #[task(task_run_name = by_city)]
    async fn fetch(city: &str) {
        let _ = city;
    }
    check(fetch("Rome"), "fetch", expect!["weather of Rome"]).await;
}

/// NAME-03
#[tidegate::test(start_paused = true)]
async fn a_name_function_is_called_once_for_all_attempts() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    fn count(_: &Parameters) -> String {
        format!("call {}", CALLS.fetch_add(1, Ordering::Relaxed) + 1)
    }
    #[task(task_run_name = count, retries = 2)]
    async fn fetch() -> Result<()> {
        Err("no".into())
    }
    check(fetch(), "fetch", expect!["call 1"]).await;
    assert_eq!(CALLS.load(Ordering::Relaxed), 1);
}

/// NAME-05
#[tidegate::test(start_paused = true)]
async fn a_flow_run_is_named_before_it_runs_defaults_included() {
    #[flow(flow_run_name = "f-{a}-{b}")]
    async fn report(a: u32, #[default(2)] b: u32) {
        let _ = (a, b);
        assert_eq!(tidegate::runtime::flow_run::name().as_deref(), Some("f-1-2"));
    }
    let parameters = Parameters::from_iter([("a", 1.into())]);
    check(report::from_parameters(&parameters).unwrap(), "report", expect!["f-1-2"]).await;
}

/// NAME-06: for flows as for tasks, the function is given the parameters.
#[tidegate::test(start_paused = true)]
async fn the_name_function_of_a_flow_is_given_the_parameters_too() {
    #[flow(flow_run_name = |parameters: &Parameters| format!("report {}", parameters.get("day").unwrap()))]
    async fn report(day: u32) {
        let _ = day;
    }
    check(report(3), "report", expect!["report 3"]).await;
}

/// NAME-08
#[tidegate::test(start_paused = true)]
async fn flows_are_named_with_hyphens_and_tasks_with_underscores() {
    #[task]
    async fn fetch_all() {}
    #[flow]
    async fn nightly_report() {}
    assert_eq!(nightly_report::definition().name(), "nightly-report");
    assert_eq!(fetch_all::definition().name(), "fetch_all");
    check(fetch_all(), "fetch_all", expect!["fetch_all"]).await;
}

/// NAME-09
#[tidegate::test(start_paused = true)]
async fn a_flow_run_is_named_with_two_words() {
    #[flow]
    async fn report() {}
    report().await.unwrap();
    let name = run_of("report").await.name;
    let words: Vec<_> = name.split('-').collect();
    assert!(words.len() == 2 && words.iter().all(|word| !word.is_empty()), "{name}");
}

#[tidegate::test(start_paused = true)]
async fn the_name_of_a_call_goes_before_the_template() {
    #[task(name = "fetch it", task_run_name = "fetch-{city}")]
    async fn fetch(city: &str) {
        let _ = city;
    }
    check(fetch("Rome").named("mine"), "fetch it", expect!["mine"]).await;
}

#[tidegate::test(start_paused = true)]
async fn a_name_function_that_panics_fails_the_call_and_not_the_program() {
    #[task(task_run_name = |_: &Parameters| panic!("no name"))]
    async fn fetch() {}
    let error = fetch().await.unwrap_err();
    let text = error.to_string();
    assert!(error.is_configuration(), "{text}");
    assert!(text.starts_with("'fetch': its run name cannot be made: panicked at "), "{text}");
    assert!(text.ends_with(": no name"), "{text}");
}
