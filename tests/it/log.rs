//! Log lines: their exact texts and levels, where they are stored, and how they are printed.

use std::time::Duration;

use expect_test::{Expect, expect};
use tidegate::prelude::*;
use tidegate::{Engine, Hook, LogLevel, Run, RunKind, State, Timestamp};

use crate::child::{Child, block_on};
use crate::timeline::{run_of, runs};

/// Makes a call, and compares the lines that were stored, oldest first.
async fn check<T>(call: impl Future<Output = Result<T>>, expected: Expect) {
    let _ = call.await;
    expected.assert_eq(&lines_of(&Engine::current().unwrap()).await);
}

/// The lines of an engine, oldest first, with who they belong to.
async fn lines_of(engine: &Engine) -> String {
    let all = engine.runs().list().await.unwrap();
    let mut text = String::new();
    for line in engine.logs().list().await.unwrap() {
        let id = line.task_run_id.or(line.flow_run_id);
        let run = all.iter().find(|run| Some(run.id) == id).unwrap();
        let kind = match run.kind() {
            RunKind::Flow => "flow",
            RunKind::Task => "task",
        };
        let message = line.message.replace(&run.name, "<run>");
        text.push_str(&format!("{kind} {:<8} {message}\n", line.level));
    }
    text
}

async fn sleep() {
    tokio::time::sleep(Duration::from_secs(60)).await;
}

/// LOG-01, LOG-03, LOG-25: Prefect says `Beginning flow run`.
#[tidegate::test(start_paused = true)]
async fn a_flow_run_tells_its_creation_and_its_end() {
    #[task]
    async fn fetch() {}
    #[flow]
    async fn pipeline() -> Result<()> {
        fetch().await
    }
    check(
        pipeline(),
        expect![[r#"
        flow INFO     Created flow run '<run>' for flow 'pipeline'
        task INFO     Finished in state Completed()
        flow INFO     Finished in state Completed()
    "#]],
    )
    .await;
}

/// LOG-03, LOG-10: also when it failed.
#[tidegate::test(start_paused = true)]
async fn a_flow_that_fails_tells_the_error_and_its_end() {
    #[flow]
    async fn pipeline() -> Result<()> {
        Err("a".into())
    }
    check(
        pipeline(),
        expect![[r#"
        flow INFO     Created flow run '<run>' for flow 'pipeline'
        flow ERROR    Encountered exception during execution: a
        flow INFO     Finished in state Failed('Flow run encountered an exception: a')
    "#]],
    )
    .await;
}

/// LOG-05
#[tidegate::test(start_paused = true)]
async fn a_task_that_fails_without_retries_tells_the_error() {
    #[task]
    async fn fetch() -> Result<()> {
        Err("no".into())
    }
    check(
        fetch(),
        expect![[r#"
        task ERROR    Task run failed with exception: no
        task ERROR    Finished in state Failed('Task run encountered an exception: no')
    "#]],
    )
    .await;
}

/// LOG-06, LOG-08
#[tidegate::test(start_paused = true)]
async fn a_task_that_retries_at_once_tells_which_retry_it_is() {
    #[task(retries = 2)]
    async fn fetch() -> Result<()> {
        Err("x".into())
    }
    check(
        fetch(),
        expect![[r#"
        task INFO     Task run failed with exception: x - Retry 1/2 will start immediately
        task INFO     Task run failed with exception: x - Retry 2/2 will start immediately
        task ERROR    Task run failed with exception: x - Retries are exhausted
        task ERROR    Finished in state Failed('Task run encountered an exception: x')
    "#]],
    )
    .await;
}

/// LOG-07
#[tidegate::test(start_paused = true)]
async fn a_task_that_waits_for_its_retry_tells_how_long() {
    #[task(retries = 1, retry_delay_seconds = 0.1)]
    async fn fetch() -> Result<u32> {
        match tidegate::runtime::task_run::run_count() {
            1 => Err("x".into()),
            count => Ok(count),
        }
    }
    check(fetch(), expect![[r#"
        task INFO     Task run failed with exception: x - Retry 1/1 will start 0.1 second(s) from now
        task INFO     Finished in state Completed()
    "#]]).await;
}

/// LOG-09
#[tidegate::test(start_paused = true)]
async fn a_returned_failed_state_is_told_as_a_state() {
    #[task(retries = 1)]
    async fn judge() -> State {
        State::failed(Timestamp::UNIX_EPOCH).message("returned")
    }
    check(judge(), expect![[r#"
        task INFO     Task run failed with state: Failed(message='returned', type=FAILED, result=None) - Retry 1/1 will start immediately
        task ERROR    Task run failed with state: Failed(message='returned', type=FAILED, result=None) - Retries are exhausted
        task ERROR    Finished in state Failed('returned')
    "#]]).await;
}

/// RETRY-11
#[tidegate::test(start_paused = true)]
async fn a_condition_that_says_no_leaves_no_line_about_exhausted_retries() {
    #[task(retries = 2, retry_condition = |_: Run, _: State| false)]
    async fn fetch() -> Result<()> {
        Err("no".into())
    }
    check(
        fetch(),
        expect![[r#"
        task ERROR    Task run failed with exception: no
        task ERROR    Finished in state Failed('Task run encountered an exception: no')
    "#]],
    )
    .await;
}

/// RETRY-13
#[tidegate::test(start_paused = true)]
async fn a_condition_that_panics_is_told() {
    fn broken(_: Run, _: State) -> bool {
        panic!("broken")
    }
    #[task(retries = 2, retry_condition = broken)]
    async fn fetch() -> Result<()> {
        Err("no".into())
    }
    let _ = fetch().await;
    let lines = lines_of(&Engine::current().unwrap()).await;
    let line = lines.lines().find(|line| line.contains("condition")).unwrap();
    let (before, after) = line.split_once("tests/it/log.rs:").unwrap();
    let after = after.split_once(": ").unwrap().1;
    expect!["task ERROR    An error was encountered while running the retry condition 'broken' of task '<run>': panicked at <place>: broken"].assert_eq(&format!("{before}<place>: {after}"));
}

/// LOG-11
#[tidegate::test(start_paused = true)]
async fn a_flow_that_is_tried_again_says_so() {
    #[flow(retries = 1)]
    async fn pipeline() -> Result<()> {
        Err("a".into())
    }
    check(pipeline(), expect![[r#"
        flow INFO     Created flow run '<run>' for flow 'pipeline'
        flow ERROR    Encountered exception during execution: a
        flow INFO     Received non-final state 'AwaitingRetry' when proposing final state 'Failed' and will attempt to run again...
        flow ERROR    Encountered exception during execution: a
        flow INFO     Finished in state Failed('Flow run encountered an exception: a')
    "#]]).await;
}

/// LOG-12
#[tidegate::test(start_paused = true)]
async fn a_timeout_is_told_with_its_limit() {
    #[task(timeout_seconds = 0.2)]
    async fn slow() {
        sleep().await;
    }
    #[flow(timeout_seconds = 0.3)]
    async fn pipeline() -> Result<()> {
        let _ = slow().await;
        sleep().await;
        Ok(())
    }
    check(pipeline(), expect![[r#"
        flow INFO     Created flow run '<run>' for flow 'pipeline'
        task ERROR    Task run exceeded timeout of 0.2 second(s)
        task ERROR    Finished in state TimedOut('Task run exceeded timeout of 0.2 second(s)', type=FAILED)
        flow ERROR    Flow run exceeded timeout of 0.3 second(s)
        flow INFO     Finished in state TimedOut('Flow run exceeded timeout of 0.3 second(s)', type=FAILED)
    "#]]).await;
}

/// LOG-13
#[tidegate::test(start_paused = true)]
async fn a_crash_is_told() {
    #[flow]
    async fn pipeline() {
        sleep().await;
    }
    let dropped = tokio::time::timeout(Duration::from_secs(1), pipeline());
    check(async { Ok(dropped.await) }, expect![[r#"
        flow INFO     Created flow run '<run>' for flow 'pipeline'
        flow ERROR    Crash detected! Execution was aborted: its future was dropped before it had ended.
        flow INFO     Finished in state Crashed('Execution was aborted: its future was dropped before it had ended.')
    "#]]).await;
}

/// LOG-14
#[tidegate::test(start_paused = true)]
async fn hooks_are_told_before_and_after() {
    async fn h(_: Run, _: State) {}
    fn broken(_: Run, _: State) -> Result<()> {
        Err("broken".into())
    }
    #[task(on_running = [h, broken])]
    async fn fetch() {}
    check(
        fetch(),
        expect![[r#"
        task INFO     Running hook 'h' in response to entering state 'Running'
        task INFO     Hook 'h' finished running successfully
        task INFO     Running hook 'broken' in response to entering state 'Running'
        task ERROR    An error was encountered while running hook 'broken': broken
        task INFO     Finished in state Completed()
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_task_says_that_it_was_created_at_debug() {
    #[task]
    async fn fetch() {}
    let engine = Engine::builder()
        .database("sqlite::memory:")
        .log_level(LogLevel::Debug.into())
        .open()
        .unwrap();
    engine.run(fetch()).await.unwrap();
    expect![[r#"
        task DEBUG    Created task run '<run>' for task '<run>'
        task INFO     Finished in state Completed()
    "#]]
    .assert_eq(&lines_of(&engine).await);
    engine.close().await.unwrap();
}

#[tidegate::test(start_paused = true)]
async fn lines_below_the_level_are_not_stored() {
    #[task]
    async fn fetch() {
        run_logger().info("not this");
        run_logger().warning("this");
    }
    let engine = Engine::builder()
        .database("sqlite::memory:")
        .log_level(LogLevel::Warning.into())
        .open()
        .unwrap();
    engine.run(fetch()).await.unwrap();
    expect![[r#"
        task WARNING  this
    "#]]
    .assert_eq(&lines_of(&engine).await);
    engine.close().await.unwrap();
}

#[tidegate::test(start_paused = true)]
async fn the_run_logger_writes_every_level_to_its_run() {
    #[task]
    async fn fetch() {
        let logger = run_logger();
        logger.trace("t");
        logger.debug("d");
        logger.info("i");
        logger.warning("w");
        logger.error("e");
        logger.critical("c");
    }
    check(
        fetch(),
        expect![[r#"
        task INFO     i
        task WARNING  w
        task ERROR    e
        task CRITICAL c
        task INFO     Finished in state Completed()
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn tracing_inside_a_run_is_stored_with_it_fields_included() {
    #[task]
    async fn fetch() {
        tracing::warn!(city = "Rome", attempts = 3, "slow answer");
    }
    fetch().await.unwrap();
    let id = run_of("fetch").await.id;
    let lines = Engine::current().unwrap().logs().of_task_run(id).list().await.unwrap();
    let line = lines.iter().find(|line| line.message == "slow answer").unwrap();
    assert_eq!((line.level, &*line.target), (LogLevel::Warning, "it::log"));
    expect![[r#"{"attempts":3,"city":"Rome"}"#]]
        .assert_eq(&serde_json::to_string(&line.fields).unwrap());
}

/// LOG-21: outside a run its lines are printed and belong to no run.
#[tidegate::test(start_paused = true)]
async fn the_run_logger_outside_a_run_is_harmless() {
    run_logger().error("nobody's");
    assert_eq!(Engine::current().unwrap().logs().list().await.unwrap(), []);
    assert_eq!(runs().await, []);
}

/// LOG-22, LOG-23
#[tidegate::test(start_paused = true)]
async fn log_prints_of_a_flow_is_inherited_unless_a_task_says_otherwise() {
    #[task]
    async fn inherits() {
        println!("line of the task");
    }
    #[task(log_prints = false)]
    async fn prints() {
        println!("not a line");
    }
    #[flow(log_prints)]
    async fn pipeline() -> Result<()> {
        println!("line of {}", "the flow");
        print!("without an end");
        prints().await?;
        inherits().await
    }
    #[flow]
    async fn plain() -> Result<()> {
        println!("not a line");
        inherits().log_prints(true).await?;
        inherits().await
    }
    check(
        async { pipeline().await.and(plain().await) },
        expect![[r#"
        flow INFO     Created flow run '<run>' for flow 'pipeline'
        flow INFO     line of the flow
        flow INFO     without an end
        task INFO     Finished in state Completed()
        task INFO     line of the task
        task INFO     Finished in state Completed()
        flow INFO     Finished in state Completed()
        flow INFO     Created flow run '<run>' for flow 'plain'
        task INFO     line of the task
        task INFO     Finished in state Completed()
        task INFO     Finished in state Completed()
        flow INFO     Finished in state Completed()
    "#]],
    )
    .await;
}

/// LOG-24
#[tidegate::test(start_paused = true)]
async fn what_is_printed_to_standard_error_becomes_an_info_line_too() {
    #[task(log_prints)]
    async fn fetch() {
        eprintln!("to standard error");
        eprint!("and more");
    }
    check(
        fetch(),
        expect![[r#"
        task INFO     to standard error
        task INFO     and more
        task INFO     Finished in state Completed()
    "#]],
    )
    .await;
}

/// LOG-22, LOG-23
#[test]
fn prints_that_are_not_logged_go_where_they_always_go() {
    let left = Child::new().env("TIDEGATE_LOGGING_LEVEL", "OFF").run(|| {
        #[task]
        async fn loud() {
            println!("out");
            eprintln!("err");
        }
        #[flow(log_prints)]
        async fn pipeline() -> Result<()> {
            println!("logged");
            loud().log_prints(false).await
        }
        block_on(pipeline()).unwrap();
    });
    assert_eq!((&*left.stdout, &*left.stderr), ("out\n", "err\n"));
}

#[tidegate::test(start_paused = true)]
async fn questions_for_lines_can_be_narrowed() {
    #[task]
    async fn fetch() {
        run_logger().warning("w");
    }
    #[flow]
    async fn pipeline() -> Result<()> {
        fetch().await?;
        run_logger().error("e");
        Ok(())
    }
    pipeline().await.unwrap();
    fetch().await.unwrap();
    let engine = Engine::current().unwrap();
    let flow = run_of("pipeline").await.id;
    let of_flow = engine.logs().of_flow_run(flow).at_least(LogLevel::Warning);
    let lines = of_flow.clone().newest_first().list().await.unwrap();
    let texts: Vec<_> = lines.iter().map(|line| &*line.message).collect();
    assert_eq!(texts, ["e", "w"], "lines of the flow run's tasks are its own too");
    assert_eq!(of_flow.limit(1).list().await.unwrap()[0].message, "w");
}

/// Runs a small pipeline in a process of its own.
fn small_pipeline() {
    #[task(retries = 1)]
    async fn fetch() -> Result<()> {
        tracing::info!(city = "Rome", "asking");
        match tidegate::runtime::task_run::run_count() {
            1 => Err("no".into()),
            _ => Ok(()),
        }
    }
    #[flow]
    async fn pipeline() -> Result<()> {
        fetch().named("fetch-817").await?;
        run_logger().critical("done");
        Ok(())
    }
    block_on(pipeline().named("noisy-raccoon")).unwrap();
}

/// Times differ from run to run: digits become `0`.
fn without_time(line: &str) -> String {
    match line.split_once(" | ") {
        Some((time, rest)) => {
            format!("{} | {rest}", time.replace(|c: char| c.is_ascii_digit(), "0"))
        }
        None => line.to_owned(),
    }
}

#[test]
fn the_console_shows_time_level_run_and_text() {
    let left = Child::new().run(|| {
        small_pipeline();
    });
    let lines: Vec<_> = left.stderr.lines().map(without_time).collect();
    assert_eq!(left.stdout, "");
    expect![[r#"
        00:00:00.000 | INFO    | tidegate - Created flow run 'noisy-raccoon' for flow 'pipeline'
        00:00:00.000 | INFO    | Task run 'fetch-817' - asking city=Rome
        00:00:00.000 | INFO    | Task run 'fetch-817' - Task run failed with exception: no - Retry 1/1 will start immediately
        00:00:00.000 | INFO    | Task run 'fetch-817' - asking city=Rome
        00:00:00.000 | INFO    | Task run 'fetch-817' - Finished in state Completed()
        00:00:00.000 | CRITICAL | Flow run 'noisy-raccoon' - done
        00:00:00.000 | INFO    | Flow run 'noisy-raccoon' - Finished in state Completed()"#]].assert_eq(&lines.join("\n"));
}

#[test]
fn json_lines_name_the_run_and_its_ids() {
    let left = Child::new().env("TIDEGATE_LOGGING_FORMAT", "json").run(|| {
        small_pipeline();
    });
    let mut text = String::new();
    for line in left.stderr.lines() {
        let mut line: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(line).unwrap();
        for changing in ["timestamp", "flow_run_id", "task_run_id"] {
            if let Some(value) = line.get_mut(changing) {
                assert!(value.as_str().is_some_and(|value| value.len() >= 27), "{value}");
                *value = "..".into();
            }
        }
        text.push_str(&format!("{}\n", serde_json::to_string(&line).unwrap()));
    }
    expect![[r#"
        {"flow_run_id":"..","level":"INFO","message":"Created flow run 'noisy-raccoon' for flow 'pipeline'","target":"tidegate::run","timestamp":".."}
        {"fields":{"city":"Rome"},"flow_run_id":"..","level":"INFO","message":"asking","run":"Task run 'fetch-817'","target":"it::log","task_run_id":"..","timestamp":".."}
        {"flow_run_id":"..","level":"INFO","message":"Task run failed with exception: no - Retry 1/1 will start immediately","run":"Task run 'fetch-817'","target":"tidegate::run","task_run_id":"..","timestamp":".."}
        {"fields":{"city":"Rome"},"flow_run_id":"..","level":"INFO","message":"asking","run":"Task run 'fetch-817'","target":"it::log","task_run_id":"..","timestamp":".."}
        {"flow_run_id":"..","level":"INFO","message":"Finished in state Completed()","run":"Task run 'fetch-817'","target":"tidegate::run","task_run_id":"..","timestamp":".."}
        {"flow_run_id":"..","level":"CRITICAL","message":"done","run":"Flow run 'noisy-raccoon'","target":"tidegate::run","timestamp":".."}
        {"flow_run_id":"..","level":"INFO","message":"Finished in state Completed()","run":"Flow run 'noisy-raccoon'","target":"tidegate::run","timestamp":".."}
    "#]].assert_eq(&text);
}

#[test]
fn a_program_with_a_subscriber_of_its_own_keeps_it() {
    let left = Child::new().run(|| {
        struct Mine;
        impl tracing::Subscriber for Mine {
            fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
                metadata.target().starts_with("tidegate")
            }
            fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
                tracing::span::Id::from_u64(1)
            }
            fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
            fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
            fn event(&self, event: &tracing::Event<'_>) {
                let metadata = event.metadata();
                println!("{} {}", metadata.level(), metadata.target());
            }
            fn enter(&self, _: &tracing::span::Id) {}
            fn exit(&self, _: &tracing::span::Id) {}
        }
        #[flow]
        async fn pipeline() {}
        tracing::subscriber::set_global_default(Mine).unwrap();
        block_on(pipeline()).unwrap();
    });
    assert_eq!(left.stdout, "INFO tidegate::run\nINFO tidegate::run\n");
    assert_eq!(left.stderr, "");
}

#[tidegate::test(start_paused = true)]
async fn a_hook_given_at_the_call_is_told_by_its_name() {
    #[task]
    async fn fetch() {}
    let call = fetch().on_completion(Hook::new("notify", |_: Run, _: State| {}));
    check(
        call,
        expect![[r#"
        task INFO     Finished in state Completed()
        task INFO     Running hook 'notify' in response to entering state 'Completed'
        task INFO     Hook 'notify' finished running successfully
    "#]],
    )
    .await;
}
