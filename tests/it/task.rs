//! Tasks: called in place, in and outside flows.

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::{Engine, State, Timestamp};

use crate::timeline::{check, run_of, timeline};

#[derive(Clone, Debug, PartialEq, Eq)]
struct No(&'static str);

impl std::fmt::Display for No {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for No {}

#[task]
async fn one() -> u32 {
    1
}

#[task]
async fn fails() -> Result<u32> {
    Err(No("no").into())
}

/// TASK-01
#[tidegate::test(start_paused = true)]
async fn a_task_gives_its_value_and_completes() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        one().await
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(1)
        flow pipeline: Pending > Running > Completed
          task one: Pending > Running > Completed
    "#]],
    )
    .await;
    assert_eq!(run_of("one").await.run_count, 1);
}

/// TASK-02
#[tidegate::test(start_paused = true)]
async fn an_error_of_a_task_goes_through_the_flow_as_itself() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        fails().await
    }
    let given = pipeline().await;
    assert_eq!(given.as_ref().unwrap_err().downcast_ref::<No>(), Some(&No("no")));
    check(
        async { given },
        expect![[r#"
        Err: Failed('Flow run encountered an exception: no')
        flow pipeline: Pending > Running > Failed
          task fails: Pending > Running > Failed
    "#]],
    )
    .await;
}

/// TASK-03: what Prefect calls `return_state` is the error of the call.
#[tidegate::test(start_paused = true)]
async fn a_flow_may_look_at_the_state_of_a_failed_task_and_go_on() {
    #[flow]
    async fn pipeline() -> Result<String> {
        let error = fails().await.unwrap_err();
        assert!(error.is_failed());
        Ok(error.state().unwrap().to_string())
    }
    check(
        pipeline(),
        expect![[r#"
        Ok("Failed('Task run encountered an exception: no')")
        flow pipeline: Pending > Running > Completed
          task fails: Pending > Running > Failed
    "#]],
    )
    .await;
}

/// TASK-04
#[tidegate::test(start_paused = true)]
async fn a_task_runs_without_a_flow_under_its_bare_name() {
    check(
        one(),
        expect![[r#"
        Ok(1)
        task one: Pending > Running > Completed
    "#]],
    )
    .await;
    let run = run_of("one").await;
    assert_eq!((&*run.name, run.flow_run_id, run.root_flow_run_id), ("one", None, None));
}

/// TASK-54
#[tidegate::test(start_paused = true)]
async fn a_task_run_in_a_flow_is_named_after_its_task_with_three_digits() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        one().await
    }
    pipeline().await.unwrap();
    let name = run_of("one").await.name;
    let digits = name.strip_prefix("one-").unwrap();
    assert!(digits.len() == 3 && digits.chars().all(|c| c.is_ascii_hexdigit()), "{name}");
}

#[tidegate::test(start_paused = true)]
async fn a_call_does_nothing_until_it_is_polled() {
    drop(one());
    check(
        async { Ok(()) },
        expect![[r#"
        Ok(())
    "#]],
    )
    .await;
}

/// TASK-29
#[tidegate::test(start_paused = true)]
async fn a_task_awaited_in_place_may_change_what_its_caller_owns() {
    #[task]
    async fn add(numbers: &mut Vec<u32>, number: u32) {
        numbers.push(number);
    }
    let mut numbers = vec![1];
    add(&mut numbers, 2).await.unwrap();
    assert_eq!(numbers, [1, 2]);
}

/// TASK-24
#[tidegate::test(start_paused = true)]
async fn a_handle_that_is_asked_for_arrives_as_a_handle() {
    #[task]
    async fn look(handle: tidegate::RunHandle<u32>) -> Result<u32> {
        handle.await
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        look(one().submit()).await
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(1)
        flow pipeline: Pending > Running > Completed
          task look: Pending > Running > Completed
          task one: Pending > Running > Completed
    "#]],
    )
    .await;
}

/// TASK-48
#[tidegate::test(start_paused = true)]
async fn a_task_called_in_a_task_names_it_as_its_parent() {
    #[task]
    async fn outer() -> Result<u32> {
        one().await
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        outer().await
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(1)
        flow pipeline: Pending > Running > Completed
          task outer: Pending > Running > Completed
            task one: Pending > Running > Completed
    "#]],
    )
    .await;
    let (outer, inner, flow) =
        (run_of("outer").await, run_of("one").await, run_of("pipeline").await);
    assert_eq!(inner.task_run_id, Some(outer.id));
    assert_eq!(inner.flow_run_id, Some(flow.id));
}

/// TASK-43
#[tidegate::test(start_paused = true)]
async fn a_failed_state_that_is_returned_is_the_state_of_the_run() {
    #[task]
    async fn judge() -> State {
        State::failed(Timestamp::UNIX_EPOCH).message("m")
    }
    check(
        judge(),
        expect![[r#"
        Err: Failed('m')
        task judge: Pending > Running > Failed
    "#]],
    )
    .await;
    let error = judge().await.unwrap_err();
    assert_eq!(error.to_string(), "Task run 'judge' failed: m");
}

/// TASK-44
#[tidegate::test(start_paused = true)]
async fn a_completed_state_that_is_returned_keeps_its_name() {
    #[task]
    async fn judge() -> State {
        State::completed(Timestamp::UNIX_EPOCH).named("X")
    }
    check(
        judge(),
        expect![[r#"
        Ok(X(message=None, type=COMPLETED, result=None))
        task judge: Pending > Running > X
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_state_that_is_returned_is_stamped_when_it_is_entered() {
    #[task]
    async fn judge() -> State {
        State::completed(Timestamp::UNIX_EPOCH)
    }
    judge().await.unwrap();
    let run = run_of("judge").await;
    assert!(run.states.is_sorted_by_key(|state| state.timestamp), "{:?}", run.states);
}

#[tidegate::test(start_paused = true)]
async fn any_result_type_with_a_boxable_error_is_a_result() {
    #[task]
    async fn parse(text: &str) -> std::result::Result<i32, std::num::ParseIntError> {
        text.parse()
    }
    #[task]
    async fn read() -> std::io::Result<()> {
        Err(std::io::Error::other("no disk"))
    }
    assert_eq!(parse("4").await.unwrap(), 4);
    let error = parse("four").await.unwrap_err();
    assert!(error.downcast_ref::<std::num::ParseIntError>().is_some());
    assert_eq!(error.to_string(), "Task run 'parse' failed: invalid digit found in string");
    assert_eq!(read().await.unwrap_err().to_string(), "Task run 'read' failed: no disk");
}

#[tidegate::test(start_paused = true)]
async fn the_message_of_a_failure_names_every_cause_once() {
    #[derive(Debug)]
    struct Outer(No);
    impl std::fmt::Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("cannot save")
        }
    }
    impl std::error::Error for Outer {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }
    #[task]
    async fn save() -> Result<()> {
        Err(Outer(No("disk full")).into())
    }
    #[flow]
    async fn pipeline() -> Result<()> {
        save().await
    }
    check(
        pipeline(),
        expect![[r#"
        Err: Failed('Flow run encountered an exception: cannot save: disk full')
        flow pipeline: Pending > Running > Failed
          task save: Pending > Running > Failed
    "#]],
    )
    .await;
    let message = run_of("save").await.state().unwrap().message.clone().unwrap();
    assert_eq!(message, "Task run encountered an exception: cannot save: disk full");
    let error = pipeline().await.unwrap_err();
    assert!(error.downcast_ref::<Outer>().is_some());
}

#[tidegate::test(start_paused = true)]
async fn options_of_a_call_go_before_those_of_the_task() {
    #[task(name = "fetch", retries = 5, tags = ["own"])]
    async fn fetch() -> Result<()> {
        Err("no".into())
    }
    check(
        fetch().retries(1).named("dc").tags(["other"]),
        expect![[r#"
        Err: Failed('Task run encountered an exception: no')
        task fetch: Pending > Running > AwaitingRetry(0s) > Retrying > Failed
    "#]],
    )
    .await;
    let run = run_of("fetch").await;
    assert_eq!((&*run.name, &*run.tags), ("dc", &["other".to_owned()][..]));
}

#[tidegate::test(start_paused = true)]
async fn tasks_run_at_the_same_time_when_they_are_joined() {
    #[task]
    async fn wait(barrier: &tokio::sync::Barrier) {
        barrier.wait().await;
    }
    #[flow]
    async fn pipeline() -> Result<()> {
        let barrier = tokio::sync::Barrier::new(3);
        let (a, b, c) = tokio::join!(wait(&barrier), wait(&barrier), wait(&barrier));
        a.and(b).and(c)
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(())
        flow pipeline: Pending > Running > Completed
          task wait: Pending > Running > Completed
          task wait: Pending > Running > Completed
          task wait: Pending > Running > Completed
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn the_plain_function_makes_no_run() {
    assert_eq!(one::original().await, 1);
    check(
        async { Ok(()) },
        expect![[r#"
        Ok(())
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_call_runs_on_the_engine_it_is_given() {
    let other = Engine::builder().database("sqlite::memory:").open().unwrap();
    assert_eq!(other.run(one()).await.unwrap(), 1);
    one().on(&other).await.unwrap();
    let runs = other.runs().task("one").list().await.unwrap();
    assert_eq!(runs.iter().map(timeline).collect::<Vec<_>>(), ["Pending > Running > Completed"; 2]);
    check(
        async { Ok(()) },
        expect![[r#"
        Ok(())
    "#]],
    )
    .await;
    other.close().await.unwrap();
}
