//! Events: states of runs, what is emitted, and following both.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, TryStreamExt};
use serde_json::json;
use tidegate::prelude::*;
use tidegate::{
    Engine, EventId, EventRecord, RESOURCE_NAME, RESOURCE_ROLE, Resource, emit_event, with_tags,
};

use crate::timeline::run_of;

fn engine() -> Engine {
    Engine::current().unwrap()
}

fn names(events: &[EventRecord]) -> Vec<&str> {
    events.iter().map(|event| &*event.event).collect()
}

#[task]
async fn extract() {}

#[flow]
async fn etl() -> Result<()> {
    extract().await
}

/// EVENT-01, EVENT-04: without heartbeats.
#[tidegate::test]
async fn each_state_of_a_run_is_an_event() {
    etl().await.unwrap();
    let (flow, task) = (run_of("etl").await, run_of("extract").await);
    let events = engine().events().of_flow_run(flow.id).oldest_first().list().await.unwrap();
    let mut sorted = names(&events);
    sorted.sort_unstable();
    assert_eq!(
        sorted,
        [
            "prefect.flow-run.Completed",
            "prefect.flow-run.Pending",
            "prefect.flow-run.Running",
            "prefect.task-run.Completed",
            "prefect.task-run.Pending",
            "prefect.task-run.Running",
        ]
    );
    let of_task = engine().events().of_task_run(task.id).oldest_first().list().await.unwrap();
    assert_eq!(of_task[2].follows, Some(of_task[1].id));
    let completed = &of_task[2];
    assert_eq!(completed.resource.id(), format!("prefect.task-run.{}", task.id));
    assert_eq!(completed.resource.get(RESOURCE_NAME), Some(&*task.name));
    let related: Vec<_> = completed.related.iter().map(Resource::id).collect();
    let flow_run = format!("prefect.flow-run.{}", flow.id);
    assert_eq!(related, [&*flow_run, "prefect.flow.etl", "prefect.task.extract"]);
    assert_eq!(completed.payload["initial_state"], json!({"type": "RUNNING", "name": "Running"}));
}

/// EVENT-05
#[tidegate::test]
async fn an_emitted_event_is_related_to_the_run_its_flow_and_its_tags() {
    #[flow]
    async fn nightly() -> Result<()> {
        emit_event("rain", "city.rome").label("name", "Rome").payload(12.5).await?;
        Ok(())
    }
    with_tags(["tg"], nightly()).await.unwrap();
    let run = run_of("nightly").await;
    let [rain] = &engine().events().named("rain").list().await.unwrap()[..] else { panic!() };
    assert_eq!(rain.resource, Resource::new("city.rome").label("name", "Rome"));
    assert_eq!(rain.payload, json!(12.5));
    let related: Vec<_> =
        rain.related.iter().map(|each| (each.id(), each.get(RESOURCE_ROLE).unwrap())).collect();
    assert_eq!(
        related,
        [
            (&*format!("prefect.flow-run.{}", run.id), "flow-run"),
            ("prefect.flow.nightly", "flow"),
            ("prefect.tag.tg", "tag"),
        ]
    );
    assert_eq!((rain.flow_run_id, rain.task_run_id), (Some(run.id), None));
}

#[tidegate::test]
async fn an_event_emitted_in_a_task_is_of_its_task_run_and_its_flow_run() {
    #[task]
    async fn measure() -> Result<()> {
        emit_event("measured", "sensor.1").await?;
        Ok(())
    }
    #[flow]
    async fn rounds() -> Result<()> {
        measure().await
    }
    rounds().await.unwrap();
    let (flow, task) = (run_of("rounds").await.id, run_of("measure").await.id);
    let measured = engine().events().about_prefix("sensor.").list().await.unwrap();
    assert_eq!((measured[0].flow_run_id, measured[0].task_run_id), (Some(flow), Some(task)));
    let roles: Vec<_> =
        measured[0].related.iter().map(|each| each.get(RESOURCE_ROLE).unwrap()).collect();
    assert_eq!(roles, ["task-run", "flow-run", "flow", "task"]);
}

/// EVENT-07, EVENT-08: exact names, prefixes, newest first, in pages; without a range of times, all there are.
#[tidegate::test]
async fn events_are_found_by_their_names_and_resources_newest_first() {
    for number in 0..5 {
        emit_event(format!("tick.{number}"), format!("clock.{}", number % 2)).await.unwrap();
    }
    let all = engine().events().list().await.unwrap();
    assert_eq!(names(&all), ["tick.4", "tick.3", "tick.2", "tick.1", "tick.0"]);
    let page = engine().events().prefix("tick.").limit(2).offset(1).list().await.unwrap();
    assert_eq!(names(&page), ["tick.3", "tick.2"]);
    let either = engine().events().named("tick.0").named("tick.3").named("tick").list().await;
    assert_eq!(names(&either.unwrap()), ["tick.3", "tick.0"]);
    let odd = engine().events().about("clock.1").oldest_first().list().await.unwrap();
    assert_eq!(names(&odd), ["tick.1", "tick.3"]);
    let range = engine().events().since(all[3].occurred).before(all[1].occurred).list().await;
    assert_eq!(names(&range.unwrap()), ["tick.2", "tick.1"]);
}

/// EVENT-06
#[tidegate::test]
async fn an_event_needs_a_name_and_a_resource() {
    for (name, resource) in [("", "a"), ("a", "")] {
        let error = emit_event(name, resource).await.unwrap_err();
        assert!(error.is_configuration());
        assert!(error.to_string().contains("an event needs a name and a resource"), "{error}");
    }
    let infinite = std::collections::HashMap::from([((1, 2), 3)]);
    let error = emit_event("a", "b").payload(infinite).await.unwrap_err();
    assert!(error.to_string().contains("the payload of the event 'a'"), "{error}");
}

/// EVENT-10: who emits says what it follows.
#[tidegate::test]
async fn an_event_may_follow_another_and_is_recorded_once() {
    let first = emit_event("placed", "order.17").await.unwrap();
    let id = EventId::new();
    for _ in 0..2 {
        assert_eq!(emit_event("paid", "order.17").id(id).follows(first).await.unwrap(), id);
    }
    let events = engine().events().about("order.17").list().await.unwrap();
    assert_eq!(names(&events), ["paid", "placed"]);
    assert_eq!(events[0].follows, Some(first));
    assert_eq!(engine().events().id(first).list().await.unwrap()[0].event, "placed");
}

#[tidegate::test]
async fn a_follower_is_given_each_event_once_as_it_happens() {
    emit_event("before", "a").await.unwrap();
    tokio::time::sleep(Duration::from_millis(5)).await;
    let mut stream = engine().events().follow();
    assert!(stream.next().now_or_never().is_none(), "nothing has happened yet");
    let mut seen = Vec::new();
    for _ in 0..3 {
        etl().await.unwrap();
        for _ in 0..6 {
            seen.push(stream.try_next().await.unwrap().unwrap());
        }
    }
    let ids: HashSet<_> = seen.iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), 18);
    assert!(!names(&seen).contains(&"before"));
    assert!(stream.next().now_or_never().is_none(), "nothing is given twice");
    drop(stream);
    etl().await.unwrap();
}

#[tidegate::test]
async fn a_slow_follower_misses_nothing() {
    let mut stream = engine().events().named("tick").follow();
    for number in 0..500 {
        emit_event("tick", "clock").payload(number).await.unwrap();
    }
    for number in 0..500 {
        let tick = stream.try_next().await.unwrap().unwrap();
        assert_eq!(tick.payload, json!(number));
    }
}

#[test]
fn what_another_process_does_is_followed_too() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("runs.db").display());
    let open = || Engine::builder().database(&url).open().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        // Two engines on one file know as little of each other as two processes do.
        let (here, there) = (open(), open());
        let mut stream = here.events().named("prefect.flow-run.Completed").follow();
        assert!(stream.next().now_or_never().is_none());
        there.run(etl()).await.unwrap();
        let completed = stream.try_next().await.unwrap().unwrap();
        assert_eq!(completed.related[0].id(), "prefect.flow.etl");
        drop(stream);
        there.close().await.unwrap();
        here.close().await.unwrap();
    });
}

#[tidegate::test]
async fn an_engine_without_records_has_no_events() {
    let engine = Engine::builder().without_store().open().unwrap();
    assert!(engine.events().list().await.unwrap_err().is_configuration());
    let mut stream = engine.events().follow();
    assert!(stream.next().await.unwrap().unwrap_err().is_configuration());
}
