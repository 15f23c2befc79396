//! The calls that were made in a flow run come back with what became of them.

use std::sync::Arc;

use super::Subject;
use super::samples::{advance, at, entered, every_state, flow_run, task_run};
use crate::{CallKey, CallPlace, RecordedCall, Run, RunId, State, StateResult, Store, Write};

async fn begin(store: &Arc<dyn Store>, run: &Run) {
    store.put_acknowledged(Write::Begin(Box::new(run.clone()))).await.expect("the run is stored");
}

async fn calls(store: &Arc<dyn Store>, flow_run: RunId) -> Vec<RecordedCall> {
    let mut calls = store.recorded_calls(flow_run).await.expect("the store answers");
    calls.sort_by_key(RecordedCall::key);
    calls
}

fn call(run: &Run) -> RecordedCall {
    RecordedCall::of(run.clone()).expect("the call can be found")
}

fn result(call: &RecordedCall) -> Option<&StateResult> {
    match call {
        RecordedCall::Completed(call) => Some(&call.result),
        RecordedCall::Other(run) => run.state()?.result.as_ref(),
    }
}

/// A task run in this flow run, with the `n`th key there is.
fn called(flow: &Run, n: u8) -> Run {
    let call_key = Some(CallKey::from_bytes([n; 16]));
    let place = Some(Box::new(CallPlace::numbered(n.into())));
    Run { flow_run_id: Some(flow.id), call_key, place, ..task_run("fetch", n.into()) }
}

/// Results in the record, in a storage and nowhere; and every other state there is.
pub async fn calls_come_back_with_their_states_and_results(subject: &Subject) {
    let store = subject.open().await;
    let flow = flow_run("etl", 0);
    begin(&store, &flow).await;
    let mut expected = Vec::new();
    for (n, state) in (0..).zip(every_state()) {
        let run = entered(entered(called(&flow, n), State::pending(at(0))), state);
        begin(&store, &run).await;
        expected.push(call(&run));
    }
    let bare = called(&flow, u8::MAX);
    begin(&store, &bare).await;
    expected.push(call(&bare));
    let results: Vec<_> = expected.iter().filter_map(result).collect();
    assert!(matches!(
        results[..],
        [StateResult::Recorded { .. }, StateResult::Persisted { .. }, StateResult::Unpersisted]
    ));
    assert_eq!(calls(&store, flow.id).await, expected);
}

/// To the byte: what reads them wants what was written.
pub async fn a_recorded_result_comes_back_to_the_byte(subject: &Subject) {
    let store = subject.open().await;
    let flow = flow_run("etl", 0);
    let texts = [
        "null",
        r#""""#,
        r#"{"b":1,"a":2,"b":3}"#,
        "1.0",
        "1e400",
        "18446744073709551616",
        r#""\u0041\ud83e\udd9d""#,
        "[ 1,\t2\n]",
    ];
    for (n, text) in (0..).zip(texts) {
        let result = StateResult::Recorded { json: text.into() };
        begin(&store, &entered(called(&flow, n), State::completed(at(1)).with_result(result)))
            .await;
    }
    let found = calls(&store, flow.id).await;
    let found: Vec<_> = found
        .iter()
        .map(|call| match result(call) {
            Some(StateResult::Recorded { json }) => &**json,
            Some(StateResult::Persisted { .. } | StateResult::Unpersisted) | None => "nothing",
        })
        .collect();
    assert_eq!(found, texts);
}

/// Not those of other flow runs, nor those without a key.
pub async fn only_calls_of_this_flow_run_that_can_be_found_come_back(subject: &Subject) {
    let store = subject.open().await;
    let (flow, other) = (flow_run("etl", 0), flow_run("etl", 1));
    let completed = |run| entered(run, State::completed(at(1)));
    let mut subflow = completed(flow_run("part", 2));
    subflow.flow_run_id = Some(flow.id);
    subflow.call_key = Some(CallKey::from_bytes([1; 16]));
    let here = completed(called(&flow, 2));
    let deeper = completed(called(&subflow, 1));
    let elsewhere = completed(called(&other, 2));
    let without = Run { call_key: None, ..completed(called(&flow, 3)) };
    for run in [&flow, &other, &subflow, &here, &deeper, &elsewhere, &without] {
        begin(&store, run).await;
    }
    assert_eq!(calls(&store, flow.id).await, [call(&subflow), call(&here)]);
    assert_eq!(calls(&store, RunId::new()).await, []);
}

/// Though nobody awaited that it was stored, and by the name and state it has then.
pub async fn a_call_comes_back_as_it_was_put_last(subject: &Subject) {
    let store = subject.open().await;
    let flow = flow_run("etl", 0);
    let mut run = entered(called(&flow, 7), State::running(at(1)));
    drop(store.put(Write::Begin(Box::new(run.clone()))));
    assert_eq!(calls(&store, flow.id).await, [call(&run)]);
    let result = StateResult::Recorded { json: "7".into() };
    let state = State::completed(at(2)).with_result(result);
    let mut write = advance(&run, state.clone());
    write.name = Some("fetch-renamed".to_owned());
    drop(store.put(Write::Advance(Box::new(write))));
    run = entered(run, state);
    run.name = "fetch-renamed".to_owned();
    assert_eq!(calls(&store, flow.id).await, [call(&run)]);
}
