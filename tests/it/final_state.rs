//! The final state of a flow run, by what its body gives back.

use std::collections::HashMap;

use expect_test::{Expect, expect};
use tidegate::prelude::*;
use tidegate::{RunHandle, State, Timestamp};

use crate::timeline::{check, run_of};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

#[task]
async fn ok() -> u32 {
    1
}

#[task]
async fn fails() -> Result<u32> {
    Err("no".into())
}

/// Runs a flow that gives back these states, and compares the state it ends in.
async fn check_states(states: Vec<State>, expected: Expect) {
    #[flow]
    async fn pipeline(states: Vec<State>) -> Vec<State> {
        states
    }
    let _ = pipeline(states).await;
    expected.assert_eq(&run_of("pipeline").await.state().unwrap().to_string());
}

/// Runs a flow that gives back this state, and compares what its caller gets and its history.
async fn check_state(state: State, expected: Expect) {
    #[flow]
    async fn pipeline(state: State) -> State {
        state
    }
    let text = match pipeline(state).named("p").await {
        Ok(state) => format!("Ok: {state}"),
        Err(error) => format!("Err: {error}"),
    };
    let timeline = crate::timeline::timeline(&run_of("pipeline").await);
    expected.assert_eq(&format!("{text}\n{timeline}\n"));
}

/// FINAL-01
#[tidegate::test(start_paused = true)]
async fn nothing_is_completed() {
    #[flow]
    async fn pipeline() {}
    check(
        pipeline(),
        expect![[r#"
        Ok(())
        flow pipeline: Pending > Running > Completed
    "#]],
    )
    .await;
}

/// FINAL-02
#[tidegate::test(start_paused = true)]
async fn an_error_is_failed_with_its_text() {
    #[flow]
    async fn pipeline(text: &str) -> Result<()> {
        Err(text.into())
    }
    check(
        pipeline("no"),
        expect![[r#"
        Err: Failed('Flow run encountered an exception: no')
        flow pipeline: Pending > Running > Failed
    "#]],
    )
    .await;
}

/// FINAL-02
#[tidegate::test(start_paused = true)]
async fn an_error_without_text_is_failed_all_the_same() {
    #[flow]
    async fn pipeline() -> Result<()> {
        Err("".into())
    }
    check(
        pipeline(),
        expect![[r#"
        Err: Failed('Flow run encountered an exception: ')
        flow pipeline: Pending > Running > Failed
    "#]],
    )
    .await;
}

/// FINAL-03: the message of a flow and that of a task have one form.
#[tidegate::test(start_paused = true)]
async fn an_error_of_a_task_that_is_passed_on_is_told_once() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        fails().await
    }
    check(
        pipeline(),
        expect![[r#"
        Err: Failed('Flow run encountered an exception: no')
        flow pipeline: Pending > Running > Failed
          task fails: Pending > Running > Failed
    "#]],
    )
    .await;
    let message = run_of("fails").await.state().unwrap().message.clone();
    assert_eq!(message.as_deref(), Some("Task run encountered an exception: no"));
}

/// FINAL-04
#[tidegate::test(start_paused = true)]
async fn a_handle_of_a_failed_run_is_failed() {
    #[flow]
    async fn pipeline() -> RunHandle<u32> {
        fails().submit()
    }
    check(
        pipeline(),
        expect![[r#"
        Err: Failed('1/1 states failed.')
        flow pipeline: Pending > Running > Failed
          task fails: Pending > Running > Failed
    "#]],
    )
    .await;
}

/// FINAL-05
#[tidegate::test(start_paused = true)]
async fn handles_of_completed_runs_are_completed() {
    #[flow]
    async fn pipeline() -> (RunHandle<u32>, RunHandle<u32>) {
        (ok().submit(), ok().submit())
    }
    pipeline().await.unwrap();
    expect!["Completed('All states completed.')"]
        .assert_eq(&run_of("pipeline").await.state().unwrap().to_string());
}

/// FINAL-06: of the collections, those that can hold states: vectors, arrays and tuples.
#[tidegate::test(start_paused = true)]
async fn a_collection_with_one_failed_state_is_failed() {
    check_states(vec![State::failed(NOW)], expect!["Failed('1/1 states failed.')"]).await;
}

#[tidegate::test(start_paused = true)]
async fn arrays_and_mixed_tuples_are_summed_up_too() {
    #[flow]
    async fn array() -> [State; 2] {
        [State::failed(NOW), State::completed(NOW)]
    }
    #[flow]
    async fn tuple() -> (RunHandle<u32>, State) {
        (ok().submit(), State::failed(NOW))
    }
    for given in [array().await.map(drop), tuple().await.map(drop)] {
        assert_eq!(given.unwrap_err().state().unwrap().to_string(), "Failed('1/2 states failed.')");
    }
}

/// FINAL-08
#[tidegate::test(start_paused = true)]
async fn a_map_is_a_value_like_any_other() {
    #[flow]
    async fn pipeline() -> HashMap<&'static str, RunHandle<u32>> {
        HashMap::from([("a", fails().submit())])
    }
    pipeline().await.unwrap();
    expect!["Completed()"].assert_eq(&run_of("pipeline").await.state().unwrap().to_string());
}

/// FINAL-09
#[tidegate::test(start_paused = true)]
async fn only_one_level_of_a_collection_is_looked_at() {
    #[flow]
    async fn pipeline() -> Vec<Vec<State>> {
        vec![vec![State::failed(NOW)], vec![State::completed(NOW)]]
    }
    check(
        async { pipeline().await.map(drop) },
        expect![[r#"
        Ok(())
        flow pipeline: Pending > Running > Completed
    "#]],
    )
    .await;
}

/// FINAL-10
#[tidegate::test(start_paused = true)]
async fn an_empty_collection_is_a_value_like_any_other() {
    check_states(vec![], expect!["Completed()"]).await;
}

/// FINAL-11
#[tidegate::test(start_paused = true)]
async fn crashed_states_count_as_failed() {
    let states = vec![State::crashed(NOW), State::failed(NOW), State::completed(NOW)];
    check_states(states, expect!["Failed('2/3 states failed.')"]).await;
}

/// FINAL-14
#[tidegate::test(start_paused = true)]
async fn states_that_are_not_final_fail_the_flow() {
    check_states(
        vec![State::running(NOW), State::completed(NOW)],
        expect!["Failed('1/2 states are not final.')"],
    )
    .await;
}

/// FINAL-15
#[tidegate::test(start_paused = true)]
async fn failed_states_are_told_before_those_that_are_not_final() {
    check_states(
        vec![State::pending(NOW), State::failed(NOW)],
        expect!["Failed('1/2 states failed.')"],
    )
    .await;
}

/// FINAL-16
#[tidegate::test(start_paused = true)]
async fn a_run_that_was_not_ready_is_not_final() {
    check_states(vec![State::not_ready(NOW)], expect!["Failed('1/1 states are not final.')"]).await;
}

#[tidegate::test(start_paused = true)]
async fn one_cancelled_state_cancels_the_flow() {
    check_states(
        vec![State::cancelled(NOW), State::failed(NOW)],
        expect!["Cancelled('1/2 states cancelled.')"],
    )
    .await;
}

/// FINAL-17, FINAL-27
#[tidegate::test(start_paused = true)]
async fn a_failed_state_is_taken_as_it_is() {
    check_state(
        State::failed(NOW).message("m"),
        expect![[r#"
        Err: Flow run 'p' failed: m
        Pending > Running > Failed
    "#]],
    )
    .await;
}

/// FINAL-27
#[tidegate::test(start_paused = true)]
async fn the_error_of_a_failed_state_without_a_message_says_that_the_run_failed() {
    check_state(
        State::failed(NOW),
        expect![[r#"
        Err: Flow run 'p' failed
        Pending > Running > Failed
    "#]],
    )
    .await;
}

/// FINAL-18
#[tidegate::test(start_paused = true)]
async fn a_completed_state_keeps_its_name() {
    check_state(
        State::completed(NOW).named("AllGood"),
        expect![[r#"
        Ok: AllGood(type=COMPLETED)
        Pending > Running > AllGood
    "#]],
    )
    .await;
}

/// FINAL-28
#[tidegate::test(start_paused = true)]
async fn a_crashed_state_is_taken_as_it_is() {
    check_state(
        State::crashed(NOW).message("c"),
        expect![[r#"
        Err: Flow run 'p' crashed: c
        Pending > Running > Crashed
    "#]],
    )
    .await;
}

/// FINAL-28
#[tidegate::test(start_paused = true)]
async fn a_cancelled_state_is_taken_as_it_is() {
    check_state(
        State::cancelled(NOW),
        expect![[r#"
        Err: Flow run 'p' was cancelled
        Pending > Running > Cancelled
    "#]],
    )
    .await;
}

/// FINAL-19
#[tidegate::test(start_paused = true)]
async fn a_flow_that_returns_scheduled_ends_its_call_and_not_its_run() {
    check_state(
        State::scheduled(NOW, NOW),
        expect![[r#"
        Err: Flow run 'p' has not ended
        Pending > Running > Scheduled(0s)
    "#]],
    )
    .await;
}

/// FINAL-20: the state is refused, and the run ends Failed instead of staying RUNNING.
#[tidegate::test(start_paused = true)]
async fn a_flow_that_returns_a_state_it_may_not_enter_fails_with_the_reason() {
    check_state(State::pending(NOW), expect![[r#"
        Err: Flow run 'p' failed: the state that was returned is refused: This run is in a RUNNING state and cannot transition to a PENDING state.
        Pending > Running > Failed
    "#]]).await;
}

/// FINAL-22
#[tidegate::test(start_paused = true)]
async fn an_error_that_is_returned_as_a_value_is_a_value() {
    #[flow]
    async fn pipeline() -> std::fmt::Error {
        std::fmt::Error
    }
    check(
        pipeline(),
        expect![[r#"
        Ok(Error)
        flow pipeline: Pending > Running > Completed
    "#]],
    )
    .await;
}

/// FINAL-25
#[tidegate::test(start_paused = true)]
async fn a_flow_that_fails_lets_end_what_it_has_submitted() {
    #[task]
    async fn slow() {
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    }
    #[flow]
    async fn pipeline() -> Result<()> {
        let _handles = [slow().submit(), slow().submit(), slow().submit()];
        Err("no".into())
    }
    check(
        pipeline(),
        expect![[r#"
        Err: Failed('Flow run encountered an exception: no')
        flow pipeline: Pending > Running > Failed
          task slow: Pending > Running > Completed
          task slow: Pending > Running > Completed
          task slow: Pending > Running > Completed
    "#]],
    )
    .await;
}
