//! Requests: put by anyone, found by the owner of the run, open until they are ended.

use std::sync::Arc;

use super::Subject;
use super::samples::{advance, at, entered, flow_run, lease, task_run};
use crate::{
    Expired, LeaseId, Request, RequestId, RequestKind, RequestQuery, Run, RunId, State, Store,
    Write,
};

fn cancel(run: RunId) -> Request {
    Request::new(run, RequestKind::Cancel, at(3))
}

async fn put(store: &Arc<dyn Store>, request: &Request) {
    let write = Write::Request(Box::new(request.clone()));
    store.put_acknowledged(write).await.expect("the request is stored");
}

async fn open(store: &Arc<dyn Store>, query: RequestQuery) -> Vec<Request> {
    store.requests(query).await.expect("the store answers")
}

async fn of_run(store: &Arc<dyn Store>, run: RunId) -> Vec<Request> {
    open(store, RequestQuery { run_id: Some(run), ..RequestQuery::default() }).await
}

async fn under(store: &Arc<dyn Store>, lease: LeaseId) -> Vec<Request> {
    open(store, RequestQuery { lease: Some(lease), ..RequestQuery::default() }).await
}

/// Whatever is asked, and after the store was opened again too.
pub async fn a_request_comes_back_as_it_was_put(subject: &Subject) {
    let mut store = subject.open().await;
    let kinds = [
        RequestKind::Cancel,
        RequestKind::Suspend,
        RequestKind::Resume { pause_key: "approval \"🦝\"".to_owned() },
    ];
    for kind in kinds {
        let request = Request::new(RunId::new(), kind, at(3));
        put(&store, &request).await;
        if subject.lasts {
            store.close().await.expect("the store closes");
            store = subject.open().await;
        }
        assert_eq!(of_run(&store, request.run_id).await, [request]);
    }
}

/// Those about one run, and all of them.
pub async fn requests_come_back_in_the_order_they_were_put(subject: &Subject) {
    let store = subject.open().await;
    assert_eq!(open(&store, RequestQuery::default()).await, []);
    let (one, other) = (RunId::new(), RunId::new());
    let suspend = Request::new(one, RequestKind::Suspend, at(9));
    let requests = [suspend, cancel(other), cancel(one)];
    for request in &requests {
        drop(store.put(Write::Request(Box::new(request.clone()))));
    }
    assert_eq!(open(&store, RequestQuery::default()).await, requests);
    let [suspend, of_other, cancel] = requests;
    assert_eq!(of_run(&store, one).await, [suspend, cancel]);
    assert_eq!(of_run(&store, other).await, [of_other]);
}

/// That which the run was last written under.
pub async fn requests_are_found_by_the_lease_of_their_run(subject: &Subject) {
    let store = subject.open().await;
    let (ours, theirs) = (lease(10), lease(10));
    let begun = |lease: Option<LeaseId>| {
        let run = entered(flow_run("pipeline", 0), State::running(at(1)));
        Run { lease, ..run }
    };
    let runs = [begun(Some(ours.id)), begun(Some(theirs.id)), begun(None)];
    drop(store.put(Write::TakeLease(Box::new(ours.clone()))));
    drop(store.put(Write::TakeLease(Box::new(theirs.clone()))));
    let mut requests = Vec::new();
    for run in &runs {
        drop(store.put(Write::Begin(Box::new(run.clone()))));
        requests.push(cancel(run.id));
    }
    // A run may not be on record yet.
    requests.push(cancel(RunId::new()));
    for request in &requests {
        put(&store, request).await;
    }
    assert_eq!(under(&store, ours.id).await, requests[..1]);
    assert_eq!(under(&store, theirs.id).await, requests[1..2]);
    assert_eq!(under(&store, LeaseId::new()).await, []);
    let of_their_run = RequestQuery { run_id: Some(runs[1].id), lease: Some(ours.id) };
    assert_eq!(open(&store, of_their_run).await, []);

    assert!(store.end_lease(theirs.id, theirs.expires).await.expect("the store answers"));
    let mut taken_over = advance(&runs[1], State::crashed(at(2)));
    taken_over.lease = Some(ours.id);
    store.put_acknowledged(Write::Advance(Box::new(taken_over))).await.expect("it moves on");
    assert_eq!(under(&store, ours.id).await, requests[..2]);
    assert_eq!(under(&store, theirs.id).await, []);
}

/// The others stay. Ending one twice is fine.
pub async fn a_request_that_has_ended_is_not_open(subject: &Subject) {
    let store = subject.open().await;
    let run = RunId::new();
    let (first, second) = (cancel(run), cancel(run));
    put(&store, &first).await;
    put(&store, &second).await;
    for id in [first.id, first.id, RequestId::new()] {
        store.put_acknowledged(Write::EndRequest(id)).await.expect("it is ended");
    }
    assert_eq!(of_run(&store, run).await, [second]);
}

/// A request is under no lease, and the run goes on as its owner says.
pub async fn anyone_may_ask_whoever_owns_the_run(subject: &Subject) {
    let store = subject.open().await;
    let taken = lease(10);
    drop(store.put(Write::TakeLease(Box::new(taken.clone()))));
    let run = entered(task_run("fetch", 0), State::running(at(1)));
    let run = Run { lease: Some(taken.id), ..run };
    drop(store.put(Write::Begin(Box::new(run.clone()))));
    let request = cancel(run.id);
    put(&store, &request).await;
    let next = advance(&run, State::completed(at(2)));
    store.put_acknowledged(Write::Advance(Box::new(next))).await.expect("it moves on");
    drop(store.put(Write::ReleaseLease(taken.id)));
    assert_eq!(of_run(&store, run.id).await, [request]);
}

/// Those of what was called inside them too.
pub async fn requests_are_deleted_with_their_runs(subject: &Subject) {
    let store = subject.open().await;
    let ended = |run| entered(entered(run, State::running(at(1))), State::completed(at(2)));
    let flow = ended(flow_run("pipeline", 0));
    let mut task = ended(task_run("fetch", 1));
    task.flow_run_id = Some(flow.id);
    task.root_flow_run_id = Some(flow.id);
    let kept = cancel(RunId::new());
    for run in [&flow, &task] {
        drop(store.put(Write::Begin(Box::new(run.clone()))));
        put(&store, &cancel(run.id)).await;
    }
    put(&store, &kept).await;
    let everything = Expired { ended_before: Some(at(1_000)), ..Expired::default() };
    while store.delete_runs(everything, 1).await.expect("the store deletes").more {}
    assert_eq!(open(&store, RequestQuery::default()).await, [kept]);
}
