//! Paused flow runs that people answer by a form on their page.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use serde_json::{Value, json};
use tidegate_core::{
    Clock, Definition, IfExists, InputQuery, Run, RunInput, RunKind, State, StateData, StateType,
    Store, Write,
};
use tidegate_store::{Options, Sqlite};

use super::{ask, request};
use crate::{Config, router};

/// A server over a store with a run that is suspended until somebody says how many.
async fn asking() -> (Router, Arc<dyn Store>, Run) {
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(Options::memory()).unwrap());
    let now = Clock::system().now();
    let mut run = Run::new(Arc::new(Definition::new(RunKind::Flow, "etl")), "patient-heron", now);
    let data = StateData::Paused { timeout: None, reschedule: true, key: Some("1".to_owned()) };
    run.states = vec![State::pending(now), State::running(now), State::new("Suspended", data, now)];
    run.policy.restartable = true;
    store.put_acknowledged(Write::Begin(Box::new(run.clone()))).await.unwrap();
    let schema = json!({"type": "object", "required": ["amount"], "additionalProperties": false, "properties": {
        "amount": {"type": "integer", "minimum": 1, "description": "How many rows at once."},
        "tags": {"type": "array", "items": {"type": "string"}, "default": []}
    }});
    for (part, value) in [("schema", schema), ("description", json!("Shall it <b>go on</b>?"))] {
        let key = format!("suspended-1-{part}");
        let input =
            Box::new(RunInput { flow_run_id: run.id, key, value, sender: None, created: now });
        let write = Write::Input { input, if_exists: IfExists::Refuse, after: None };
        store.put_acknowledged(write).await.unwrap();
    }
    (router(Arc::clone(&store), Config::new()), store, run)
}

async fn answer(store: &Arc<dyn Store>, run: &Run) -> Option<Value> {
    let key = Some("suspended-1-response".to_owned());
    let query = InputQuery { key, ..InputQuery::of(run.id) };
    store.inputs(query).await.unwrap().pop().map(|input| input.value)
}

#[tokio::test]
async fn a_paused_run_is_answered_by_the_form_of_what_it_waits_for() {
    let (app, store, run) = asking().await;
    let page = format!("/runs/{}", run.id);
    let (_, _, shown) = ask(&app, request("GET", &page, "")).await;
    for said in [
        "It waits for your answer",
        "How many rows at once.",
        "name=\"/amount\"",
        "&lt;b&gt;go on",
        "for as long as it takes",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let path = format!("{page}/resume");
    for (typed, said) in [
        ("", "This is needed."),
        ("%2Famount=0", "This must be at least 1."),
        ("%2Famount=x", "This must be a whole number."),
    ] {
        let (status, _, shown) = ask(&app, request("POST", &path, typed)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(shown.contains(said) && shown.contains("patient-heron"), "{said}: {shown}");
    }
    let (status, _, shown) =
        ask(&app, request("POST", &path, "%2Famount=5&count%3A%2Ftags=0&act=add%3A%2Ftags")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(shown.contains("name=\"/tags/0\"") && shown.contains("value=\"5\""), "{shown}");
    assert_eq!(answer(&store, &run).await, None);

    let (status, location, shown) =
        ask(&app, request("POST", &path, "%2Famount=5&count%3A%2Ftags=1&%2Ftags%2F0=a")).await;
    assert_eq!((status, &location), (StatusCode::SEE_OTHER, &page), "{shown}");
    assert_eq!(answer(&store, &run).await, Some(json!({"amount": 5, "tags": ["a"]})));
    let now = store.run(run.id).await.unwrap().unwrap();
    assert_eq!(now.state().unwrap().state_type(), StateType::Scheduled);
    let (_, _, shown) = ask(&app, request("GET", &page, "")).await;
    assert!(!shown.contains("It waits for your answer"), "{shown}");
}

#[tokio::test]
async fn a_run_that_waits_for_nobody_is_not_answered() {
    let (app, store, mut run) = asking().await;
    run.id = tidegate_core::RunId::new();
    run.states.truncate(2);
    store.put_acknowledged(Write::Begin(Box::new(run.clone()))).await.unwrap();
    let path = format!("/runs/{}/resume", run.id);
    let (status, _, page) = ask(&app, request("POST", &path, "%2Famount=5")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("waits for no answer"), "{page}");
}
