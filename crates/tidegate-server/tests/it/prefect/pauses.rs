//! Flows of Prefect's own client wait for others, are answered and are cancelled.

use serde_json::{Value, json};
use tidegate_server::Config;

use super::client::Client;
use crate::asking::store;

#[tokio::test(flavor = "multi_thread")]
async fn flows_of_prefects_own_client_are_paused_answered_and_cancelled() {
    let Some(client) = Client::of(store(), Config::new(), None).await else { return };
    assert_eq!(
        client.run("pauses.py").await,
        json!({
            "waits": "went on",
            "asks": [true, "asked"],
            "nobody": "FlowPauseTimeout",
            // A flow without a deployment is not taken up by anybody; the server says so, as Prefect's does.
            "suspends": "RuntimeError",
            "receives": "hello",
            "resumed again": "NotPausedError",
            // What runs outside of a worker of Prefect is asked to stop, and nobody stops it, as with Prefect's server.
            "states": ["Completed", "Completed", "Failed", "Failed", "Completed", "Cancelling"],
        })
    );
    let printed = client.command("flow-run ls --output json").await;
    let runs: Value = serde_json::from_str(&printed).unwrap();
    let of_name = |run: &&Value| run["name"] == "is cancelled";
    let run = runs.as_array().unwrap().iter().find(of_name).unwrap()["id"].as_str().unwrap();
    client.command(&format!("flow-run cancel {run}")).await;
    let cancelled = client.command(&format!("flow-run inspect {run}")).await;
    assert!(cancelled.contains("StateType.CANCELLED"), "{cancelled}");
    client.close().await;
}
