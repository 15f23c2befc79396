//! Prefect's own subscribers watch this server while its client runs a flow.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use serde_json::{Value, json};
use tidegate_server::{Config, Server};
use tidegate_store::{Options, Sqlite};
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use super::{PATIENCE, python};

#[tokio::test(flavor = "multi_thread")]
async fn prefects_own_subscribers_see_events_and_log_lines_as_they_come() {
    let Some(python) = python().await else {
        eprintln!("skipped: there is no Python in which Prefect can be installed");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Sqlite::open(Options::file(folder.path().join("tides.db"))).unwrap());
    let auth = "admin:correct horse";
    let config = Config::new().basic_auth(auth).address(([127, 0, 0, 1], 0).into());
    let server = Server::bind(store, config).await.unwrap();
    let url = format!("http://{}/api", server.address());
    let stop = CancellationToken::new();
    let running = tokio::task::JoinSet::from_iter([server.run(stop.clone())]);

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/prefect/watching.py");
    let mut command = Command::new(python);
    command
        .arg(script)
        .env("PREFECT_API_URL", url)
        .env("PREFECT_API_AUTH_STRING", auth)
        .env("PREFECT_HOME", folder.path())
        .env("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "false")
        .env("DO_NOT_TRACK", "1")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output()).await.unwrap().unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    let told = out.lines().find_map(|line| line.strip_prefix("RESULT "));
    let told = told.unwrap_or_else(|| panic!("{out}\n{}", String::from_utf8_lossy(&output.stderr)));
    let told: Value = serde_json::from_str(told).unwrap();
    let names = ["Completed", "Pending", "Running"].map(|name| format!("prefect.flow-run.{name}"));
    let expected: Vec<String> = names.into_iter().chain(["tide.turned".to_owned()]).collect();
    assert_eq!(told, json!({ "events": expected, "lines": ["the tide turns"] }));
    stop.cancel();
    running.join_all().await.into_iter().for_each(|ended| ended.unwrap());
}
