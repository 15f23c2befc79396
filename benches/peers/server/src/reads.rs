//! The pages that people look at, over the same records on each server, which are made there through the API.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Client, Request};
use crate::load::median_time;
use crate::peer::Peer;

/// How many flow runs there are beside the large ones.
const FLOW_RUNS: usize = 500;

/// How many log lines the smaller of the large flow runs has.
const LOG_LINES: usize = 1_000;

/// In each large flow run a task run is given the result of the one so many before it.
const ABREAST: usize = 50;

/// What was made on a server.
pub(crate) struct Seeded {
    /// A flow run of 1,000 task runs, and one of 10,000.
    large: [String; 2],
    /// How many seconds that took.
    pub(crate) seconds: f64,
}

/// Makes the records.
pub(crate) async fn seed(peer: &Peer) -> Seeded {
    let started = Instant::now();
    let mut client = peer.client();
    let flow = text(&mut client, "/flows/", &json!({ "name": "tides" })).await;
    let ended = json!({ "type": "COMPLETED" });
    for number in 0..FLOW_RUNS {
        let parameters = json!({ "n": number, "place": "Wilmington" });
        let body = json!({
            "flow_id": flow, "parameters": parameters, "tags": ["harbour"], "state": ended,
        });
        text(&mut client, "/flow_runs/", &body).await;
    }
    let small = seed_large(&mut client, &flow, 1_000).await;
    let large = seed_large(&mut client, &flow, 10_000).await;
    for lines in 0..LOG_LINES / 100 {
        let line = |number: usize| {
            json!({
                "name": "prefect.flow_runs",
                "level": 20,
                "message": format!("line {number} of what the tide has brought in"),
                "timestamp": format!("2026-01-01T00:{:02}:{:02}Z", number / 60, number % 60),
                "flow_run_id": small,
            })
        };
        let lines: Vec<Value> = (lines * 100..(lines + 1) * 100).map(line).collect();
        client.ask(&Request::post("/logs/", &json!(lines))).await;
    }
    Seeded { large: [small, large], seconds: started.elapsed().as_secs_f64() }
}

async fn seed_large(client: &mut Client, flow: &str, task_runs: usize) -> String {
    let body = json!({ "flow_id": flow, "state": { "type": "RUNNING" } });
    let flow_run = text(client, "/flow_runs/", &body).await;
    let mut ids: Vec<String> = Vec::with_capacity(task_runs);
    for number in 0..task_runs {
        let upstream = number.checked_sub(ABREAST).map(|before| &ids[before]);
        let inputs: Vec<Value> =
            upstream.iter().map(|id| json!({ "input_type": "task_run", "id": id })).collect();
        let body = json!({
            "flow_run_id": flow_run,
            "task_key": "double",
            "dynamic_key": number.to_string(),
            "name": format!("double-{number}"),
            "task_inputs": { "n": inputs },
            "state": { "type": "COMPLETED" },
        });
        ids.push(text(client, "/task_runs/", &body).await);
    }
    flow_run
}

/// The id in the answer.
async fn text(client: &mut Client, path: &str, body: &Value) -> String {
    let answer = client.json(&Request::post(path, body)).await;
    answer["id"].as_str().expect("what was made has an id").to_owned()
}

/// What is read: how it is called, and what is asked.
pub(crate) fn pages(seeded: &Seeded) -> Vec<(&'static str, Request)> {
    let [small, large] = &seeded.large;
    let of_run = json!({ "id": { "any_": [large] } });
    let of_small = json!({ "flow_run_id": { "any_": [small] } });
    let post = Request::post;
    vec![
        ("a flow run", Request::get(&format!("/flow_runs/{small}"))),
        (
            "flow runs: filter, 200",
            post("/flow_runs/filter", &json!({ "sort": "START_TIME_DESC", "limit": 200 })),
        ),
        (
            "flow runs: a page of 50, and how many there are",
            post("/flow_runs/paginate", &json!({ "sort": "START_TIME_DESC", "limit": 50 })),
        ),
        ("flow runs: count", post("/flow_runs/count", &json!({}))),
        (
            "task runs of a flow run: filter, 200 of 10,000",
            post("/task_runs/filter", &json!({ "flow_runs": of_run, "limit": 200 })),
        ),
        (
            "logs: 200 of 1,000 lines",
            post(
                "/logs/filter",
                &json!({ "logs": of_small, "sort": "TIMESTAMP_ASC", "limit": 200 }),
            ),
        ),
        ("graph of 1,000 task runs", Request::get(&format!("/flow_runs/{small}/graph-v2"))),
        ("graph of 10,000 task runs", Request::get(&format!("/flow_runs/{large}/graph-v2"))),
    ]
}

/// Fails unless the servers were asked for the same: as many nodes of the graph, with as many edges.
pub(crate) async fn check(peer: &Peer, seeded: &Seeded) {
    let mut client = peer.client();
    for (flow_run, expected) in seeded.large.iter().zip([1_000, 10_000]) {
        let graph = client.json(&Request::get(&format!("/flow_runs/{flow_run}/graph-v2"))).await;
        let nodes = graph["nodes"].as_array().expect("a graph has nodes");
        let parents = |node: &Value| node[1]["parents"].as_array().map_or(0, Vec::len);
        let edges: usize = nodes.iter().map(parents).sum();
        let name = peer.kind.name();
        assert_eq!((nodes.len(), edges), (expected, expected - ABREAST), "the graph of {name}");
    }
}

/// How many seconds each page takes.
pub(crate) async fn measure(peer: &Peer, seeded: &Seeded, time: Duration) -> Vec<f64> {
    let mut times = Vec::new();
    for (_, request) in pages(seeded) {
        times.push(median_time(peer.address, time, &request).await);
    }
    times
}
