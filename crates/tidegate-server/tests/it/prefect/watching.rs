//! Prefect's own subscribers watch this server while its client runs a flow.

use serde_json::json;
use tidegate_server::Config;

use super::client::Client;
use crate::asking::store;

#[tokio::test(flavor = "multi_thread")]
async fn prefects_own_subscribers_see_events_and_log_lines_as_they_come() {
    let auth = "admin:correct horse";
    let config = Config::new().basic_auth(auth);
    let Some(client) = Client::of(store(), config, Some(auth)).await else { return };
    let told = client.run("watching.py").await;
    let names = ["Completed", "Pending", "Running"].map(|name| format!("prefect.flow-run.{name}"));
    let expected: Vec<String> = names.into_iter().chain(["tide.turned".to_owned()]).collect();
    assert_eq!(told, json!({ "events": expected, "lines": ["the tide turns"] }));
    client.close().await;
}
