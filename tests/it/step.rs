//! Steps: tasks that are closures.

use std::time::Duration;

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::step;

use crate::timeline::{check, run_of};

#[tidegate::test(start_paused = true)]
async fn a_step_is_a_task_run_of_its_name() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        step("charge card").run(|| async { Ok::<_, std::io::Error>(7) }).await
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(7)
        flow pipeline: Pending > Running > Completed
          task charge card: Pending > Running > Completed
    "#]],
    )
    .await;
    let name = run_of("charge card").await.name;
    assert!(name.starts_with("charge card-"), "{name}");
}

#[tidegate::test(start_paused = true)]
async fn a_step_borrows_and_changes_what_is_around_it() {
    let cart = vec![3, 4];
    let mut attempts = 0;
    let total = step("add up")
        .retries(2)
        .run(|| {
            attempts += 1;
            let (cart, attempt) = (&cart, attempts);
            async move { if attempt < 3 { Err("no") } else { Ok(cart.iter().sum::<i32>()) } }
        })
        .await
        .unwrap();
    assert_eq!((total, attempts), (7, 3));
}

#[tidegate::test(start_paused = true)]
async fn a_step_takes_the_options_of_a_task() {
    let call = step("slow")
        .retries(1)
        .retry_delay(exponential_backoff(3))
        .timeout(Duration::from_secs(5))
        .tags(["money"])
        .named("mine")
        .run(|| async {
            std::future::pending::<()>().await;
            Ok::<_, tidegate::Error>(())
        });
    check(
        call,
        expect![[r#"
        Err: TimedOut('Task run exceeded timeout of 5 second(s)', type=FAILED)
        task slow: Pending > Running > AwaitingRetry(3s) > Retrying > TimedOut
    "#]],
    )
    .await;
    let run = run_of("slow").await;
    assert_eq!((&*run.name, &*run.tags), ("mine", &["money".to_owned()][..]));
}

#[tidegate::test(start_paused = true)]
async fn a_step_that_owns_its_data_can_be_submitted() {
    #[flow]
    async fn pipeline() -> Result<usize> {
        let text = String::from("four");
        let length = step("length").run(move || {
            let length = text.len();
            async move { Ok::<_, tidegate::Error>(length) }
        });
        length.submit().await
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(4)
        flow pipeline: Pending > Running > Completed
          task length: Pending > Running > Completed
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn an_error_of_a_step_is_the_users_own() {
    let error = step("parse").run(|| async { "x".parse::<i32>() }).await.unwrap_err();
    assert!(error.downcast_ref::<std::num::ParseIntError>().is_some());
}
