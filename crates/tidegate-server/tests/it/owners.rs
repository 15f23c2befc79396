//! Runs that a living process owns are asked for, never written over.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tidegate_core::{
    Clock, Definition, Holder, Lease, LeaseId, RequestKind, RequestQuery, Run, RunKind, State,
    Write,
};
use tidegate_server::Config;

use crate::asking::{Caller, store};

#[tokio::test]
async fn a_run_of_a_living_owner_is_asked_to_cancel_and_keeps_its_states() {
    let store = store();
    let now = Clock::system().now();
    let lease = LeaseId::new();
    let holder = Holder { host: "here".into(), pid: 1, started: 1 };
    let lease = Lease { id: lease, holder, expires: now + Duration::from_secs(60) };
    store.put_acknowledged(Write::TakeLease(Box::new(lease.clone()))).await.unwrap();
    let mut run = Run::new(Arc::new(Definition::new(RunKind::Flow, "tides")), "calm-otter", now);
    run.lease = Some(lease.id);
    run.states = vec![State::pending(now), State::running(now)];
    run.start_time = Some(now);
    store.put_acknowledged(Write::Begin(Box::new(run.clone()))).await.unwrap();

    let server = Caller::of(Arc::clone(&store), Config::new());
    let path = format!("/api/flow_runs/{}", run.id);
    let set_state = format!("{path}/set_state");
    let refused =
        server.post(&set_state, &json!({"state": {"type": "COMPLETED"}, "force": true})).await;
    assert_eq!(refused.is(200).json()["status"], "REJECT");
    let asked =
        server.post(&set_state, &json!({"state": {"type": "CANCELLING"}})).await.is(200).json();
    assert_eq!(asked["status"], "WAIT");
    let requests =
        store.requests(RequestQuery { run_id: Some(run.id), lease: None }).await.unwrap();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].kind, RequestKind::Cancel);
    server.send(axum::http::Method::PATCH, &path, Some(&json!({"name": "other"}))).await.is(409);
    server.send(axum::http::Method::DELETE, &path, None).await.is(409);
    assert_eq!(store.run(run.id).await.unwrap().unwrap().states, run.states);

    // Once the owner is gone, whoever proposes moves it.
    store.put_acknowledged(Write::ReleaseLease(lease.id)).await.unwrap();
    let moved =
        server.post(&set_state, &json!({"state": {"type": "CANCELLED"}, "force": true})).await;
    assert_eq!(moved.is(201).json()["state"]["type"], "CANCELLED");
}
