//! Inputs of flow runs come back as they were put, one of each key, and go with their runs.

use std::sync::Arc;

use serde_json::json;

use super::Subject;
use super::samples::{at, entered, flow_run};
use crate::{
    Expired, IfExists, InputQuery, Run, RunId, RunInput, State, Store, StoreErrorKind, Write,
};

fn input(run: &Run, key: &str, micros: i64) -> RunInput {
    RunInput {
        flow_run_id: run.id,
        key: key.to_owned(),
        value: json!(micros),
        sender: None,
        created: at(micros),
    }
}

fn put(input: &RunInput) -> Write {
    Write::Input { input: Box::new(input.clone()), if_exists: IfExists::Refuse, after: None }
}

async fn begin(store: &Arc<dyn Store>, name: &str) -> Run {
    let run = entered(flow_run(name, 0), State::running(at(1)));
    store.put_acknowledged(Write::Begin(Box::new(run.clone()))).await.expect("the run is stored");
    run
}

async fn of(store: &Arc<dyn Store>, run: RunId) -> Vec<RunInput> {
    store.inputs(InputQuery::of(run)).await.expect("the store answers")
}

async fn refusal(store: &Arc<dyn Store>, write: Write) -> StoreErrorKind {
    store.put_acknowledged(write).await.expect_err("it is refused").kind()
}

/// With a sender and without, of any JSON.
pub async fn an_input_comes_back_as_it_was_put(subject: &Subject) {
    let store = subject.open().await;
    let run = begin(&store, "pipeline").await;
    let full = RunInput {
        value: json!({"n": 0.1, "text": "\u{0}\"🦝", "list": [null, true]}),
        sender: Some(RunId::new()),
        ..input(&run, "paused-1-response 🦝", 3)
    };
    let bare = RunInput { value: json!(null), ..input(&run, "a", 2) };
    for each in [&full, &bare] {
        store.put_acknowledged(put(each)).await.expect("it is stored");
    }
    assert_eq!(of(&store, run.id).await, [full.clone(), bare.clone()]);
    assert_eq!(of(&store, RunId::new()).await, []);
    if let Some(store) = subject.reopen().await {
        assert_eq!(of(&store, run.id).await, [full, bare]);
    }
}

/// Whatever their times and keys are, and whether or not they are stored at once.
pub async fn inputs_come_in_the_order_in_which_they_were_put(subject: &Subject) {
    let store = subject.open().await;
    let (run, other) = (begin(&store, "one").await, begin(&store, "two").await);
    let expected: Vec<_> =
        (0..50).map(|number| input(&run, &format!("k{}", 99 - number), 99 - number)).collect();
    for each in &expected {
        drop(store.put(put(each)));
        drop(store.put(put(&RunInput { flow_run_id: other.id, ..each.clone() })));
    }
    assert_eq!(of(&store, run.id).await, expected);
    assert_eq!(of(&store, other.id).await.len(), 50);
}

/// Case and wildcards of SQL are characters as others are; and pages.
pub async fn inputs_are_found_by_key_and_by_how_it_begins(subject: &Subject) {
    let store = subject.open().await;
    let run = begin(&store, "pipeline").await;
    let keys = ["a:1", "A:1", "a:2", "b:a:3", "a%:4", "a:"];
    let all: Vec<_> = (0..).zip(keys).map(|(micros, key)| input(&run, key, micros)).collect();
    for each in &all {
        store.put_acknowledged(put(each)).await.expect("it is stored");
    }
    let ask = async |query: InputQuery| {
        let found = store.inputs(query).await.expect("the store answers");
        found.into_iter().map(|input| input.key).collect::<Vec<_>>()
    };
    let empty = || InputQuery::of(run.id);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(ask(InputQuery { key: text("a:1"), ..empty() }).await, ["a:1"]);
    assert_eq!(ask(InputQuery { key: text("a"), ..empty() }).await, [""; 0]);
    assert_eq!(ask(InputQuery { prefix: text("a:"), ..empty() }).await, ["a:1", "a:2", "a:"]);
    assert_eq!(ask(InputQuery { prefix: text("a%"), ..empty() }).await, ["a%:4"]);
    let page = InputQuery { prefix: text("a:"), offset: 1, limit: Some(1), ..empty() };
    assert_eq!(ask(page).await, ["a:2"]);
    assert_eq!(ask(InputQuery { offset: 4, ..empty() }).await, ["a%:4", "a:"]);
}

/// In its place among the others.
pub async fn of_two_inputs_of_one_key_the_first_stays_unless_it_is_to_be_replaced(
    subject: &Subject,
) {
    let store = subject.open().await;
    let run = begin(&store, "pipeline").await;
    let [first, second, other] = [input(&run, "a", 1), input(&run, "a", 2), input(&run, "b", 3)];
    for each in [&first, &other] {
        store.put_acknowledged(put(each)).await.expect("it is stored");
    }
    assert_eq!(refusal(&store, put(&second)).await, StoreErrorKind::Exists);
    assert_eq!(of(&store, run.id).await, [first, other.clone()]);
    let replacing =
        Write::Input { input: Box::new(second.clone()), if_exists: IfExists::Replace, after: None };
    store.put_acknowledged(replacing).await.expect("it is replaced");
    assert_eq!(of(&store, run.id).await, [second, other]);
}

/// And all but one are told.
pub async fn of_many_inputs_of_one_key_at_once_one_is_kept(subject: &Subject) {
    let store = subject.open().await;
    let run = begin(&store, "pipeline").await;
    let puts: Vec<_> =
        (0..20).map(|micros| store.put_acknowledged(put(&input(&run, "a", micros)))).collect();
    let mut kept = 0;
    for each in puts {
        match each.await {
            Ok(()) => kept += 1,
            Err(error) => assert_eq!(error.kind(), StoreErrorKind::Exists),
        }
    }
    assert_eq!(kept, 1);
    assert_eq!(of(&store, run.id).await.len(), 1);
}

/// Unless it is for a state of the run.
pub async fn an_input_may_come_before_its_run(subject: &Subject) {
    let store = subject.open().await;
    let run = flow_run("pipeline", 0);
    let early = input(&run, "a", 1);
    store.put_acknowledged(put(&early)).await.expect("it is stored");
    let late = Write::Input {
        input: Box::new(input(&run, "b", 1)),
        if_exists: IfExists::Refuse,
        after: Some(run.states.len()),
    };
    assert_eq!(refusal(&store, late).await, StoreErrorKind::Fenced);
    store.put_acknowledged(Write::Begin(Box::new(run.clone()))).await.expect("the run is stored");
    assert_eq!(of(&store, run.id).await, [early]);
}

/// So that of an answer and a change of the state one is first, and the other knows.
pub async fn an_input_for_a_state_that_the_run_has_left_is_refused(subject: &Subject) {
    let store = subject.open().await;
    let run = begin(&store, "pipeline").await;
    let write = |key: &str, after| Write::Input {
        input: Box::new(input(&run, key, 1)),
        if_exists: IfExists::Refuse,
        after: Some(after),
    };
    let states = run.states.len();
    store.put_acknowledged(write("a", states)).await.expect("the run is in this state");
    let paused = entered(run.clone(), State::paused(at(2)));
    let advance = crate::Advance::since(&paused, states);
    drop(store.put(Write::Advance(Box::new(advance))));
    assert_eq!(refusal(&store, write("b", states)).await, StoreErrorKind::Fenced);
    store.put_acknowledged(write("c", states + 1)).await.expect("the run is in this state");
    let keys: Vec<_> = of(&store, run.id).await.into_iter().map(|input| input.key).collect();
    assert_eq!(keys, ["a", "c"]);
}

/// And with no other.
pub async fn inputs_are_deleted_with_their_runs(subject: &Subject) {
    let store = subject.open().await;
    let (kept, run) = (begin(&store, "kept").await, flow_run("pipeline", 0));
    let run = entered(entered(run, State::running(at(1))), State::completed(at(2)));
    drop(store.put(Write::Begin(Box::new(run.clone()))));
    for key in ["a", "b", "c"] {
        drop(store.put(put(&input(&run, key, 1))));
        drop(store.put(put(&input(&kept, key, 1))));
    }
    store.flush().await.expect("the store flushes");
    let everything = Expired { ended_before: Some(at(1_000)), ..Expired::default() };
    while store.delete_runs(everything, 1).await.expect("the store deletes").more {}
    assert_eq!(of(&store, run.id).await, []);
    assert_eq!(of(&store, kept.id).await.len(), 3);
}

/// Others of its run stay, and there is room for another of its key.
pub async fn an_input_is_deleted_by_its_key(subject: &Subject) {
    let store = subject.open().await;
    let (run, other) = (begin(&store, "a").await, begin(&store, "b").await);
    for each in [input(&run, "x", 1), input(&run, "y", 2), input(&other, "x", 3)] {
        store.put_acknowledged(put(&each)).await.expect("it is stored");
    }
    let delete = async || store.delete_input(run.id, "x".to_owned()).await.expect("it answers");
    assert!(delete().await);
    assert!(!delete().await);
    assert_eq!(of(&store, run.id).await, [input(&run, "y", 2)]);
    assert_eq!(of(&store, other.id).await, [input(&other, "x", 3)]);
    store.put_acknowledged(put(&input(&run, "x", 4))).await.expect("there is room for it");
    assert_eq!(of(&store, run.id).await, [input(&run, "y", 2), input(&run, "x", 4)]);
    store.close().await.expect("it closes");
}
