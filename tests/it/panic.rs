//! Panics of user code: the run has failed, and the error says where and why.

use expect_test::{Expect, expect};
use tidegate::prelude::*;

use crate::timeline::{history, run_of};

/// Makes a call that panics, and compares its error and the history of all runs; places are left out but for the file.
async fn check<T>(call: impl Future<Output = Result<T>>, expected: Expect) {
    let Err(error) = call.await else { panic!("it did not fail") };
    let text = error.to_string();
    let text = match text.split_once("panic.rs:") {
        Some((before, after)) => {
            format!("{before}panic.rs:_: {}", after.split_once(": ").unwrap().1)
        }
        None => text,
    };
    expected.assert_eq(&format!("{text}\n{}", history().await));
}

#[tidegate::test(start_paused = true)]
async fn a_task_that_panics_has_failed() {
    #[task]
    async fn fetch() {
        panic!("no {}", "route");
    }
    check(
        fetch().named("f"),
        expect![[r#"
        Task run 'f' panicked at tests/it/panic.rs:_: no route
        task fetch: Pending > Running > Panicked
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn the_message_names_the_line_of_the_panic() {
    const LINE: u32 = line!() + 3;
    #[task]
    async fn fetch() {
        panic!("no route");
    }
    let error = fetch().await.unwrap_err();
    assert!(error.is_panicked() && error.is_failed());
    let message = run_of("fetch").await.state().unwrap().message.clone().unwrap();
    assert!(message.starts_with(&format!("panicked at tests/it/panic.rs:{LINE}:")), "{message}");
}

#[tidegate::test]
async fn a_panic_on_the_blocking_pool_keeps_its_place() {
    #[task]
    fn compute() {
        panic!("out of range");
    }
    check(
        compute().named("c"),
        expect![[r#"
        Task run 'c' panicked at tests/it/panic.rs:_: out of range
        task compute: Pending > Running > Panicked
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_panic_after_an_await_keeps_its_place() {
    #[task]
    async fn fetch() {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        let list: &[u32] = &[];
        list.first().expect("a value");
    }
    check(
        fetch().named("f"),
        expect![[r#"
        Task run 'f' panicked at tests/it/panic.rs:_: a value
        task fetch: Pending > Running > Panicked
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_panic_that_is_not_text_is_a_failure_too() {
    #[task]
    async fn fetch() {
        std::panic::panic_any(5);
    }
    check(
        fetch().named("f"),
        expect![[r#"
        Task run 'f' panicked at tests/it/panic.rs:_: a value that is not text
        task fetch: Pending > Running > Panicked
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn an_error_that_panics_when_it_is_shown_is_a_failure_all_the_same() {
    #[derive(Debug)]
    struct Unshown;
    impl std::fmt::Display for Unshown {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("not shown")
        }
    }
    impl std::error::Error for Unshown {}
    #[task]
    async fn fetch() -> Result<()> {
        Err(Unshown.into())
    }
    let error = fetch().await.unwrap_err();
    assert!(error.downcast_ref::<Unshown>().is_some());
    let text = error.state().unwrap().to_string();
    assert!(text.contains("an error that cannot be shown: panicked at "), "{text}");
    assert!(text.ends_with(": not shown')"), "{text}");
}

#[tidegate::test(start_paused = true)]
async fn a_run_that_panics_is_tried_again() {
    #[task(retries = 1)]
    async fn fetch() {
        panic!("no");
    }
    check(
        fetch().named("f"),
        expect![[r#"
        Task run 'f' panicked at tests/it/panic.rs:_: no
        task fetch: Pending > Running > AwaitingRetry(0s) > Retrying > Panicked
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_flow_that_panics_has_failed() {
    #[flow]
    async fn pipeline() {
        panic!("no");
    }
    check(
        pipeline().named("p"),
        expect![[r#"
        Flow run 'p' panicked at tests/it/panic.rs:_: no
        flow pipeline: Pending > Running > Panicked
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_panic_of_a_task_that_is_passed_on_fails_the_flow_by_its_error() {
    #[task]
    async fn fetch() {
        panic!("no");
    }
    #[flow]
    async fn pipeline() -> Result<()> {
        fetch().named("f").await
    }
    check(
        pipeline().named("p"),
        expect![[r#"
        Flow run 'p' failed: Task run 'f' panicked at tests/it/panic.rs:_: no
        flow pipeline: Pending > Running > Failed
          task fetch: Pending > Running > Panicked
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_panic_of_what_was_submitted_reaches_who_awaits_it() {
    #[task]
    async fn fetch() {
        panic!("no");
    }
    #[flow]
    async fn pipeline() -> Result<()> {
        fetch().named("f").submit().await
    }
    check(
        pipeline().named("p"),
        expect![[r#"
        Flow run 'p' failed: Task run 'f' panicked at tests/it/panic.rs:_: no
        flow pipeline: Pending > Running > Failed
          task fetch: Pending > Running > Panicked
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_panic_in_a_step_or_an_inline_body_is_caught_too() {
    #[task(inline)]
    fn compute() {
        panic!("no");
    }
    assert!(compute().await.unwrap_err().is_panicked());
    let step = tidegate::step("s").run(|| -> std::future::Ready<Result<()>> { panic!("no") });
    assert!(step.await.unwrap_err().is_panicked());
}
