//! What Prefect's clients, command and pages ask beside runs and blocks, in its shapes.

use axum::http::Method;
use serde_json::{Value, json};
use tidegate_server::Config;
use uuid::Uuid;

use crate::asking::{Caller, store};

fn server() -> Caller {
    Caller::of(store(), Config::new())
}

async fn flow_run(server: &Caller, flow: &str, name: &str) -> Value {
    let flow = server.post("/api/flows/", &json!({"name": flow})).await.json()["id"].clone();
    let body = json!({"flow_id": flow, "name": name});
    server.post("/api/flow_runs/", &body).await.is(201).json()
}

fn id(record: &Value) -> &str {
    record["id"].as_str().unwrap()
}

#[tokio::test]
async fn many_flow_runs_are_moved_and_deleted_at_once() {
    let server = server();
    let (one, two) = (flow_run(&server, "a", "one").await, flow_run(&server, "a", "two").await);
    let named = |name: &str| json!({"name": {"any_": [name]}});
    let body = json!({"flow_runs": named("one"), "state": {"type": "RUNNING"}});
    let moved = server.post("/api/flow_runs/bulk_set_state", &body).await.is(200).json();
    let results = moved["results"].as_array().unwrap();
    assert_eq!(results.len(), 1);
    assert_eq!(
        (&results[0]["flow_run_id"], &results[0]["status"], &results[0]["state"]["type"]),
        (&one["id"], &json!("ACCEPT"), &json!("RUNNING"))
    );
    let all = json!({"state": {"type": "PAUSED"}});
    let results = server.post("/api/flow_runs/bulk_set_state", &all).await.is(200).json();
    assert_eq!(results["results"].as_array().unwrap().len(), 2);
    server.post("/api/flow_runs/bulk_set_state", &json!({})).await.is(422);
    server.post("/api/flow_runs/bulk_delete", &json!({"limit": 0})).await.is(422);
    server.post("/api/flow_runs/bulk_delete", &json!({"limit": 51})).await.is(422);
    let asked = json!({"flow_runs": named("two")});
    let deleted = server.post("/api/flow_runs/bulk_delete", &asked).await.is(200).json();
    assert_eq!(deleted, json!({"deleted": [two["id"]]}));
    assert_eq!(server.post("/api/flow_runs/count", &json!({})).await.json(), 1);
}

/// Prefect's clients say of every failure of a flow that it is not to be retried, and leave that to the server.
#[tokio::test]
async fn whether_a_flow_run_is_retried_its_policy_says() {
    let server = server();
    let flow = server.post("/api/flows/", &json!({"name": "a"})).await.json()["id"].clone();
    let body = json!({"flow_id": flow, "empirical_policy": {"retries": 1, "retry_delay": 0}});
    let run = server.post("/api/flow_runs/", &body).await.is(201).json();
    let path = format!("/api/flow_runs/{}/set_state", id(&run));
    server.post(&path, &json!({"state": {"type": "RUNNING"}})).await.is(201);
    let failed = json!({"state": {"type": "FAILED", "state_details": {"retriable": false}}});
    let answer = server.post(&path, &failed).await.json();
    assert_eq!(
        (&answer["status"], &answer["state"]["name"]),
        (&json!("REJECT"), &json!("AwaitingRetry"))
    );
}

#[tokio::test]
async fn a_flow_is_given_other_tags_and_stays_on_record() {
    let server = server();
    let flow = server.post("/api/flows/", &json!({"name": "a", "tags": ["x"]})).await.json();
    let path = format!("/api/flows/{}", id(&flow));
    server.send(Method::PATCH, &path, Some(&json!({"tags": ["y", "z"]}))).await.is(204);
    assert_eq!(server.get(&path).await.is(200).json()["tags"], json!(["y", "z"]));
    let tagged = json!({"flows": {"tags": {"all_": ["y"]}}});
    let found = server.post("/api/flows/filter", &tagged).await.is(200).json();
    assert_eq!(found[0]["id"], flow["id"]);
    server.send(Method::PATCH, &path, Some(&json!({"name": "b"}))).await.is(422);
    let refused = server.send(Method::DELETE, &path, None).await.is(409).json();
    assert!(refused["detail"].as_str().unwrap().contains("bulk_delete"), "{refused}");
    server.post("/api/flows/bulk_delete", &json!({})).await.is(409);
    let nothing = format!("/api/flows/{}", Uuid::nil());
    server.send(Method::PATCH, &nothing, Some(&json!({"tags": []}))).await.is(404);
    server.send(Method::DELETE, &nothing, None).await.is(404);
}

#[tokio::test]
async fn an_input_is_deleted_and_labels_are_taken() {
    let server = server();
    let run = flow_run(&server, "a", "one").await;
    let inputs = format!("/api/flow_runs/{}/input", id(&run));
    server.post(&inputs, &json!({"key": "answer", "value": "{\"n\": 1}"})).await.is(201);
    let path = format!("{inputs}/answer");
    assert_eq!(server.get(&path).await.is(200).json(), json!({"n": 1}));
    server.send(Method::DELETE, &path, None).await.is(204);
    server.send(Method::DELETE, &path, None).await.is(404);
    server.get(&path).await.is(404);
    let labels = format!("/api/flow_runs/{}/labels", id(&run));
    server.send(Method::PATCH, &labels, Some(&json!({"team": "tides"}))).await.is(204);
    let nothing = format!("/api/flow_runs/{}/labels", Uuid::nil());
    server.send(Method::PATCH, &nothing, Some(&json!({}))).await.is(404);
}

#[tokio::test]
async fn a_limit_on_a_tag_is_found_by_its_id_and_its_slots_are_those_of_task_runs() {
    let server = server();
    let limit = json!({"tag": "http", "concurrency_limit": 1});
    let limit = server.post("/api/concurrency_limits/", &limit).await.is(201).json();
    let path = format!("/api/concurrency_limits/{}", id(&limit));
    assert_eq!(server.get(&path).await.is(200).json(), limit);
    let (one, two) = (Uuid::now_v7(), Uuid::now_v7());
    let of = |run: Uuid| json!({"names": ["http", "unlimited"], "task_run_id": run});
    let increment = async |run| server.post("/api/concurrency_limits/increment", &of(run)).await;
    let taken = increment(one).await.is(200).json();
    assert_eq!(taken[0]["name"], "tag:http");
    increment(one).await.is(200);
    let full = increment(two).await.is(423);
    assert!(full.headers.contains_key("retry-after"));
    assert_eq!(server.get(&path).await.json()["active_slots"], json!([one]));
    server.post("/api/concurrency_limits/decrement", &of(two)).await.is(200);
    increment(two).await.is(423);
    server.post("/api/concurrency_limits/decrement", &of(one)).await.is(200);
    increment(two).await.is(200);
    let reset = "/api/concurrency_limits/tag/http/reset";
    server.post(reset, &json!({"slot_override": [one]})).await.is(200);
    assert_eq!(server.get(&path).await.json()["active_slots"], json!([one]));
    server.post(reset, &json!({})).await.is(200);
    assert_eq!(server.get(&path).await.json()["active_slots"], json!([]));
    server.post("/api/concurrency_limits/tag/other/reset", &json!({})).await.is(404);
    server.send(Method::DELETE, &path, None).await.is(200);
    server.send(Method::DELETE, &path, None).await.is(404);
    server.get(&path).await.is(404);
}

#[tokio::test]
async fn slots_are_taken_without_a_lease_and_given_back() {
    let server = server();
    let limit = json!({"name": "db", "limit": 3});
    server.post("/api/v2/concurrency_limits/", &limit).await.is(201);
    let of = |slots: u32| json!({"names": ["db"], "slots": slots});
    let increment =
        async |slots| server.post("/api/v2/concurrency_limits/increment", &of(slots)).await;
    let decrement =
        async |slots| server.post("/api/v2/concurrency_limits/decrement", &of(slots)).await;
    let held = async || {
        let limit = server.get("/api/v2/concurrency_limits/db").await.is(200).json();
        limit["active_slots"].as_u64().unwrap()
    };
    assert_eq!(increment(3).await.is(200).json()[0]["limit"], 3);
    increment(1).await.is(423);
    increment(4).await.is(422);
    increment(0).await.is(422);
    // Part of what was taken together.
    decrement(2).await.is(200);
    assert_eq!(held().await, 1);
    increment(2).await.is(200);
    decrement(9).await.is(200);
    assert_eq!(held().await, 0);
    let none = json!({"names": [], "slots": 1});
    assert_eq!(server.post("/api/v2/concurrency_limits/decrement", &none).await.json(), json!([]));
}

#[tokio::test]
async fn prefects_own_pages_are_told_counts_and_points() {
    let server = server();
    let run = flow_run(&server, "a", "one").await;
    let task = json!({
        "flow_run_id": run["id"], "task_key": "add", "dynamic_key": "0", "name": "add-0", "state": {"type": "COMPLETED"},
    });
    let task = server.post("/api/task_runs/", &task).await.is(201).json();
    let points = server.post("/api/ui/flow_runs/history", &json!({"limit": 10})).await.is(200);
    let points = points.json();
    assert_eq!((&points[0]["id"], &points[0]["state_type"]), (&run["id"], &json!("PENDING")));
    server.post("/api/ui/flow_runs/history", &json!({"limit": 1001})).await.is(422);
    let ids = json!({"flow_run_ids": [run["id"]]});
    let counts = server.post("/api/ui/flow_runs/count-task-runs", &ids).await.is(200).json();
    assert_eq!(counts, json!({(id(&run)): 1}));
    let states = server.post("/api/ui/task_runs/count", &json!({})).await.is(200).json();
    assert_eq!((&states["COMPLETED"], &states["FAILED"]), (&json!(1), &json!(0)));
    let since = json!({"task_runs": {"start_time": {"after_": "2000-01-01T00:00:00Z"}}});
    let steps = server.post("/api/ui/task_runs/dashboard/counts", &since).await.is(200).json();
    assert_eq!(steps.as_array().unwrap().len(), 20);
    server.post("/api/ui/task_runs/dashboard/counts", &json!({})).await.is(422);
    let shown = server.get(&format!("/api/ui/task_runs/{}", id(&task))).await.is(200).json();
    assert_eq!((&shown["flow_run_name"], &shown["name"]), (&json!("one"), &json!("add-0")));
    server.get(&format!("/api/ui/task_runs/{}", id(&run))).await.is(404);
    let asked = json!({"schema": {"required": ["n"]}, "values": {}});
    let checked = server.post("/api/ui/schemas/validate", &asked).await.is(200).json();
    assert_eq!(
        (&checked["valid"], &checked["errors"][0]),
        (&json!(false), &json!("the field `n` is missing"))
    );
}

#[tokio::test]
async fn what_there_is_none_of_is_an_empty_list() {
    let server = server();
    for path in [
        "/api/deployments/filter",
        "/api/work_pools/filter",
        "/api/work_queues/filter",
        "/api/automations/filter",
        "/api/saved_searches/filter",
        "/api/task_workers/filter",
    ] {
        let asked = json!({"limit": 10, "offset": 0});
        assert_eq!(server.post(path, &asked).await.is(200).json(), json!([]), "{path}");
    }
    for path in ["/api/deployments/count", "/api/work_pools/count", "/api/automations/count"] {
        assert_eq!(server.post(path, &json!({})).await.is(200).json(), 0, "{path}");
    }
    let page = server.post("/api/deployments/paginate", &json!({"page": 2, "limit": 5})).await;
    assert_eq!(
        page.is(200).json(),
        json!({"results": [], "count": 0, "limit": 5, "pages": 0, "page": 2})
    );
    let flow = Uuid::now_v7();
    let asked = json!({"flow_ids": [flow]});
    let counts = server.post("/api/ui/flows/count-deployments", &asked).await.is(200).json();
    assert_eq!(counts, json!({(flow.to_string()): 0}));
    let next = server.post("/api/ui/flows/next-runs", &asked).await.is(200).json();
    assert_eq!(next, json!({(flow.to_string()): null}));
    server.get(&format!("/api/deployments/{flow}")).await.is(404);
}

#[tokio::test]
async fn where_clients_keep_results_is_not_said_by_the_server() {
    let server = server();
    let none = json!({"default_result_storage_block_id": null});
    assert_eq!(server.get("/api/admin/storage").await.is(200).json(), none);
    let some = json!({"default_result_storage_block_id": Uuid::nil()});
    server.send(Method::PUT, "/api/admin/storage", Some(&some)).await.is(501);
    server.send(Method::DELETE, "/api/admin/storage", None).await.is(204);
    let settings = server.get("/api/admin/settings").await.is(200).json();
    assert_eq!(settings["server"]["api"]["port"], 4200);
}
