//! Hooks: user code called when a run enters a state.

use std::sync::{Arc, Mutex};

use expect_test::{Expect, expect};
use tidegate::prelude::*;
use tidegate::{Engine, Hook, Run, State, Timestamp, runtime};

use crate::timeline::{run_of, runs};

/// Makes a call, and compares what its hooks said and the lines about hooks, in the order of their writing.
async fn check<T>(call: impl Future<Output = Result<T>>, expected: Expect) {
    let _ = call.await;
    let engine = Engine::current().unwrap();
    let mut text = String::new();
    for run in runs().await {
        let lines = match run.kind() {
            tidegate::RunKind::Flow => engine.logs().of_flow_run(run.id),
            tidegate::RunKind::Task => engine.logs().of_task_run(run.id),
        };
        for line in lines.list().await.unwrap() {
            if line.message.contains("ook '") || line.message.starts_with("! ") {
                let message = without_place(&line.message);
                text.push_str(&format!("{:<5} {message}\n", line.level));
            }
        }
        text.push_str(&format!("{}\n", crate::timeline::timeline(&run)));
    }
    expected.assert_eq(&text);
}

/// The line of a panic without the place, which moves with this file.
fn without_place(message: &str) -> String {
    match message.split_once(" at tests/it/hook.rs:") {
        Some((before, after)) => {
            format!("{before} at hook.rs: {}", after.split_once(": ").unwrap().1)
        }
        None => message.to_owned(),
    }
}

fn say(name: &str, run: &Run, state: &State) {
    run_logger().info(format!("! {name}: {} run_count={}", state.name, run.run_count));
}

async fn a(run: Run, state: State) {
    say("a", &run, &state);
}

fn b(run: Run, state: State) {
    say("b", &run, &state);
}

async fn breaks(_: Run, _: State) -> Result<()> {
    Err("broken hook".into())
}

fn panics(_: Run, _: State) {
    panic!("panicking hook")
}

/// HOOK-01
#[tidegate::test(start_paused = true)]
async fn hooks_run_in_the_order_given_then_those_of_the_call() {
    #[task(on_completion = [a, b])]
    async fn fetch() {}
    check(
        fetch().on_completion(Hook::new("c", |run, state| say("c", &run, &state))),
        expect![[r#"
        INFO  Running hook 'a' in response to entering state 'Completed'
        INFO  ! a: Completed run_count=1
        INFO  Hook 'a' finished running successfully
        INFO  Running hook 'b' in response to entering state 'Completed'
        INFO  ! b: Completed run_count=1
        INFO  Hook 'b' finished running successfully
        INFO  Running hook 'c' in response to entering state 'Completed'
        INFO  ! c: Completed run_count=1
        INFO  Hook 'c' finished running successfully
        Pending > Running > Completed
    "#]],
    )
    .await;
}

/// HOOK-02
#[tidegate::test(start_paused = true)]
async fn hooks_run_at_each_running_and_once_at_the_end() {
    #[task(retries = 1, on_running = [a, b], on_failure = [a, b])]
    async fn fetch() -> Result<()> {
        Err("no".into())
    }
    check(
        fetch(),
        expect![[r#"
        INFO  Running hook 'a' in response to entering state 'Running'
        INFO  ! a: Running run_count=1
        INFO  Hook 'a' finished running successfully
        INFO  Running hook 'b' in response to entering state 'Running'
        INFO  ! b: Running run_count=1
        INFO  Hook 'b' finished running successfully
        INFO  Running hook 'a' in response to entering state 'Retrying'
        INFO  ! a: Retrying run_count=2
        INFO  Hook 'a' finished running successfully
        INFO  Running hook 'b' in response to entering state 'Retrying'
        INFO  ! b: Retrying run_count=2
        INFO  Hook 'b' finished running successfully
        INFO  Running hook 'a' in response to entering state 'Failed'
        INFO  ! a: Failed run_count=2
        INFO  Hook 'a' finished running successfully
        INFO  Running hook 'b' in response to entering state 'Failed'
        INFO  ! b: Failed run_count=2
        INFO  Hook 'b' finished running successfully
        Pending > Running > AwaitingRetry(0s) > Retrying > Failed
    "#]],
    )
    .await;
}

/// HOOK-04
#[tidegate::test(start_paused = true)]
async fn a_hook_that_fails_is_told_and_the_next_one_runs() {
    #[flow(on_completion = [breaks, panics, a])]
    async fn pipeline() {}
    check(pipeline(), expect![[r#"
        INFO  Running hook 'breaks' in response to entering state 'Completed'
        ERROR An error was encountered while running hook 'breaks': broken hook
        INFO  Running hook 'panics' in response to entering state 'Completed'
        ERROR An error was encountered while running hook 'panics': panicked at hook.rs: panicking hook
        INFO  Running hook 'a' in response to entering state 'Completed'
        INFO  ! a: Completed run_count=1
        INFO  Hook 'a' finished running successfully
        Pending > Running > Completed
    "#]]).await;
}

/// HOOK-06: a terminal state stays what it is.
#[tidegate::test(start_paused = true)]
async fn a_hook_that_panics_after_the_end_changes_nothing() {
    #[task(on_completion = panics)]
    async fn fetch() -> u32 {
        1
    }
    assert_eq!(fetch().await.unwrap(), 1);
    assert!(run_of("fetch").await.state().unwrap().is_completed());
}

/// HOOK-07
#[tidegate::test(start_paused = true)]
async fn a_crashed_task_calls_neither_its_failure_nor_its_completion_hooks() {
    #[task(on_failure = a, on_completion = a)]
    async fn judge() -> State {
        State::crashed(Timestamp::UNIX_EPOCH)
    }
    check(
        judge(),
        expect![[r#"
        Pending > Running > Crashed
    "#]],
    )
    .await;
}

/// HOOK-10
#[tidegate::test(start_paused = true)]
async fn a_failed_state_that_is_returned_calls_the_failure_hooks_once_at_the_end() {
    #[task(retries = 2, on_failure = a)]
    async fn judge() -> State {
        State::failed(Timestamp::UNIX_EPOCH)
    }
    check(
        judge(),
        expect![[r#"
        INFO  Running hook 'a' in response to entering state 'Failed'
        INFO  ! a: Failed run_count=3
        INFO  Hook 'a' finished running successfully
        Pending > Running > AwaitingRetry(0s) > Retrying > AwaitingRetry(0s) > Retrying > Failed
    "#]],
    )
    .await;
}

/// HOOK-11, HOOK-12: the hook sees the count of the attempt it belongs to.
#[tidegate::test(start_paused = true)]
async fn a_flow_that_is_tried_again_calls_its_running_hooks_each_time_and_its_failure_hooks_once() {
    #[flow(retries = 1, on_running = a, on_failure = b)]
    async fn pipeline() -> Result<()> {
        Err("no".into())
    }
    check(
        pipeline(),
        expect![[r#"
        INFO  Running hook 'a' in response to entering state 'Running'
        INFO  ! a: Running run_count=1
        INFO  Hook 'a' finished running successfully
        INFO  Running hook 'a' in response to entering state 'Running'
        INFO  ! a: Running run_count=2
        INFO  Hook 'a' finished running successfully
        INFO  Running hook 'b' in response to entering state 'Failed'
        INFO  ! b: Failed run_count=2
        INFO  Hook 'b' finished running successfully
        Pending > Running > AwaitingRetry(0s) > Running > Failed
    "#]],
    )
    .await;
}

/// HOOK-14
#[tidegate::test(start_paused = true)]
async fn a_crashed_flow_calls_its_crash_hooks_and_not_its_failure_hooks() {
    #[flow(on_failure = b, on_crashed = a)]
    async fn pipeline() -> State {
        State::crashed(Timestamp::UNIX_EPOCH)
    }
    check(
        pipeline(),
        expect![[r#"
        INFO  Running hook 'a' in response to entering state 'Crashed'
        INFO  ! a: Crashed run_count=1
        INFO  Hook 'a' finished running successfully
        Pending > Running > Crashed
    "#]],
    )
    .await;
}

/// HOOK-16
#[tidegate::test(start_paused = true)]
async fn a_flow_that_returns_cancelling_calls_its_cancellation_hooks() {
    #[flow(on_cancellation = a)]
    async fn pipeline() -> State {
        State::cancelling(Timestamp::UNIX_EPOCH)
    }
    check(
        pipeline(),
        expect![[r#"
        INFO  Running hook 'a' in response to entering state 'Cancelling'
        INFO  ! a: Cancelling run_count=1
        INFO  Hook 'a' finished running successfully
        Pending > Running > Cancelling
    "#]],
    )
    .await;
}

/// HOOK-18
#[tidegate::test(start_paused = true)]
async fn a_hook_with_bound_values_is_named_after_its_function() {
    fn notify(who: &'static str) -> impl Fn(Run, State) + Send + Sync {
        move |run, state| say(who, &run, &state)
    }
    #[task(on_completion = notify("ops"))]
    async fn fetch() {}
    check(
        fetch(),
        expect![[r#"
        INFO  Running hook 'notify' in response to entering state 'Completed'
        INFO  ! ops: Completed run_count=1
        INFO  Hook 'notify' finished running successfully
        Pending > Running > Completed
    "#]],
    )
    .await;
}

/// HOOK-19
#[tidegate::test(start_paused = true)]
async fn the_runtime_and_tasks_work_inside_hooks() {
    #[task]
    async fn report(text: String) -> String {
        text
    }
    async fn hook(run: Run, _: State) -> Result<()> {
        assert_eq!(runtime::flow_run::id(), Some(run.id));
        report(runtime::flow_run::flow_name().unwrap()).await?;
        Ok(())
    }
    #[flow(on_completion = hook)]
    async fn pipeline() {}
    check(
        pipeline(),
        expect![[r#"
        INFO  Running hook 'hook' in response to entering state 'Completed'
        INFO  Hook 'hook' finished running successfully
        Pending > Running > Completed
        Pending > Running > Completed
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn the_state_is_recorded_before_its_hooks_run() {
    async fn look(run: Run, state: State) -> Result<()> {
        let recorded = Engine::current()?.run_record(run.id).await?.unwrap();
        assert_eq!(recorded.state(), Some(&state));
        Ok(())
    }
    #[flow(on_running = look, on_completion = look)]
    async fn pipeline() {}
    check(
        pipeline(),
        expect![[r#"
        INFO  Running hook 'look' in response to entering state 'Running'
        INFO  Hook 'look' finished running successfully
        INFO  Running hook 'look' in response to entering state 'Completed'
        INFO  Hook 'look' finished running successfully
        Pending > Running > Completed
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_closure_can_be_a_hook_and_share_what_it_captures() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let hook = Hook::new("collect", {
        let seen = Arc::clone(&seen);
        move |run: Run, state: State| seen.lock().unwrap().push((run.name, state.name))
    });
    #[task]
    async fn fetch() -> Result<()> {
        Err("no".into())
    }
    fetch().on_failure(hook).await.unwrap_err();
    assert_eq!(*seen.lock().unwrap(), [("fetch".to_owned(), "Failed".into())]);
}
