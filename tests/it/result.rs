//! Results: what is recorded of the value that a run gave, and what cannot be.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use expect_test::{Expect, expect};
use serde::{Deserialize, Serialize};
use tidegate::prelude::*;
use tidegate::{Engine, LogLevel, RunHandle, State, StateResult, Timestamp, step};
use tokio::sync::Notify;

use crate::child::{Child, block_on};
use crate::timeline::run_of;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Forecast {
    city: String,
    highs: Vec<f64>,
}

/// What the record of the one run of this name has as its result.
async fn recorded(name: &str) -> String {
    let run = run_of(name).await;
    let state = run.state().unwrap().clone();
    match state.result {
        Some(StateResult::Recorded { json }) => format!("{}: {json}", state.name),
        Some(StateResult::Persisted { reference }) => {
            format!("{}: {} bytes of {}", state.name, reference.size, reference.serializer)
        }
        Some(StateResult::Unpersisted) => format!("{}: unpersisted", state.name),
        None => format!("{}: none", state.name),
    }
}

/// Makes a call, and compares what is recorded of the run of this name.
async fn check<T>(name: &str, call: impl Future<Output = Result<T>>, expected: Expect) {
    let _ = call.await;
    expected.assert_eq(&recorded(name).await);
}

/// The lines of this level in the store.
async fn lines(level: LogLevel) -> Vec<String> {
    let logs = Engine::current().unwrap().logs().list().await.unwrap();
    logs.into_iter().filter(|line| line.level == level).map(|line| line.message).collect()
}

#[tidegate::test(start_paused = true)]
async fn the_result_of_a_task_and_of_a_flow_is_in_the_record() {
    #[task]
    async fn forecast(city: &str) -> Result<Forecast> {
        Ok(Forecast { city: city.to_owned(), highs: vec![20.5, -3.0] })
    }
    #[flow]
    async fn report() -> Result<usize> {
        Ok(forecast("Rome").await?.highs.len())
    }
    check("report", report(), expect!["Completed: 2"]).await;
    expect![[r#"Completed: {"city":"Rome","highs":[20.5,-3.0]}"#]]
        .assert_eq(&recorded("forecast").await);
}

/// RESULT-07: nothing is a result too.
#[tidegate::test(start_paused = true)]
async fn nothing_is_recorded_as_null() {
    #[task]
    async fn nothing() {}
    check("nothing", nothing(), expect!["Completed: null"]).await;
}

#[tidegate::test(start_paused = true)]
async fn a_run_that_fails_has_no_result() {
    #[task]
    async fn fails() -> Result<u8> {
        Err("no".into())
    }
    check("fails", fails(), expect!["Failed: none"]).await;
}

#[tidegate::test(start_paused = true)]
async fn what_cannot_be_written_or_not_be_read_is_not_recorded() {
    #[derive(Serialize)]
    struct WrittenOnly(u8);
    #[derive(Deserialize)]
    struct ReadOnly(u8);
    #[task]
    async fn written_only() -> WrittenOnly {
        WrittenOnly(1)
    }
    #[task]
    async fn read_only() -> Vec<ReadOnly> {
        vec![ReadOnly(1)]
    }
    #[task]
    async fn handle() -> RunHandle<u8> {
        step("inner").run(|| async { Ok::<_, tidegate::Error>(1) }).submit()
    }
    #[task]
    async fn function() -> fn(&str) -> &str {
        str::trim
    }
    assert_eq!(written_only().await.unwrap().0 + read_only().await.unwrap()[0].0, 2);
    check("written_only", async { Ok(()) }, expect!["Completed: none"]).await;
    check("read_only", async { Ok(()) }, expect!["Completed: none"]).await;
    check("handle", handle(), expect!["Failed: none"]).await;
    check("function", function(), expect!["Completed: none"]).await;
    assert_eq!(lines(LogLevel::Warning).await, [""; 0]);
}

#[tidegate::test(start_paused = true)]
async fn what_borrows_is_not_recorded_and_what_owns_is() {
    type Shared<'a> = Cow<'a, str>;
    #[task]
    async fn reference(text: &str) -> &str {
        text
    }
    #[task]
    async fn forever() -> &'static str {
        "forever"
    }
    #[task]
    async fn maybe(text: &str) -> Result<Shared<'_>> {
        Ok(text.into())
    }
    #[task]
    async fn owned() -> Option<Cow<'static, str>> {
        Some("owned".into())
    }
    #[task]
    async fn keyed() -> HashMap<&'static str, u8> {
        HashMap::from([("k", 1)])
    }
    check("reference", reference("r"), expect!["Completed: none"]).await;
    check("forever", forever(), expect!["Completed: none"]).await;
    check("maybe", maybe("m"), expect!["Completed: none"]).await;
    check("owned", owned(), expect![[r#"Completed: "owned""#]]).await;
    check("keyed", keyed(), expect!["Completed: none"]).await;
}

/// A type that can be read for some lifetimes only is no `DeserializeOwned`, and the compiler cannot find that out by itself.
#[tidegate::test(start_paused = true)]
async fn a_type_with_a_borrow_inside_is_not_recorded_where_it_is_said_so() {
    #[derive(Serialize, Deserialize)]
    struct Message {
        text: &'static str,
    }
    #[task(persist_result = false)]
    async fn message() -> Message {
        Message { text: "hello" }
    }
    assert_eq!(message().await.unwrap().text, "hello");
}

#[tidegate::test(start_paused = true)]
async fn a_generic_result_is_recorded_where_its_bounds_say_that_it_can_be() {
    #[task]
    async fn unknown<T: Display + Send>(value: T) -> Vec<T> {
        vec![value]
    }
    #[task]
    async fn known<T: Serialize + serde::de::DeserializeOwned + Send>(value: T) -> Option<T> {
        Some(value)
    }
    check("unknown", unknown(1), expect!["Completed: none"]).await;
    check("known", known(1), expect!["Completed: 1"]).await;
}

#[tidegate::test(start_paused = true)]
async fn what_would_not_read_back_as_it_was_is_not_recorded_and_a_line_says_so() {
    #[task]
    async fn not_a_number() -> f64 {
        f64::NAN
    }
    #[task]
    async fn some_of_none() -> Option<Option<u8>> {
        Some(None)
    }
    check("not_a_number", not_a_number(), expect!["Completed: unpersisted"]).await;
    check("some_of_none", some_of_none(), expect!["Completed: unpersisted"]).await;
    expect![[r#"
        'not_a_number' completed without a result, so it runs again when its flow is resumed: its result cannot be kept: it has the number NaN, which JSON does not know
        'some_of_none' completed without a result, so it runs again when its flow is resumed: its result cannot be kept: it has a `Some` of a value that is `null` in JSON, which would be read as `None`"#]].assert_eq(&lines(LogLevel::Warning).await.join("\n"));
}

#[tidegate::test(start_paused = true)]
async fn a_value_whose_serialisation_panics_is_given_and_not_recorded() {
    #[derive(Deserialize)]
    struct Trap(u8);
    impl Serialize for Trap {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            panic!("no such luck")
        }
    }
    #[task]
    async fn trap() -> Trap {
        Trap(7)
    }
    assert_eq!(trap().await.unwrap().0, 7);
    expect!["Completed: unpersisted"].assert_eq(&recorded("trap").await);
    let lines = lines(LogLevel::Warning).await;
    assert!(lines[0].contains("'trap'") && lines[0].contains("no such luck"), "{lines:?}");
}

/// RESULT-13
#[tidegate::test(start_paused = true)]
async fn a_returned_state_keeps_the_result_it_has() {
    #[flow]
    async fn pipeline(state: State) -> State {
        state
    }
    let result = StateResult::Recorded { json: "5".into() };
    let state = State::completed(NOW).named("Mine").with_result(result);
    check("pipeline", pipeline(state), expect!["Mine: 5"]).await;
}

#[tidegate::test(start_paused = true)]
async fn a_step_records_what_it_gives_unless_it_is_told_not_to() {
    let number = 7;
    let recorded_step = step("seven").run(|| async { Ok::<_, std::io::Error>(number) });
    check("seven", recorded_step, expect!["Completed: 7"]).await;
    let borrowed = step("borrowed").run_unrecorded(|| async { Ok::<_, std::io::Error>(&number) });
    check("borrowed", borrowed, expect!["Completed: none"]).await;
}

#[tidegate::test(start_paused = true)]
async fn without_a_store_nothing_is_written() {
    #[derive(Deserialize)]
    struct Unwritable;
    impl Serialize for Unwritable {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            panic!("nobody asked")
        }
    }
    #[task]
    async fn quiet() -> Unwritable {
        Unwritable
    }
    let engine = Engine::builder().without_store().open().unwrap();
    let handle = quiet().on(&engine).submit();
    handle.wait().await;
    assert_eq!(
        format!("{:?}", handle.state().unwrap()),
        "Completed(message=None, type=COMPLETED, result=None)"
    );
}

#[task]
async fn five() -> u8 {
    5
}

#[task(persist_result)]
async fn told_to() -> u8 {
    5
}

#[task(persist_result = false)]
async fn told_not_to() -> u8 {
    5
}

#[task(result_storage = tidegate::MemoryStorage::new())]
async fn told_where() -> u8 {
    5
}

#[task(result_storage_key = "five.json")]
async fn told_as_what() -> u8 {
    5
}

#[task(result_serializer = "json")]
async fn told_how() -> u8 {
    5
}

#[flow(persist_result)]
async fn keeping_flow() -> Result<u8> {
    told_not_to().await?;
    five().await
}

#[flow(persist_result = false)]
async fn forgetting_flow() -> Result<u8> {
    told_to().await?;
    five().await
}

/// Runs every task above, by itself.
async fn run_all() {
    five().await.unwrap();
    told_to().await.unwrap();
    told_not_to().await.unwrap();
    told_where().await.unwrap();
    told_as_what().await.unwrap();
    told_how().await.unwrap();
}

/// What each run has as its result, a line each.
async fn all_recorded() -> String {
    let runs = Engine::current().unwrap().runs().oldest_first().list().await.unwrap();
    let lines = runs.iter().map(|run| {
        let kept = match &run.state().unwrap().result {
            Some(StateResult::Recorded { json }) => json.to_string(),
            Some(StateResult::Persisted { reference }) => format!("{} bytes", reference.size),
            Some(StateResult::Unpersisted) => "unpersisted".to_owned(),
            None => "none".to_owned(),
        };
        format!("{}: {kept}\n", run.definition.name)
    });
    lines.collect()
}

#[tidegate::test(start_paused = true)]
async fn results_are_kept_unless_it_is_said_that_they_are_not() {
    run_all().await;
    expect![[r#"
        five: 5
        told_to: 5
        told_not_to: none
        told_where: 1 bytes
        told_as_what: 1 bytes
        told_how: 1 bytes
    "#]]
    .assert_eq(&all_recorded().await);
}

/// RESULT-04: that a cache policy or a cache key function asks for it too is in `cache.rs`. RESULT-15: the default of all.
#[test]
fn where_they_are_not_by_default_each_option_about_them_asks_for_it() {
    let left = Child::new().env("TIDEGATE_RESULTS_PERSIST_BY_DEFAULT", "false").run(|| {
        block_on(async {
            run_all().await;
            print!("{}", all_recorded().await);
        });
    });
    expect![[r#"
        five: none
        told_to: 5
        told_not_to: none
        told_where: 1 bytes
        told_as_what: 1 bytes
        told_how: 1 bytes
    "#]]
    .assert_eq(&left.stdout);
}

/// RESULT-15
#[tidegate::test(start_paused = true)]
async fn a_task_that_says_nothing_does_as_its_flow_does() {
    keeping_flow().await.unwrap();
    forgetting_flow().await.unwrap();
    expect![[r#"
        keeping-flow: 5
        told_not_to: none
        five: 5
        forgetting-flow: none
        told_to: 5
        five: none
    "#]]
    .assert_eq(&all_recorded().await);
}

/// RESULT-15
#[test]
fn the_flow_goes_before_the_default() {
    let left = Child::new().env("TIDEGATE_RESULTS_PERSIST_BY_DEFAULT", "0").run(|| {
        block_on(async {
            keeping_flow().await.unwrap();
            print!("{}", all_recorded().await);
        });
    });
    expect![[r#"
        keeping-flow: 5
        told_not_to: none
        five: 5
    "#]]
    .assert_eq(&left.stdout);
}

#[tidegate::test(start_paused = true)]
async fn a_call_goes_before_its_definition() {
    told_not_to().persist_result(true).await.unwrap();
    told_to().persist_result(false).await.unwrap();
    forgetting_flow().persist_result(true).await.unwrap();
    expect![[r#"
        told_not_to: 5
        told_to: none
        forgetting-flow: 5
        told_to: 5
        five: 5
    "#]]
    .assert_eq(&all_recorded().await);
}

#[tidegate::test(start_paused = true)]
async fn a_result_that_shall_be_kept_and_cannot_be_fails_its_run() {
    #[task(persist_result, retries = 1)]
    async fn not_a_number(attempts: Arc<AtomicU32>) -> f64 {
        if attempts.fetch_add(1, Ordering::Relaxed) == 0 { f64::NAN } else { 0.5 }
    }
    assert_eq!(not_a_number(Arc::default()).await.unwrap(), 0.5);
    let error = not_a_number(Arc::default()).retries(0).await.unwrap_err();
    assert!(error.is_failed());
    expect!["Task run 'not_a_number' failed: its result cannot be kept: it has the number NaN, which JSON does not know"].assert_eq(&error.to_string());
}

/// RESULT-08, RESULT-11
#[tidegate::test(start_paused = true)]
async fn the_result_of_a_run_that_kept_none_is_given_to_its_caller_and_missing_later() {
    assert_eq!(told_not_to().await.unwrap(), 5);
    let engine = Engine::current().unwrap();
    let error = engine.result::<u8>(run_of("told_not_to").await.id).await.unwrap_err();
    assert!(error.is_missing_result() && !error.is_unreadable_result());
    assert_eq!(error.run_id(), Some(run_of("told_not_to").await.id));
    expect!["Task run 'told_not_to' has no result that was kept: `persist_result` is off, or its type is not `Serialize + DeserializeOwned`; call it again for its value"].assert_eq(&error.to_string());
}

#[tidegate::test(start_paused = true)]
async fn the_result_of_a_run_can_be_asked_for_later() {
    #[task]
    async fn forecast() -> Forecast {
        Forecast { city: "Rome".into(), highs: vec![0.1] }
    }
    let given = forecast().await.unwrap();
    let engine = Engine::current().unwrap();
    let id = run_of("forecast").await.id;
    assert_eq!(engine.result::<Forecast>(id).await.unwrap(), given);
    let error = engine.result::<Vec<u8>>(id).await.unwrap_err();
    assert!(error.is_unreadable_result());
    expect!["Task run 'forecast' has a result that cannot be read as the type that is asked for, which is a sequence"].assert_eq(&error.to_string());
}

#[tidegate::test(start_paused = true)]
async fn a_run_that_did_not_complete_has_an_error_and_no_result() {
    #[task]
    async fn fails() -> Result<u8> {
        Err("no".into())
    }
    let gate = Arc::new(Notify::new());
    let opened = Arc::clone(&gate);
    let waiting = step("waiting").run(move || {
        let opened = Arc::clone(&opened);
        async move {
            opened.notified().await;
            Ok::<_, tidegate::Error>(1)
        }
    });
    let waiting = waiting.submit();
    let _ = fails().await;
    let engine = Engine::current().unwrap();
    let error = engine.result::<u8>(run_of("fails").await.id).await.unwrap_err();
    assert!(error.is_failed());
    expect!["Task run 'fails' failed: Task run encountered an exception: no"]
        .assert_eq(&error.to_string());
    tokio::task::yield_now().await;
    let error = engine.result::<u8>(waiting.id().unwrap()).await.unwrap_err();
    expect!["Task run 'waiting' has not ended"].assert_eq(&error.to_string());
    let error = engine.result::<u8>(tidegate::RunId::default()).await.unwrap_err();
    assert!(error.is_configuration(), "{error}");
    gate.notify_one();
    assert_eq!(waiting.await.unwrap(), 1);
}

#[tidegate::test(start_paused = true)]
async fn a_result_is_never_shown() {
    const SECRET: &str = "hunter2";
    #[task(persist_result)]
    async fn secret() -> Result<String> {
        Ok(SECRET.to_owned())
    }
    #[flow]
    async fn pipeline() -> Result<State> {
        secret().await?;
        let run = run_of("secret").await;
        Ok(State::failed(NOW).with_result(run.state().unwrap().result.clone().unwrap()))
    }
    let error = pipeline().await.unwrap_err();
    let run = run_of("secret").await;
    let engine = Engine::current().unwrap();
    let other_type = engine.result::<f64>(run.id).await.unwrap_err();
    let logs = engine.logs().list().await.unwrap();
    for text in [format!("{run:?} {error:?} {other_type:?}"), format!("{logs:?}")] {
        assert!(!text.contains(SECRET), "{text}");
    }
}
