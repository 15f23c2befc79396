//! Pausing a flow run: it waits for someone to resume it, with an input of the type it waits for.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use expect_test::expect;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tidegate::prelude::*;
use tidegate::{
    Engine, Error, FlowPauseTimeout, LogLevel, PauseCall, RunHandle, RunId, StateData,
    pause_flow_run, resume,
};

use crate::timeline::{check, history, run_of, timeline};

/// Waits until the run is on record as paused.
pub(crate) async fn paused(id: RunId) {
    let engine = Engine::current().unwrap();
    loop {
        let run = engine.run_record(id).await.unwrap();
        if run.is_some_and(|run| run.state().is_some_and(|state| state.name == "Paused")) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The keys and values of the inputs of a run, but for schemas.
async fn inputs(id: RunId) -> Vec<(String, Value)> {
    let inputs = Engine::current().unwrap().inputs(id).await.unwrap();
    let told = inputs.into_iter().filter(|input| !input.key.ends_with("-schema"));
    told.map(|input| (input.key, input.value)).collect()
}

async fn schema(id: RunId) -> Value {
    let inputs = Engine::current().unwrap().inputs(id).await.unwrap();
    inputs.into_iter().find(|input| input.key.ends_with("-schema")).unwrap().value
}

fn id_of<T: Send>(handle: &RunHandle<T>) -> RunId {
    handle.id().unwrap()
}

/// PAUSE-01, PAUSE-19, LOG-16
#[tidegate::test(start_paused = true)]
async fn a_paused_flow_goes_on_where_it_was_when_it_is_resumed() {
    static BODIES: AtomicU32 = AtomicU32::new(0);
    #[task]
    async fn one() -> u32 {
        1
    }
    #[flow]
    async fn pipeline() -> Result<u32> {
        BODIES.fetch_add(1, Ordering::Relaxed);
        let before = one().await?;
        pause_flow_run().await?;
        Ok(before + one().await?)
    }
    let call = pipeline().submit();
    paused(id_of(&call)).await;
    let run = resume(id_of(&call)).await.unwrap();
    assert_eq!(run.id, id_of(&call));
    check(
        call.into_future(),
        expect![[r#"
            Ok(2)
            flow pipeline: Pending > Running > Paused > Running > Completed
              task one: Pending > Running > Completed
              task one: Pending > Running > Completed
        "#]],
    )
    .await;
    let run = run_of("pipeline").await;
    assert_eq!((BODIES.load(Ordering::Relaxed), run.run_count), (1, 1));
    assert_eq!(inputs(run.id).await, [("paused-1-response".to_owned(), json!(null))]);
    let lines = Engine::current().unwrap().logs().of_flow_run(run.id);
    let lines = lines.at_least(LogLevel::Info).list().await.unwrap();
    let lines: Vec<_> =
        lines.iter().map(|line| &*line.message).filter(|line| line.contains("ing flow")).collect();
    assert_eq!(
        lines,
        [
            "Pausing flow, execution will continue when this flow run is resumed.",
            "Resuming flow run execution!"
        ]
    );
}

/// PAUSE-02
#[tidegate::test]
async fn only_the_body_of_a_flow_can_pause() {
    let error = pause_flow_run().await.unwrap_err();
    assert!(error.is_configuration());
    assert_eq!(
        error.to_string(),
        "Flow run cannot be paused: only a flow run can be, from its own body, and this code belongs to none"
    );
    #[task]
    async fn pausing() -> Result<()> {
        pause_flow_run().await
    }
    #[flow]
    async fn pipeline() -> Result<()> {
        pausing().await
    }
    let error = pipeline().await.unwrap_err().to_string();
    assert!(error.contains("cannot; do it in the body of its flow"), "{error}");
}

#[test]
fn an_engine_without_records_cannot_pause() {
    #[flow]
    async fn pipeline() -> Result<()> {
        pause_flow_run().await
    }
    let engine = Engine::builder().without_store().open().unwrap();
    let error = pipeline().on(&engine).block_on().unwrap_err().to_string();
    assert!(error.contains("this engine keeps no records"), "{error}");
}

/// PAUSE-03
#[tidegate::test(start_paused = true)]
async fn a_pause_that_nobody_answers_fails_the_flow() {
    #[flow]
    async fn pipeline() -> Result<()> {
        pause_flow_run().timeout(90).await
    }
    let error = pipeline().named("patient").await.unwrap_err();
    assert!(error.downcast_ref::<FlowPauseTimeout>().is_some());
    check(
        async { Err::<(), _>(error) },
        expect![[r#"
            Err: Failed('Flow run encountered an exception: Flow run 'patient' was paused and never resumed: nobody did within 90 second(s)')
            flow pipeline: Pending > Running > Paused > Running > Failed
        "#]],
    )
    .await;
    let run = run_of("pipeline").await;
    let StateData::Paused { timeout, .. } = run.states[2].data else { panic!("it was paused") };
    assert_eq!(Some(run.states[3].timestamp), timeout);
    let error = resume(run.id).input(1).await.unwrap_err().to_string();
    assert!(error.contains("waits for no input"), "{error}");
}

#[tidegate::test(start_paused = true)]
async fn a_body_may_go_on_after_a_pause_that_nobody_answers() {
    #[task]
    async fn decide_alone() -> &'static str {
        "yes"
    }
    #[flow]
    async fn pipeline() -> Result<&'static str> {
        match pause_flow_run().timeout("2s").await {
            Err(error) if error.downcast_ref::<FlowPauseTimeout>().is_some() => {
                decide_alone().await
            }
            answered => answered.map(|()| "answered"),
        }
    }
    check(
        pipeline(),
        expect![[r#"
            Ok("yes")
            flow pipeline: Pending > Running > Paused > Running > Completed
              task decide_alone: Pending > Running > Completed
        "#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn a_pause_that_its_body_gives_up_is_over() {
    #[flow]
    async fn pipeline() -> Result<&'static str> {
        match tokio::time::timeout(Duration::from_secs(5), pause_flow_run()).await {
            Ok(answered) => answered.map(|()| "answered"),
            Err(_elapsed) => Ok("enough"),
        }
    }
    check(
        pipeline(),
        expect![[r#"
            Ok("enough")
            flow pipeline: Pending > Running > Paused > Running > Completed
        "#]],
    )
    .await;
}

/// PAUSE-07
#[tidegate::test]
async fn a_run_that_is_not_paused_is_not_resumed() {
    #[flow]
    async fn pipeline() -> Result<()> {
        let id = tidegate::runtime::flow_run::id().unwrap();
        let error = resume(id).await.unwrap_err().to_string();
        assert!(error.contains("it has not ended and is not paused"), "{error}");
        Ok(())
    }
    pipeline().await.unwrap();
    let error = resume(run_of("pipeline").await.id).await.unwrap_err();
    assert!(error.to_string().contains("it has completed"), "{error}");
}

/// PAUSE-09, PAUSE-26
#[tidegate::test(start_paused = true)]
async fn of_many_who_resume_a_run_one_does() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        pause_flow_run().wait_for_input().await
    }
    let call = pipeline().submit();
    paused(id_of(&call)).await;
    let all = (0..10_u32).map(|number| resume(id_of(&call)).input(number).into_future());
    let all = futures_util::future::join_all(all).await;
    let won: Vec<_> = (0..10).filter(|index| all[*index].is_ok()).collect();
    let [winner] = won[..] else { panic!("{won:?} have resumed it") };
    for lost in all.into_iter().filter_map(Result::err) {
        let text = lost.to_string();
        assert!(
            text.contains("it has been resumed already") || text.contains("it is not paused"),
            "{text}"
        );
    }
    assert_eq!(call.await.unwrap() as usize, winner);
    assert!(resume(run_of("pipeline").await.id).await.is_err());
}

/// PAUSE-10
#[tidegate::test(start_paused = true)]
async fn a_second_pause_of_the_same_key_gives_the_same_answer_at_once() {
    #[flow]
    async fn pipeline() -> Result<(u32, u32)> {
        let ask = || pause_flow_run().key("budget").wait_for_input::<u32>();
        Ok((ask().await?, ask().await?))
    }
    let call = pipeline().submit();
    paused(id_of(&call)).await;
    resume(id_of(&call)).input(7).await.unwrap();
    check(
        call.into_future(),
        expect![[r#"
            Ok((7, 7))
            flow pipeline: Pending > Running > Paused > Running > Completed
        "#]],
    )
    .await;
}

/// PAUSE-11, PAUSE-15
#[tidegate::test(start_paused = true)]
async fn pauses_are_numbered_and_leave_what_was_asked_and_answered() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        let pause = || pause_flow_run().wait_for_input::<u32>();
        let first = pause().description("How many?").await?;
        let named = pause().key("last").await?;
        Ok(first + named + pause().await?)
    }
    let call = pipeline().submit();
    let id = id_of(&call);
    for number in 1..=3 {
        paused(id).await;
        resume(id).input(number).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(call.await.unwrap(), 6);
    let inputs = Engine::current().unwrap().inputs(id).await.unwrap();
    let keys: Vec<_> = inputs.iter().map(|input| &*input.key).collect();
    assert_eq!(
        keys,
        [
            "paused-1-schema",
            "paused-1-description",
            "paused-1-response",
            "paused-last-schema",
            "paused-last-response",
            "paused-3-schema",
            "paused-3-response",
        ]
    );
    let run = Engine::current().unwrap().run_record(id).await.unwrap().unwrap();
    assert_eq!(run.policy.pause_keys, ["1", "last", "3"]);
    assert_eq!(run.run_count, 1);
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
struct Order {
    n: i32,
    #[serde(default = "default_text")]
    s: String,
}

fn default_text() -> String {
    "d".to_owned()
}

/// A flow that waits for an order.
async fn ordering(change: fn(PauseCall<Order>) -> PauseCall<Order>) -> (RunHandle<Order>, RunId) {
    #[flow]
    async fn ordering(change: fn(PauseCall<Order>) -> PauseCall<Order>) -> Result<Order> {
        change(pause_flow_run().wait_for_input::<Order>()).await
    }
    let call = ordering(change).submit();
    let id = id_of(&call);
    paused(id).await;
    (call, id)
}

/// PAUSE-12
#[tidegate::test(start_paused = true)]
async fn defaults_of_the_type_are_filled_in() {
    let (call, id) = ordering(|pause| pause).await;
    resume(id).input(json!({"n": 5})).await.unwrap();
    assert_eq!(call.await.unwrap(), Order { n: 5, s: "d".to_owned() });
}

/// PAUSE-13
#[tidegate::test(start_paused = true)]
async fn an_input_that_does_not_fit_is_refused_and_the_run_stays_paused() {
    let (call, id) = ordering(|pause| pause).await;
    for (input, complaint) in [
        (json!({"n": "five"}), "the field `n` must be a whole number, and is a text"),
        (json!({"n": 1.5}), "the field `n` must be a whole number, and is a number"),
        (json!({"n": i64::MAX}), "the field `n` must be 2147483647 at most"),
        (json!({"n": 1, "s": null}), "the field `s` must be a text, and is null"),
        (json!({"s": "x"}), "the field `n` is missing"),
        (json!({"n": 1, "m": 2}), "the field `m` is unknown; the fields are `n`, `s`"),
        (json!(5), "it must be an object with fields"),
    ] {
        let error = resume(id).input(&input).await.unwrap_err();
        assert!(error.is_configuration());
        assert_eq!(
            error.to_string(),
            format!(
                "flow run '{}' is not resumed: its input does not fit: {complaint}",
                call.name().unwrap()
            )
        );
    }
    let error = resume(id).await.unwrap_err().to_string();
    assert!(error.ends_with("the field `n` is missing"), "{error}");
    assert_eq!(timeline(&run_of("ordering").await), "Pending > Running > Paused");
    assert_eq!(inputs(id).await, []);
    resume(id).input(Order { n: 1, s: "x".to_owned() }).await.unwrap();
    assert_eq!(call.await.unwrap().s, "x");
}

/// PAUSE-14
#[tidegate::test(start_paused = true)]
async fn a_type_without_fields_is_asked_for_as_a_value() {
    #[flow]
    async fn pipeline() -> Result<(u32, u32, Option<bool>, HashMap<String, u8>)> {
        let pause = pause_flow_run;
        Ok((
            pause().wait_for_input().await?,
            pause().wait_for_input().await?,
            pause().wait_for_input().await?,
            pause().wait_for_input().await?,
        ))
    }
    let call = pipeline().submit();
    let id = id_of(&call);
    let answers = [json!({"value": 7}), json!(8), json!(null), json!({"a": 1, "b": 2})];
    for answer in answers {
        paused(id).await;
        let error = resume(id).input("seven").await.unwrap_err().to_string();
        assert!(error.contains("the field `value` must be"), "{error}");
        resume(id).input(answer).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let (first, second, third, fourth) = call.await.unwrap();
    assert_eq!((first, second, third, fourth.len()), (7, 8, None, 2));
}

/// PAUSE-15, PAUSE-16
#[tidegate::test(start_paused = true)]
async fn initial_data_is_the_default_of_the_form() {
    let (call, id) = ordering(|pause| pause.with_initial_data(json!({"n": 3}))).await;
    expect![[r#"
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "additionalProperties": false,
          "properties": {
            "n": {
              "default": 3,
              "format": "int32",
              "type": "integer"
            },
            "s": {
              "default": "d",
              "type": "string"
            }
          },
          "required": [],
          "title": "Order",
          "type": "object"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&schema(id).await).unwrap());
    resume(id).await.unwrap();
    assert_eq!(call.await.unwrap().n, 3);
    assert_eq!(inputs(id).await, [("paused-1-response".to_owned(), json!({"n": 3, "s": "d"}))]);
}

#[tidegate::test]
async fn initial_data_that_does_not_fit_is_an_error_at_once() {
    #[flow]
    async fn pipeline(initial: Value) -> Result<Order> {
        pause_flow_run().wait_for_input().with_initial_data(initial).await
    }
    for (initial, complaint) in [
        (json!({"n": "three"}), "the field `n` must be a whole number, and is a text"),
        (json!({"m": 1}), "the field `m` is unknown; the fields are `n`, `s`"),
        (json!(3), "it must be an object with fields"),
    ] {
        let error = pipeline(initial).await.unwrap_err().to_string();
        assert!(error.ends_with(complaint), "{error}");
    }
}

/// PAUSE-23
#[tidegate::test(start_paused = true)]
async fn tasks_that_would_begin_wait_while_their_flow_is_paused() {
    #[task]
    async fn long() -> &'static str {
        tokio::time::sleep(Duration::from_secs(10)).await;
        "long"
    }
    #[task]
    async fn late() -> &'static str {
        "late"
    }
    #[flow]
    async fn inner() -> Result<&'static str> {
        Ok("inner")
    }
    #[flow]
    async fn pipeline() -> Result<[&'static str; 3]> {
        let under_way = long().submit();
        tokio::time::sleep(Duration::from_secs(1)).await;
        let later = async {
            tokio::time::sleep(Duration::from_secs(2)).await;
            let subflow = inner().submit();
            Ok::<_, Error>([late().await?, subflow.await?])
        };
        let (paused, later) = tokio::join!(pause_flow_run(), later);
        paused?;
        let [late, inner] = later?;
        Ok([under_way.await?, late, inner])
    }
    let call = pipeline().submit();
    let id = id_of(&call);
    paused(id).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    expect![[r#"
        flow pipeline: Pending > Running > Paused
          task long: Pending > Running > Completed
          task late: Pending > NotReady
    "#]]
    .assert_eq(&history().await);
    resume(id).await.unwrap();
    assert_eq!(call.await.unwrap(), ["long", "late", "inner"]);
    expect![[r#"
        flow pipeline: Pending > Running > Paused > Running > Completed
          task long: Pending > Running > Completed
          task late: Pending > NotReady > Running > Completed
          flow inner: Pending > Running > Completed
    "#]]
    .assert_eq(&history().await);
    assert_eq!(run_of("late").await.run_count, 1);
}

#[tidegate::test(start_paused = true)]
async fn a_flow_run_is_paused_once_at_a_time() {
    #[flow]
    async fn pipeline() -> Result<()> {
        let (first, second) = tokio::join!(pause_flow_run(), pause_flow_run());
        assert!(first.is_ok());
        second
    }
    let call = pipeline().submit();
    paused(id_of(&call)).await;
    resume(id_of(&call)).await.unwrap();
    let error = call.await.unwrap_err().to_string();
    assert!(error.contains("Cannot pause flows that are not currently running."), "{error}");
}

#[tidegate::test(start_paused = true)]
async fn a_subflow_pauses_alone() {
    #[task]
    async fn other() -> u32 {
        1
    }
    #[flow]
    async fn inner() -> Result<u32> {
        pause_flow_run().wait_for_input().await
    }
    #[flow]
    async fn outer() -> Result<u32> {
        let inner = inner().submit();
        paused(inner.id().unwrap()).await;
        let other = other().await?;
        resume(inner.id().unwrap()).input(41).await?;
        Ok(other + inner.await?)
    }
    check(
        outer(),
        expect![[r#"
            Ok(42)
            flow outer: Pending > Running > Completed
              flow inner: Pending > Running > Paused > Running > Completed
              task other: Pending > Running > Completed
        "#]],
    )
    .await;
}

/// What a person has decided stays decided.
#[tidegate::test(start_paused = true)]
async fn a_retried_flow_is_not_asked_again() {
    static ATTEMPTS: AtomicU32 = AtomicU32::new(0);
    #[flow(retries = 1)]
    async fn pipeline() -> Result<u32> {
        let answer = pause_flow_run().wait_for_input::<u32>().await?;
        match ATTEMPTS.fetch_add(1, Ordering::Relaxed) {
            0 => Err("not yet".into()),
            _ => Ok(answer),
        }
    }
    let call = pipeline().submit();
    paused(id_of(&call)).await;
    resume(id_of(&call)).input(5).await.unwrap();
    check(
        call.into_future(),
        expect![[r#"
            Ok(5)
            flow pipeline: Pending > Running > Paused > Running > AwaitingRetry(0s) > Running > Completed
        "#]],
    )
    .await;
}

#[tidegate::test(worker_threads = 2)]
async fn a_sync_flow_pauses_too() {
    #[flow]
    fn pipeline() -> Result<u32> {
        pause_flow_run().wait_for_input().block_on()
    }
    let call = pipeline().submit();
    paused(id_of(&call)).await;
    resume(id_of(&call)).input(3).await.unwrap();
    assert_eq!(call.await.unwrap(), 3);
    assert_eq!(
        timeline(&run_of("pipeline").await),
        "Pending > Running > Paused > Running > Completed"
    );
}

#[tidegate::test(start_paused = true)]
async fn a_paused_run_that_is_dropped_has_crashed_and_asks_again_when_it_is_resumed() {
    #[flow]
    async fn pipeline() -> Result<u32> {
        pause_flow_run().wait_for_input().await
    }
    let call = async { pipeline().await };
    assert!(tokio::time::timeout(Duration::from_secs(1), call).await.is_err());
    let run = run_of("pipeline").await;
    assert_eq!(timeline(&run), "Pending > Running > Paused > Crashed");
    // Whoever answers it then does both at once.
    let error = resume(run.id).input("no number").await.unwrap_err().to_string();
    assert!(error.contains("the field `value` must be a whole number"), "{error}");
    resume(run.id).input(9).await.unwrap();
    assert_eq!(Engine::current().unwrap().result::<u32>(run.id).await.unwrap(), 9);
    assert_eq!(
        timeline(&run_of("pipeline").await),
        "Pending > Running > Paused > Crashed > Rerunning > Completed"
    );
}

#[tidegate::test(start_paused = true)]
async fn a_paused_flow_costs_its_timeout() {
    #[flow(timeout_seconds = 5)]
    async fn pipeline() -> Result<()> {
        pause_flow_run().await
    }
    check(
        pipeline(),
        expect![[r#"
            Err: TimedOut('Flow run exceeded timeout of 5 second(s)', type=FAILED)
            flow pipeline: Pending > Running > Paused > Running > TimedOut
        "#]],
    )
    .await;
}

/// Each attempt asks for itself what was not answered.
#[tidegate::test(start_paused = true)]
async fn a_pause_that_was_given_up_is_asked_again_by_the_next_attempt() {
    #[flow(retries = 1)]
    async fn pipeline() -> Result<u32> {
        pause_flow_run().wait_for_input().timeout(10).await
    }
    let call = pipeline().submit();
    let id = id_of(&call);
    tokio::time::sleep(Duration::from_secs(11)).await;
    paused(id).await;
    resume(id).input(5).await.unwrap();
    check(
        call.into_future(),
        expect![[r#"
            Ok(5)
            flow pipeline: Pending > Running > Paused > Running > AwaitingRetry(0s) > Running > Paused > Running > Completed
        "#]],
    )
    .await;
}
