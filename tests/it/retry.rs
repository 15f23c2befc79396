//! Retries: how often, when, and whether at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::{Run, State, Timestamp, runtime};

use crate::timeline::{check, run_of, runs};

/// Fails so many times, then gives the number of the attempt.
fn fail_first(times: u32) -> impl Fn() -> std::future::Ready<Result<u32>> + Send {
    let attempts = AtomicU32::new(0);
    move || {
        let attempt = attempts.fetch_add(1, Ordering::Relaxed) + 1;
        std::future::ready(if attempt <= times { Err("no".into()) } else { Ok(attempt) })
    }
}

#[task(retries = 3)]
async fn always_fails() -> Result<()> {
    Err("no".into())
}

/// RETRY-01: AwaitingRetry is recorded with a delay of zero too.
#[tidegate::test(start_paused = true)]
async fn a_task_that_always_fails_is_tried_once_more_than_its_retries() {
    check(always_fails(), expect![[r#"
        Err: Failed('Task run encountered an exception: no')
        task always_fails: Pending > Running > AwaitingRetry(0s) > Retrying > AwaitingRetry(0s) > Retrying > AwaitingRetry(0s) > Retrying > Failed
    "#]]).await;
    assert_eq!(run_of("always_fails").await.run_count, 4);
}

/// RETRY-02
#[tidegate::test(start_paused = true)]
async fn a_task_that_fails_once_completes_at_its_second_attempt() {
    check(
        tidegate::step("flaky").retries(3).run(fail_first(1)),
        expect![[r#"
        Ok(2)
        task flaky: Pending > Running > AwaitingRetry(0s) > Retrying > Completed
    "#]],
    )
    .await;
    assert_eq!(run_of("flaky").await.run_count, 2);
}

/// RETRY-03, RETRY-04
#[tidegate::test(start_paused = true)]
async fn the_last_delay_repeats() {
    #[task(retries = 2, retry_delay_seconds = [0.1])]
    async fn one_delay() -> Result<()> {
        Err("no".into())
    }
    #[task(retries = 3, retry_delay_seconds = [1, 2])]
    async fn two_delays() -> Result<()> {
        Err("no".into())
    }
    #[flow]
    async fn pipeline() {
        let _ = one_delay().await;
        let _ = two_delays().await;
    }
    check(pipeline(), expect![[r#"
        Ok(())
        flow pipeline: Pending > Running > Completed
          task one_delay: Pending > Running > AwaitingRetry(0.1s) > Retrying > AwaitingRetry(0.1s) > Retrying > Failed
          task two_delays: Pending > Running > AwaitingRetry(1s) > Retrying > AwaitingRetry(2s) > Retrying > AwaitingRetry(2s) > Retrying > Failed
    "#]]).await;
}

#[tidegate::test(start_paused = true)]
async fn one_delay_is_always_the_same() {
    #[task(retries = 2, retry_delay_seconds = "1m30s")]
    async fn fetch() -> Result<()> {
        Err("no".into())
    }
    check(fetch(), expect![[r#"
        Err: Failed('Task run encountered an exception: no')
        task fetch: Pending > Running > AwaitingRetry(90s) > Retrying > AwaitingRetry(90s) > Retrying > Failed
    "#]]).await;
}

/// RETRY-05, RETRY-06: a rule for delays is a value, asked before each attempt.
#[tidegate::test(start_paused = true)]
async fn delays_that_back_off_double() {
    #[task(retries = 4, retry_delay_seconds = exponential_backoff(10))]
    async fn fetch() -> Result<()> {
        Err("no".into())
    }
    check(fetch(), expect![[r#"
        Err: Failed('Task run encountered an exception: no')
        task fetch: Pending > Running > AwaitingRetry(10s) > Retrying > AwaitingRetry(20s) > Retrying > AwaitingRetry(40s) > Retrying > AwaitingRetry(80s) > Retrying > Failed
    "#]]).await;
}

/// RETRY-07; the attribute says so when it is compiled.
#[tidegate::test(start_paused = true)]
async fn more_than_fifty_delays_are_an_error_that_names_the_task() {
    let delays = tidegate::Delays::List(vec![Duration::from_secs(1); 51]);
    check(
        always_fails().retry_delay(delays),
        expect![[r#"
        Err: 'always_fails': a retry policy takes at most 50 delays, and 51 were given
    "#]],
    )
    .await;
}

/// RETRY-08; the attribute says so when it is compiled, unless it cannot know.
#[tidegate::test(start_paused = true)]
async fn a_negative_jitter_factor_is_an_error_that_names_the_task() {
    const FACTOR: f64 = -1.0;
    #[task(retries = 1, retry_jitter_factor = FACTOR)]
    async fn fetch() -> Result<()> {
        Ok(())
    }
    check(
        fetch(),
        expect![[r#"
        Err: 'fetch': retry_jitter_factor must be a number of at least 0, and -1 was given
    "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn jitter_keeps_a_delay_within_its_factor() {
    #[task(retries = 20, retry_delay_seconds = 100, retry_jitter_factor = 1)]
    async fn fetch() -> Result<()> {
        Err("no".into())
    }
    fetch().await.unwrap_err();
    let run = run_of("fetch").await;
    let waits: Vec<f64> = run
        .states
        .iter()
        .filter(|state| state.name == "AwaitingRetry")
        .map(|state| (state.scheduled_time().unwrap() - state.timestamp).as_seconds_f64())
        .collect();
    assert_eq!(waits.len(), 20);
    // log2(4 / 3) and 2 times the delay.
    assert!(waits.iter().all(|wait| (41.5..=200.0).contains(wait)), "{waits:?}");
    assert!(waits.iter().any(|wait| (wait - waits[0]).abs() > 0.1), "{waits:?}");
}

/// RETRY-11
#[tidegate::test(start_paused = true)]
async fn a_condition_that_says_no_ends_the_run_at_its_first_failure() {
    #[task(retries = 3, retry_condition = |_: Run, _: State| false)]
    async fn fetch() -> Result<()> {
        Err("no".into())
    }
    check(
        fetch(),
        expect![[r#"
        Err: Failed('Task run encountered an exception: no')
        task fetch: Pending > Running > Failed
    "#]],
    )
    .await;
}

/// RETRY-12
#[tidegate::test(start_paused = true)]
async fn a_condition_is_told_the_running_run_and_the_failed_state_that_is_proposed() {
    async fn seen(run: Run, proposed: State) -> bool {
        let state = run.state().unwrap();
        run_logger().info(format!("{} {state} run_count={} / {proposed}", run.name, run.run_count));
        true
    }
    #[task(retries = 1, retry_condition = seen)]
    async fn fetch() -> Result<()> {
        Err("no".into())
    }
    fetch().await.unwrap_err();
    let id = run_of("fetch").await.id;
    let lines = tidegate::Engine::current().unwrap().logs().of_task_run(id).list().await.unwrap();
    let seen: Vec<_> =
        lines.into_iter().map(|line| line.message).filter(|line| line.contains(" / ")).collect();
    expect![[r#"
        [
            "fetch Running() run_count=1 / Failed('Task run encountered an exception: no')",
        ]
    "#]]
    .assert_debug_eq(&seen);
}

/// RETRY-13
#[tidegate::test(start_paused = true)]
async fn a_condition_that_panics_says_no_and_the_failure_stays_the_first() {
    fn broken(_: Run, _: State) -> bool {
        panic!("broken condition")
    }
    #[task(retries = 3, retry_condition = broken)]
    async fn fetch() -> Result<()> {
        Err("no".into())
    }
    check(
        fetch(),
        expect![[r#"
        Err: Failed('Task run encountered an exception: no')
        task fetch: Pending > Running > Failed
    "#]],
    )
    .await;
}

/// RETRY-14
#[tidegate::test(start_paused = true)]
async fn a_condition_may_be_a_value_that_is_called() {
    fn at_most(attempts: u32) -> impl Fn(Run, State) -> bool + Send + Sync {
        move |run, _| run.run_count < attempts
    }
    #[task(retries = 9, retry_condition = at_most(3))]
    async fn fetch() -> Result<()> {
        Err("no".into())
    }
    check(fetch(), expect![[r#"
        Err: Failed('Task run encountered an exception: no')
        task fetch: Pending > Running > AwaitingRetry(0s) > Retrying > AwaitingRetry(0s) > Retrying > Failed
    "#]]).await;
}

#[tidegate::test(start_paused = true)]
async fn a_condition_decides_for_flows_too() {
    #[flow(retries = 3, retry_delay_seconds = [1, 2], retry_condition = |run: Run, _: State| run.run_count < 3)]
    async fn pipeline() -> Result<()> {
        Err("no".into())
    }
    check(pipeline(), expect![[r#"
        Err: Failed('Flow run encountered an exception: no')
        flow pipeline: Pending > Running > AwaitingRetry(1s) > Running > AwaitingRetry(2s) > Running > Failed
    "#]]).await;
}

/// RETRY-15
#[tidegate::test(start_paused = true)]
async fn a_failed_state_that_is_returned_is_tried_again() {
    #[task(retries = 1)]
    async fn judge() -> State {
        State::failed(Timestamp::UNIX_EPOCH).message("returned")
    }
    check(
        judge(),
        expect![[r#"
        Err: Failed('returned')
        task judge: Pending > Running > AwaitingRetry(0s) > Retrying > Failed
    "#]],
    )
    .await;
}

/// RETRY-16
#[tidegate::test(start_paused = true)]
async fn crashed_and_cancelled_states_that_are_returned_are_not_tried_again() {
    #[task(retries = 1)]
    async fn crashes() -> State {
        State::crashed(Timestamp::UNIX_EPOCH)
    }
    #[task(retries = 1)]
    async fn cancels() -> State {
        State::cancelled(Timestamp::UNIX_EPOCH)
    }
    assert!(crashes().await.unwrap_err().is_crashed());
    assert!(cancels().await.unwrap_err().is_cancelled());
    check(
        async { Ok(()) },
        expect![[r#"
        Ok(())
        task crashes: Pending > Running > Crashed
        task cancels: Pending > Running > Cancelled
    "#]],
    )
    .await;
}

/// RETRY-19
#[tidegate::test(start_paused = true)]
async fn each_attempt_of_an_outer_task_makes_a_new_inner_run_with_all_its_retries() {
    #[task(retries = 1)]
    async fn inner() -> Result<()> {
        Err("no".into())
    }
    #[task(retries = 1)]
    async fn outer() -> Result<()> {
        inner().await
    }
    check(
        outer(),
        expect![[r#"
        Err: Failed('Task run encountered an exception: no')
        task outer: Pending > Running > AwaitingRetry(0s) > Retrying > Failed
          task inner: Pending > Running > AwaitingRetry(0s) > Retrying > Failed
          task inner: Pending > Running > AwaitingRetry(0s) > Retrying > Failed
    "#]],
    )
    .await;
}

/// RETRY-20
#[tidegate::test(start_paused = true)]
async fn the_run_count_is_the_number_of_the_attempt() {
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let _ = tidegate::step("count")
        .retries(2)
        .run(|| async {
            seen.lock().unwrap().push(runtime::task_run::run_count());
            Err::<(), _>("no")
        })
        .await;
    assert_eq!(*seen.lock().unwrap(), [1, 2, 3]);
}

/// RETRY-21
#[tidegate::test(start_paused = true)]
async fn a_run_starts_once_and_its_run_time_leaves_out_the_delays() {
    let _ = tidegate::step("slow")
        .retries(2)
        .retry_delay(tidegate::Delays::Fixed(Duration::from_secs(100)))
        .run(|| async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Err::<(), _>("no")
        })
        .await;
    let run = run_of("slow").await;
    assert_eq!(run.start_time, Some(run.states[1].timestamp));
    assert_eq!(run.end_time, Some(run.state().unwrap().timestamp));
    // States of one instant are a microsecond apart.
    assert_eq!(run.total_run_time.as_secs_f64().round(), 3.0);
}

/// RETRY-23, RETRY-24
#[tidegate::test(start_paused = true)]
async fn a_flow_waits_for_its_delay_and_its_second_running_is_named_running() {
    #[flow(retries = 1, retry_delay_seconds = 1)]
    async fn pipeline() -> Result<u32> {
        match runtime::flow_run::run_count() {
            1 => Err("no".into()),
            count => Ok(count),
        }
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(2)
        flow pipeline: Pending > Running > AwaitingRetry(1s) > Running > Completed
    "#]],
    )
    .await;
    assert_eq!(run_of("pipeline").await.run_count, 2);
}

/// RETRY-28
#[tidegate::test(start_paused = true)]
async fn a_flow_that_times_out_is_tried_again() {
    #[flow(retries = 1, timeout_seconds = 5)]
    async fn pipeline() {
        std::future::pending::<()>().await;
    }
    check(
        pipeline(),
        expect![[r#"
        Err: TimedOut('Flow run exceeded timeout of 5 second(s)', type=FAILED)
        flow pipeline: Pending > Running > AwaitingRetry(0s) > Running > TimedOut
    "#]],
    )
    .await;
    assert_eq!(run_of("pipeline").await.run_count, 2);
}

#[tidegate::test(start_paused = true)]
async fn arguments_are_there_for_every_attempt() {
    #[task(retries = 2)]
    async fn join(words: Vec<String>) -> Result<String> {
        match runtime::task_run::run_count() {
            3 => Ok(words.join(" ")),
            _ => Err("no".into()),
        }
    }
    check(join(vec!["not".into(), "moved".into()]), expect![[r#"
        Ok("not moved")
        task join: Pending > Running > AwaitingRetry(0s) > Retrying > AwaitingRetry(0s) > Retrying > Completed
    "#]]).await;
}

#[tidegate::test(start_paused = true)]
async fn an_argument_that_is_not_clone_is_good_for_one_attempt_and_a_line_says_so() {
    struct Ticket;
    #[task]
    async fn ride(ticket: Ticket, fails: bool) -> Result<()> {
        let _ = ticket;
        if fails { Err("no train".into()) } else { Ok(()) }
    }
    ride(Ticket, false).retries(2).await.unwrap();
    let call = ride(Ticket, true).retries(2).retry_delay(exponential_backoff(5)).named("r");
    check(
        call,
        expect![[r#"
        Err: Failed('Task run encountered an exception: no train')
        task ride: Pending > Running > Completed
        task ride: Pending > Running > Failed
    "#]],
    )
    .await;
    let run = runs().await.pop().unwrap();
    let lines = tidegate::Engine::current().unwrap().logs().of_task_run(run.id);
    let line = lines.list().await.unwrap().remove(0).message;
    expect!["Task run failed with exception: no train - No retry: the argument `ticket` is used up; make it Clone, or take the retries away"].assert_eq(&line);
}

#[tidegate::test(start_paused = true)]
async fn a_retry_keeps_what_the_failure_said() {
    #[task(retries = 1, retry_delay_seconds = 5)]
    async fn fetch() -> Result<()> {
        Err("no route".into())
    }
    fetch().await.unwrap_err();
    let waiting = runs().await.remove(0).states.remove(2);
    assert_eq!(waiting.message.as_deref(), Some("Task run encountered an exception: no route"));
}
