//! Results: what is recorded of the value that a run gave, and what cannot be.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Display;

use expect_test::{Expect, expect};
use serde::{Deserialize, Serialize};
use tidegate::prelude::*;
use tidegate::{Engine, LogLevel, RunHandle, State, StateResult, Timestamp, step};

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
            format!("{}: in {}", state.name, reference.storage)
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
        The result of 'not_a_number' is not recorded, so it runs again when its flow is resumed: it has the number NaN, which JSON does not know
        The result of 'some_of_none' is not recorded, so it runs again when its flow is resumed: it has a `Some` of a value that is `null` in JSON, which would be read as `None`"#]].assert_eq(&lines(LogLevel::Warning).await.join("\n"));
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
