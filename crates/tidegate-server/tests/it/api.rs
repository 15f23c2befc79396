//! Prefect's HTTP semantics: what its clients have learnt to expect.

use axum::http::Method;
use serde_json::{Value, json};
use tidegate_server::Config;
use uuid::Uuid;

use crate::asking::{Caller, store};

fn server() -> Caller {
    Caller::of(store(), Config::new())
}

/// The id of a flow of this name.
async fn flow(server: &Caller, name: &str) -> Value {
    server.post("/api/flows/", &json!({"name": name})).await.json()["id"].clone()
}

/// A flow run of this flow, with these fields beside.
async fn flow_run(server: &Caller, flow: &Value, fields: Value) -> Value {
    let mut body = json!({"flow_id": flow});
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    server.post("/api/flow_runs/", &body).await.is(201).json()
}

/// Proposes a state of this type, and gives what came of it.
async fn propose(server: &Caller, run: &Value, state: &str) -> Value {
    let path = format!("/api/flow_runs/{}/set_state", run["id"].as_str().unwrap());
    server.post(&path, &json!({"state": {"type": state}})).await.json()
}

/// API-01
#[tokio::test]
async fn a_flow_is_made_once_and_keeps_its_first_tags() {
    let server = server();
    let first = server.post("/api/flows/", &json!({"name": "tides", "tags": ["a"]})).await.is(201);
    let again = server.post("/api/flows/", &json!({"name": "tides", "tags": ["b"]})).await.is(200);
    assert_eq!(first.json()["id"], again.json()["id"]);
    assert_eq!(again.json()["tags"], json!(["a"]));
    server.post("/api/flows/", &json!({"name": "a/b"})).await.is(422);
    server.post("/api/flows/", &json!({"name": "x", "colour": "red"})).await.is(422);
    let path = format!("/api/flows/{}", first.json()["id"].as_str().unwrap());
    assert_eq!(server.get(&path).await.is(200).json()["name"], "tides");
    assert_eq!(server.get("/api/flows/name/tides").await.is(200).json()["name"], "tides");
    server.get("/api/flows/name/ebb").await.is(404);
    let listed = server.post("/api/flows/filter", &json!({})).await.is(200).json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
}

/// API-02, API-03, API-04, API-18
#[tokio::test]
async fn a_flow_run_is_made_once_for_a_key_and_is_pending_unless_it_says_otherwise() {
    let server = server();
    let flow = flow(&server, "tides").await;
    let body = json!({"flow_id": flow, "idempotency_key": "monday", "parameters": {"n": 3}});
    let first = server.post("/api/flow_runs/", &body).await.is(201).json();
    let again = server.post("/api/flow_runs/", &body).await.is(200).json();
    assert_eq!(first["id"], again["id"]);
    assert_eq!(first["state"]["type"], "PENDING");
    assert_eq!(first["parameters"], json!({"n": 3}));
    assert_eq!(first["flow_id"], flow);
    assert!(first["name"].as_str().unwrap().contains('-'), "{first}");
    assert_eq!((&first["run_count"], &first["auto_scheduled"]), (&json!(0), &json!(false)));
    assert_eq!(first["estimated_run_time"], json!(0.0));
    assert!(first["expected_start_time"].is_string(), "{first}");
    let unknown = json!({"flow_id": Uuid::nil()});
    server.post("/api/flow_runs/", &unknown).await.is(409);
}

/// API-05
#[tokio::test]
async fn a_task_run_is_made_once_for_its_keys() {
    let server = server();
    let flow = flow(&server, "tides").await;
    let run = flow_run(&server, &flow, json!({})).await;
    for flow_run_id in [run["id"].clone(), Value::Null] {
        let body =
            json!({"flow_run_id": flow_run_id, "task_key": "add-0a1b2c3d", "dynamic_key": "0"});
        let first = server.post("/api/task_runs/", &body).await.is(201).json();
        let again = server.post("/api/task_runs/", &body).await.is(200).json();
        assert_eq!(first["id"], again["id"]);
        assert_eq!(first["task_key"], "add-0a1b2c3d");
    }
}

/// API-06, API-07, API-11
#[tokio::test]
async fn lists_are_limited_and_come_in_pages() {
    let server = server();
    let flow = flow(&server, "tides").await;
    for name in ["one", "two", "three"] {
        flow_run(&server, &flow, json!({"name": name})).await;
    }
    let filter = async |body: Value| server.post("/api/flow_runs/filter", &body).await;
    assert_eq!(filter(json!({"limit": 0})).await.is(200).json(), json!([]));
    assert_eq!(
        filter(json!({"limit": 200, "sort": null})).await.is(200).json().as_array().unwrap().len(),
        3
    );
    filter(json!({"limit": 201})).await.is(422);
    filter(json!({"limit": -1})).await.is(422);
    filter(json!({"sort": "COLOUR_ASC"})).await.is(422);
    let unknown = filter(json!({"flow_runs": {"colour": {"any_": ["red"]}}})).await.is(422).json();
    assert_eq!(unknown["exception_message"], "Invalid request received.");
    assert_eq!(unknown["request_body"]["flow_runs"]["colour"]["any_"], json!(["red"]));

    let page = async |body: Value| server.post("/api/flow_runs/paginate", &body).await;
    let first = page(json!({"limit": 2, "sort": "NAME_ASC"})).await.is(200).json();
    assert_eq!(first["results"].as_array().unwrap().len(), 2);
    assert_eq!(first["results"][0]["name"], "one");
    assert_eq!((&first["count"], &first["limit"]), (&json!(3), &json!(2)));
    assert_eq!((&first["pages"], &first["page"]), (&json!(2), &json!(1)));
    assert_eq!(page(json!({"limit": 2, "page": 9})).await.is(200).json()["results"], json!([]));
    page(json!({"page": 0})).await.is(422);
}

/// API-09, API-10
#[tokio::test]
async fn runs_are_found_by_parts_of_names_and_by_states() {
    let server = server();
    let (tides, ebb) = (flow(&server, "tides").await, flow(&server, "ebb").await);
    let noisy =
        flow_run(&server, &tides, json!({"name": "Noisy-Raccoon", "tags": ["b", "a"]})).await;
    flow_run(&server, &ebb, json!({"name": "calm-otter"})).await;
    propose(&server, &noisy, "RUNNING").await;
    let names = async |filters: Value| -> Vec<String> {
        let found = server.post("/api/flow_runs/filter", &filters).await.is(200).json();
        let count = server.post("/api/flow_runs/count", &filters).await.is(200).json();
        assert_eq!(count, found.as_array().unwrap().len());
        let names = found.as_array().unwrap().iter();
        names.map(|run| run["name"].as_str().unwrap().to_owned()).collect()
    };
    let of_runs = |filter: Value| json!({"flow_runs": filter});
    assert_eq!(names(of_runs(json!({"name": {"like_": "RACC"}}))).await, ["Noisy-Raccoon"]);
    assert_eq!(
        names(of_runs(json!({"state": {"type": {"any_": ["RUNNING"]}}}))).await,
        ["Noisy-Raccoon"]
    );
    assert_eq!(
        names(of_runs(json!({"state": {"type": {"not_any_": ["RUNNING"]}}}))).await,
        ["calm-otter"]
    );
    assert_eq!(
        names(of_runs(json!({"state": {"name": {"any_": ["Pending"]}}}))).await,
        ["calm-otter"]
    );
    assert_eq!(names(of_runs(json!({"tags": {"all_": ["a", "b"]}}))).await, ["Noisy-Raccoon"]);
    assert_eq!(names(of_runs(json!({"tags": {"is_null_": true}}))).await, ["calm-otter"]);
    assert_eq!(names(of_runs(json!({"id": {"any_": [noisy["id"]]}}))).await, ["Noisy-Raccoon"]);
    assert_eq!(names(of_runs(json!({"id": {"not_any_": [noisy["id"]]}}))).await, ["calm-otter"]);
    let either = json!({"operator": "or_", "name": {"like_": "otter"}, "tags": {"all_": ["a"]}});
    assert_eq!(names(of_runs(either)).await.len(), 2);
    assert_eq!(names(json!({"flows": {"name": {"any_": ["ebb"]}}})).await, ["calm-otter"]);
    assert_eq!(names(json!({"flows": {"id": {"any_": [tides]}}})).await, ["Noisy-Raccoon"]);

    let task =
        json!({"flow_run_id": noisy["id"], "task_key": "add", "dynamic_key": "0", "name": "add-0"});
    server.post("/api/task_runs/", &task).await.is(201);
    let with_task = json!({"task_runs": {"name": {"like_": "add"}}});
    assert_eq!(names(with_task).await, ["Noisy-Raccoon"]);
    let of_flow = json!({"flows": {"name": {"like_": "tid"}}});
    assert_eq!(server.post("/api/task_runs/count", &of_flow).await.json(), 1);
}

/// API-13
#[tokio::test]
async fn a_client_that_speaks_too_old_a_version_is_turned_away() {
    for (version, status) in
        [("0.8.4", 200), ("99.0.0", 200), ("0.0.1", 400), ("abc", 400), ("1", 400)]
    {
        let caller = server().with("x-prefect-api-version", version);
        caller.get("/api/admin/version").await.is(status);
    }
}

/// API-14, API-15
#[tokio::test]
async fn log_lines_are_taken_in_batches_and_found_by_level() {
    let server = server();
    let run = Uuid::now_v7();
    let line = |level: i64, second: u32, message: &str| {
        json!({
            "name": "prefect.flow_runs", "level": level, "message": message, "flow_run_id": run,
            "timestamp": format!("2026-01-01T00:00:{second:02}Z"),
        })
    };
    let lines = json!([line(10, 1, "fine"), line(20, 2, "in"), line(40, 3, "out")]);
    server.post("/api/logs/", &lines).await.is(201);
    server.post("/api/logs/", &json!([])).await.is(201);
    let mut wrong = line(10, 1, "x");
    wrong["level"] = json!("INFO");
    server.post("/api/logs/", &json!([wrong])).await.is(422);
    let asked = json!({
        "logs": {"flow_run_id": {"any_": [run]}, "level": {"ge_": 20}}, "sort": "TIMESTAMP_DESC",
    });
    let found = server.post("/api/logs/filter", &asked).await.is(200).json();
    let messages: Vec<&str> =
        found.as_array().unwrap().iter().map(|line| line["message"].as_str().unwrap()).collect();
    assert_eq!(messages, ["out", "in"]);
    let text = json!({"logs": {"text": {"query": "ou -in"}}});
    assert_eq!(server.post("/api/logs/filter", &text).await.json()[0]["message"], "out");
}

/// API-16, API-17
#[tokio::test]
async fn a_flow_run_is_changed_and_deleted_with_what_it_called() {
    let server = server();
    let flow = flow(&server, "tides").await;
    let run = flow_run(&server, &flow, json!({})).await;
    let path = format!("/api/flow_runs/{}", run["id"].as_str().unwrap());
    let task = json!({"flow_run_id": run["id"], "task_key": "add", "dynamic_key": "0", "state": {"type": "COMPLETED"}});
    let task = server.post("/api/task_runs/", &task).await.is(201).json();
    let change = json!({"name": "renamed", "tags": ["x"], "infrastructure_pid": "host:1"});
    let changed = server.send(Method::PATCH, &path, Some(&change)).await.is(204);
    assert_eq!(changed.text, "");
    let now = server.get(&path).await.is(200).json();
    assert_eq!((&now["name"], &now["tags"]), (&json!("renamed"), &json!(["x"])));
    assert_eq!(now["infrastructure_pid"], "host:1");
    server.send(Method::PATCH, &path, Some(&json!({"colour": "red"}))).await.is(422);
    server.send(Method::DELETE, &path, None).await.is(204);
    server.send(Method::DELETE, &path, None).await.is(404);
    server.get(&format!("/api/task_runs/{}", task["id"].as_str().unwrap())).await.is(404);
}

#[tokio::test]
async fn states_are_moved_by_the_rules_and_answered_as_prefect_does() {
    let server = server();
    let flow = flow(&server, "tides").await;
    let policy = json!({"empirical_policy": {"retries": 1, "retry_delay": 10}});
    let run = flow_run(&server, &flow, policy).await;
    let path = format!("/api/flow_runs/{}/set_state", run["id"].as_str().unwrap());
    let running = server.post(&path, &json!({"state": {"type": "RUNNING"}})).await.is(201).json();
    assert_eq!(
        (&running["status"], &running["state"]["name"]),
        (&json!("ACCEPT"), &json!("Running"))
    );
    let failed = propose(&server, &run, "FAILED").await;
    assert_eq!(
        (&failed["status"], &failed["state"]["name"]),
        (&json!("REJECT"), &json!("AwaitingRetry"))
    );
    let early = server.post(&path, &json!({"state": {"type": "RUNNING"}})).await.is(200).json();
    assert_eq!(
        (&early["status"], &early["details"]["delay_seconds"]),
        (&json!("WAIT"), &json!(10))
    );
    let data = json!({"type": "reference", "storage_key": "abc"});
    let state = json!({"type": "COMPLETED", "data": data, "message": "done"});
    let forced = server.post(&path, &json!({"state": state, "force": true})).await.is(201).json();
    assert_eq!((&forced["state"]["data"], &forced["state"]["message"]), (&data, &json!("done")));
    let paused = propose(&server, &run, "PAUSED").await;
    assert_eq!(paused["status"], "ABORT");
    assert!(paused["details"]["reason"].is_string());

    let history = format!("/api/flow_run_states/?flow_run_id={}", run["id"].as_str().unwrap());
    let history = server.get(&history).await.is(200).json();
    let names: Vec<&str> =
        history.as_array().unwrap().iter().map(|state| state["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Pending", "Running", "AwaitingRetry", "Completed"]);
    for state in history.as_array().unwrap() {
        let path = format!("/api/flow_run_states/{}", state["id"].as_str().unwrap());
        assert_eq!(server.get(&path).await.is(200).json(), *state);
    }
}

#[tokio::test]
async fn slots_are_held_under_a_lease_that_is_renewed_and_given_back() {
    let server = server();
    server
        .post("/api/v2/concurrency_limits/", &json!({"name": "tag:http", "limit": 1}))
        .await
        .is(201);
    server
        .post("/api/v2/concurrency_limits/", &json!({"name": "tag:http", "limit": 2}))
        .await
        .is(409);
    let take = json!({"slots": 1, "names": ["tag:http", "tag:unknown"]});
    let increment = "/api/v2/concurrency_limits/increment-with-lease";
    let taken = server.post(increment, &take).await.is(200).json();
    assert_eq!(taken["limits"].as_array().unwrap().len(), 1);
    let full = server.post(increment, &take).await.is(423);
    assert!(full.headers.contains_key("retry-after"));
    let renew =
        format!("/api/v2/concurrency_limits/leases/{}/renew", taken["lease_id"].as_str().unwrap());
    server.post(&renew, &json!({})).await.is(204);
    let shown = server.get("/api/v2/concurrency_limits/tag:http").await.is(200).json();
    assert_eq!((&shown["limit"], &shown["active_slots"]), (&json!(1), &json!(1)));
    let lease = json!({"lease_id": taken["lease_id"]});
    server.post("/api/v2/concurrency_limits/decrement-with-lease", &lease).await.is(204);
    server.post(&renew, &json!({})).await.is(410);
    server.post(increment, &take).await.is(200);
}

#[tokio::test]
async fn variables_and_artifacts_are_kept() {
    let server = server();
    let variable = json!({"name": "lat", "value": 38.9, "tags": ["geo"]});
    server.post("/api/variables/", &variable).await.is(201);
    server.post("/api/variables/", &variable).await.is(409);
    assert_eq!(server.get("/api/variables/name/lat").await.is(200).json()["value"], 38.9);
    let change = json!({"value": [1, 2]});
    server.send(Method::PATCH, "/api/variables/name/lat", Some(&change)).await.is(204);
    let found = server
        .post("/api/variables/filter", &json!({"variables": {"name": {"like_": "LA"}}}))
        .await;
    assert_eq!(found.is(200).json()[0]["value"], json!([1, 2]));
    server.send(Method::DELETE, "/api/variables/name/lat", None).await.is(204);
    server.get("/api/variables/name/lat").await.is(404);

    for data in ["# one", "# two"] {
        let artifact = json!({"key": "report", "type": "markdown", "data": data});
        server.post("/api/artifacts/", &artifact).await.is(201);
    }
    assert_eq!(server.get("/api/artifacts/report/latest").await.is(200).json()["data"], "# two");
    let found = server
        .post("/api/artifacts/filter", &json!({"artifacts": {"key": {"any_": ["report"]}}}))
        .await;
    assert_eq!(found.is(200).json().as_array().unwrap().len(), 2);
    assert_eq!(server.post("/api/artifacts/latest/count", &json!({})).await.json(), 1);
    server.post("/api/artifacts/", &json!({"key": "Not A Key"})).await.is(422);
}

/// API-12
#[tokio::test]
async fn history_counts_runs_by_state_in_steps_of_time() {
    let server = server();
    let flow = flow(&server, "tides").await;
    for time in ["2026-01-01T00:00:01Z", "2026-01-01T00:00:02Z", "2026-01-01T01:30:00Z"] {
        let state = json!({"type": "SCHEDULED", "state_details": {"scheduled_time": time}});
        flow_run(&server, &flow, json!({"state": state})).await;
    }
    let history = async |start: &str, end: &str, seconds: f64| {
        let body = json!({"history_start": start, "history_end": end, "history_interval_seconds": seconds});
        server.post("/api/flow_runs/history", &body).await
    };
    let (start, end) = ("2026-01-01T00:00:00Z", "2026-01-01T03:00:00Z");
    let hours = history(start, end, 3600.0).await.is(200).json();
    let counts: Vec<Value> = hours
        .as_array()
        .unwrap()
        .iter()
        .map(|hour| hour["states"][0]["count_runs"].clone())
        .collect();
    assert_eq!(counts, [json!(2), json!(1), Value::Null]);
    history(start, end, 0.5).await.is(422);
    // A step ends within the times that others can read, however long it is asked to be.
    let all = history(start, end, 1e12).await.is(200).json();
    assert_eq!(all[0]["interval_end"], "9999-12-31T23:59:59.999999Z");
    assert_eq!(history(end, start, 3600.0).await.is(200).json(), json!([]));
    assert_eq!(history(start, end, 1.0).await.is(200).json().as_array().unwrap().len(), 500);
}

#[tokio::test]
async fn the_graph_tells_what_came_after_what() {
    let server = server();
    let flow = flow(&server, "tides").await;
    let run = flow_run(&server, &flow, json!({})).await;
    let task = async |key: &str, inputs: Value| -> Value {
        let body = json!({
            "flow_run_id": run["id"], "task_key": key, "dynamic_key": "0", "name": key,
            "state": {"type": "COMPLETED"}, "task_inputs": inputs,
        });
        server.post("/api/task_runs/", &body).await.is(201).json()["id"].clone()
    };
    let first = task("first", json!({})).await;
    let second = task("second", json!({"x": [{"input_type": "task_run", "id": first}]})).await;
    let path = format!("/api/flow_runs/{}/graph-v2", run["id"].as_str().unwrap());
    let graph = server.get(&path).await.is(200).json();
    assert_eq!(graph["root_node_ids"], json!([first]));
    let nodes = graph["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 2);
    assert_eq!((&nodes[1][0], &nodes[1][1]["label"]), (&second, &json!("second")));
    assert_eq!(nodes[1][1]["parents"], json!([{"id": first}]));
    assert_eq!(nodes[0][1]["children"], json!([{"id": second}]));

    // What was made is told with who made it, and only of progress how far it is.
    let made = async |key: &str, kind: &str, task: &Value| {
        let body = json!({
            "key": key, "type": kind, "data": 62.5, "flow_run_id": run["id"], "task_run_id": task,
        });
        server.post("/api/artifacts/", &body).await.is(201).json()["id"].clone()
    };
    let old = made("loaded", "progress", &second).await;
    let new = made("loaded", "progress", &second).await;
    let whole = made("report", "markdown", &Value::Null).await;
    let graph = server.get(&path).await.is(200).json();
    let told = |artifacts: &Value| -> Vec<Value> {
        let told = artifacts.as_array().unwrap().iter();
        told.map(|each| json!([each["id"], each["type"], each["is_latest"], each["data"]]))
            .collect()
    };
    assert_eq!(told(&graph["artifacts"]), [json!([whole, "markdown", true, null])]);
    assert_eq!(told(&graph["nodes"][0][1]["artifacts"]), Vec::<Value>::new());
    assert_eq!(
        told(&graph["nodes"][1][1]["artifacts"]),
        [json!([old, "progress", false, 62.5]), json!([new, "progress", true, 62.5])]
    );

    // What ended before is left out; its ways to what is told are not.
    let later = server.get(&format!("{path}?since=2999-01-01T00:00:00Z")).await.is(200).json();
    assert_eq!((&later["nodes"], &later["root_node_ids"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn a_paused_run_is_handed_inputs_and_goes_on() {
    let server = server();
    let flow = flow(&server, "tides").await;
    let run = flow_run(&server, &flow, json!({})).await;
    propose(&server, &run, "RUNNING").await;
    assert_eq!(propose(&server, &run, "PAUSED").await["status"], "ACCEPT");
    let path = format!("/api/flow_runs/{}", run["id"].as_str().unwrap());
    let input = json!({"key": "paused-1-response", "value": "{\"ok\":true}"});
    server.post(&format!("{path}/input"), &input).await.is(201);
    server.post(&format!("{path}/input"), &input).await.is(409);
    let read = server.get(&format!("{path}/input/paused-1-response")).await.is(200);
    assert_eq!(read.json(), json!({"ok": true}));
    let found = server.post(&format!("{path}/input/filter"), &json!({"prefix": "paused"})).await;
    assert_eq!(found.is(200).json()[0]["value"], "{\"ok\":true}");
    let resumed = server.post(&format!("{path}/resume"), &json!({})).await.is(201).json();
    assert_eq!(resumed["state"]["type"], "RUNNING");
    assert_eq!(server.get(&path).await.json()["run_count"], 1);
}

#[tokio::test]
async fn whatever_is_wrong_with_a_request_is_told_as_json() {
    let server = Caller::of(store(), Config::new());
    let id = Uuid::nil();
    let wrong = [
        (format!("/api/flow_runs/{id}/graph-v2?since="), "query", "since"),
        ("/api/flow_run_states/?flow_run_id=7".to_owned(), "query", "flow_run_id"),
    ];
    for (path, place, part) in wrong {
        let answer = server.get(&path).await.is(422).json();
        let problem = &answer["exception_detail"][0];
        assert_eq!(problem["loc"][0], place, "{answer}");
        assert!(problem["msg"].as_str().unwrap().contains(part), "{answer}");
    }
    let answer = server.post("/api/events/count-by/0", &json!({})).await.is(422).json();
    assert_eq!(answer["exception_detail"][0]["loc"][0], "path", "{answer}");
    for path in ["/api/events/in", "/api/events/out", "/api/logs/out"] {
        let answer = server.get(path).await.is(400).json();
        assert!(answer["detail"].as_str().unwrap().contains("ws://"), "{answer}");
    }
}
