//! Sync bodies and sync callers: the blocking pool, `inline`, and `block_on`.

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::{Engine, runtime};

use crate::child::Child;
use crate::timeline::{check, run_of};

#[tidegate::test]
async fn a_sync_task_runs_on_another_thread() {
    #[task]
    fn thread() -> std::thread::ThreadId {
        std::thread::current().id()
    }
    assert_ne!(thread().await.unwrap(), std::thread::current().id());
}

#[tidegate::test]
async fn an_inline_task_runs_in_place_and_may_borrow() {
    #[task(inline)]
    fn thread(text: &str) -> (std::thread::ThreadId, usize) {
        (std::thread::current().id(), text.len())
    }
    let text = String::from("four");
    assert_eq!(thread(&text).await.unwrap(), (std::thread::current().id(), 4));
}

#[tidegate::test]
async fn the_run_follows_its_body_onto_the_blocking_pool() {
    #[task(task_run_name = "hash-{name}", log_prints)]
    fn hash(name: String) -> Option<String> {
        println!("hashing {name}");
        run_logger().info("hashed");
        tracing::info!("traced");
        runtime::task_run::name()
    }
    #[flow]
    fn pipeline() -> Option<String> {
        runtime::flow_run::name()
    }
    assert_eq!(hash("a".into()).await.unwrap().as_deref(), Some("hash-a"));
    assert_eq!(pipeline().named("p").await.unwrap().as_deref(), Some("p"));
    let id = run_of("hash").await.id;
    let lines = Engine::current().unwrap().logs().of_task_run(id).list().await.unwrap();
    let texts: Vec<_> = lines.iter().map(|line| &*line.message).collect();
    assert_eq!(texts, ["hashing a", "hashed", "traced", "Finished in state Completed()"]);
}

#[tidegate::test]
async fn a_sync_task_fails_and_retries_as_any_other() {
    #[task(retries = 1)]
    fn compute() -> Result<u32> {
        match runtime::task_run::run_count() {
            1 => Err("no".into()),
            count => Ok(count),
        }
    }
    check(
        compute(),
        expect![[r#"
        Ok(2)
        task compute: Pending > Running > AwaitingRetry(0s) > Retrying > Completed
    "#]],
    )
    .await;
}

#[tidegate::test]
async fn a_sync_flow_submits_tasks_and_is_joined_with_them() {
    #[task]
    fn one() -> u32 {
        1
    }
    #[flow]
    fn pipeline() {
        drop(one().submit());
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(())
        flow pipeline: Pending > Running > Completed
          task one: Pending > Running > Completed
    "#]],
    )
    .await;
}

#[test]
fn block_on_runs_a_call_from_a_sync_main() {
    let left = Child::new().env("TIDEGATE_LOGGING_LEVEL", "OFF").run(|| {
        #[task]
        async fn double(number: u32) -> u32 {
            number * 2
        }
        #[flow]
        async fn pipeline() -> Result<u32> {
            double(2).submit().await
        }
        println!("{} {}", pipeline().block_on().unwrap(), double(5).block_on().unwrap());
    });
    assert_eq!(left.stdout, "4 10\n", "{}", left.stderr);
}

#[tidegate::test]
async fn block_on_inside_a_runtime_is_an_error_that_says_what_to_do() {
    #[task]
    async fn one() -> u32 {
        1
    }
    let error = one().block_on().unwrap_err();
    assert!(error.is_configuration());
    expect!["block_on was called on a thread of an async runtime, which it would hang: await the call instead, or make the calling function a sync task or flow without `inline`"].assert_eq(&error.to_string());
    check(
        async { Ok(()) },
        expect![[r#"
        Ok(())
    "#]],
    )
    .await;
}

#[tidegate::test]
async fn a_sync_body_waits_for_calls_with_block_on() {
    #[task]
    async fn one() -> u32 {
        1
    }
    #[flow]
    fn sums() -> Result<u32> {
        Ok(one().block_on()? + one().block_on()?)
    }
    assert_eq!(sums().await.unwrap(), 2);
}

#[tidegate::test]
async fn an_inline_sync_body_cannot_wait_with_block_on() {
    #[task]
    async fn one() -> u32 {
        1
    }
    #[task(inline)]
    fn outer() -> Result<u32> {
        one().block_on()
    }
    assert!(outer().await.unwrap_err().to_string().contains("await the call instead"));
}
