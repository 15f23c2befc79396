//! Events come back as they were put, together with those that the states of runs are.

use std::sync::Arc;

use serde_json::json;

use super::Subject;
use super::samples::{advance, at, entered, flow_run, task_run};
use crate::{
    EventId, EventQuery, EventRecord, Order, Resource, RunId, State, Store, Write, state_events,
};

fn event(name: &str, micros: i64) -> EventRecord {
    EventRecord {
        id: EventId::new(),
        occurred: at(micros),
        event: name.to_owned(),
        resource: Resource::new("city.rome"),
        related: Vec::new(),
        payload: serde_json::Value::Null,
        follows: None,
        flow_run_id: None,
        task_run_id: None,
    }
}

async fn put(store: &Arc<dyn Store>, write: Write) {
    store.put_acknowledged(write).await.expect("it is stored");
}

async fn emit(store: &Arc<dyn Store>, event: &EventRecord) {
    put(store, Write::Event(Box::new(event.clone()))).await;
}

async fn ask(store: &Arc<dyn Store>, query: EventQuery) -> Vec<EventRecord> {
    store.events(query).await.expect("the store answers")
}

fn empty() -> EventQuery {
    EventQuery::default()
}

/// With everything and with nothing; and twice only once.
pub async fn an_event_comes_back_as_it_was_put(subject: &Subject) {
    let store = subject.open().await;
    let full = EventRecord {
        resource: Resource::new("city.\"rome\" 🦝").label("name", ""),
        related: vec![Resource::new("a").role("b"), Resource::new("c")],
        payload: json!([{"n": 0.1, "text": "\u{0}"}, null]),
        follows: Some(EventId::new()),
        flow_run_id: Some(RunId::new()),
        task_run_id: Some(RunId::new()),
        ..event("it's rain", 1)
    };
    let bare = event("", 2);
    for each in [&full, &bare, &full] {
        emit(&store, each).await;
    }
    assert_eq!(ask(&store, empty()).await, [bare.clone(), full.clone()]);
    if let Some(store) = subject.reopen().await {
        assert_eq!(ask(&store, empty()).await, [bare, full]);
    }
}

/// Each question alone, and pages.
pub async fn events_are_found_by_what_happened_to_what_and_when(subject: &Subject) {
    let store = subject.open().await;
    let (flow, task) = (RunId::new(), RunId::new());
    let wanted = EventRecord {
        resource: Resource::new("dog.rex"),
        related: vec![Resource::new("x"), Resource::new("y")],
        flow_run_id: Some(flow),
        task_run_id: Some(task),
        ..event("bark.loud", 5)
    };
    let others = [event("meow", 6), event("meow.barkless", 7)];
    for each in [&others[1], &wanted, &others[0]] {
        emit(&store, each).await;
    }
    let text = |text: &str| vec![text.to_owned()];
    for query in [
        EventQuery { id: Some(wanted.id), ..empty() },
        EventQuery { names: text("bark.loud"), ..empty() },
        EventQuery { prefixes: text("bark"), names: text("no"), ..empty() },
        EventQuery { resources: text("dog.rex"), ..empty() },
        EventQuery { resource_prefixes: text("dog."), ..empty() },
        EventQuery { related: text("y"), ..empty() },
        EventQuery { flow_run_id: Some(flow), ..empty() },
        EventQuery { task_run_id: Some(task), ..empty() },
        EventQuery { since: Some(at(5)), before: Some(at(6)), ..empty() },
        EventQuery { offset: 2, limit: Some(5), ..empty() },
        EventQuery { order: Order::OldestFirst, limit: Some(1), ..empty() },
    ] {
        let found = ask(&store, query.clone()).await;
        assert_eq!(found, std::slice::from_ref(&wanted), "{query:?}");
    }
    assert_eq!(ask(&store, EventQuery { limit: Some(2), ..empty() }).await.len(), 2);
}

/// Of a run that moves on, and of what ran inside it; between events that were emitted.
pub async fn the_states_of_runs_are_events(subject: &Subject) {
    let store = subject.open().await;
    let flow = entered(flow_run("etl", 0), State::running(at(1)));
    let mut task = task_run("extract", 2);
    task.flow_run_id = Some(flow.id);
    task.tags = vec!["http".to_owned()];
    let task = entered(entered(task, State::running(at(3))), State::completed(at(6)));
    put(&store, Write::Begin(Box::new(flow.clone()))).await;
    put(&store, Write::Begin(Box::new(task.clone()))).await;
    let emitted = EventRecord { flow_run_id: Some(flow.id), ..event("emitted", 4) };
    emit(&store, &emitted).await;
    put(&store, Write::Advance(Box::new(advance(&flow, State::completed(at(9)))))).await;

    let flow = entered(flow, State::completed(at(9)));
    let of_flow: Vec<_> = state_events(&flow, Some("etl")).collect();
    let of_task: Vec<_> = state_events(&task, Some("etl")).collect();
    let [began, ended] = of_flow.try_into().expect("two states");
    let [running, completed] = of_task.try_into().expect("two states");
    let mut all = vec![ended.clone(), completed.clone(), emitted, running, began];
    assert_eq!(ask(&store, EventQuery { flow_run_id: Some(flow.id), ..empty() }).await, all);
    assert_eq!(ask(&store, empty()).await, all);
    for limit in 1..5 {
        let page = EventQuery { limit: Some(limit as u64), offset: 1, ..empty() };
        assert_eq!(ask(&store, page).await, all[1..=limit.min(all.len() - 1)]);
    }
    let prefixes = vec!["prefect.task-run.Comp".to_owned()];
    assert_eq!(ask(&store, EventQuery { prefixes, ..empty() }).await, [completed]);
    let names = vec!["prefect.flow-run.Completed".to_owned()];
    assert_eq!(ask(&store, EventQuery { names, ..empty() }).await, [ended]);
    all.reverse();
    assert_eq!(ask(&store, EventQuery { order: Order::OldestFirst, ..empty() }).await, all);
}
