//! Flows of Prefect's own client are run and recorded, whoever it says it is.

use std::sync::Arc;

use serde_json::json;
use tempfile::TempDir;
use tidegate_core::{ArtifactQuery, LogQuery, RunKind, RunQuery, Store};
use tidegate_server::Config;
use tidegate_store::{Options, Sqlite};

use super::client::Client;

/// What the client has recorded in a store, on a server with these settings, and the folder of the store; nothing where it cannot be had.
async fn recorded(config: Config, auth: Option<&'static str>) -> Option<(Arc<dyn Store>, TempDir)> {
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> =
        Arc::new(Sqlite::open(Options::file(folder.path().join("tides.db"))).unwrap());
    let client = Client::of(Arc::clone(&store), config, auth).await?;
    assert_eq!(
        client.run("flows.py").await,
        json!({
            "answer": {"total": 12, "inner": 10, "flaky": 3},
            "lat": 38.9,
            "failed": true,
            "states": ["Completed", "Completed", "Failed"],
        })
    );
    client.close().await;
    Some((store, folder))
}

#[tokio::test(flavor = "multi_thread")]
async fn flows_of_prefects_own_client_are_run_and_recorded() {
    let Some((store, _folder)) = recorded(Config::new(), None).await else { return };

    let of = |kind| RunQuery { kind: Some(kind), ..RunQuery::default() };
    let flow_runs = store.runs(of(RunKind::Flow)).await.unwrap();
    let find = |name: &str| flow_runs.iter().find(|run| run.definition.name == name).unwrap();
    let (tides, inner) = (find("tides"), find("inner"));
    assert_eq!(inner.flow_run_id, Some(tides.id));
    assert_eq!(tides.parameters.get("n"), Some(&json!(4)));

    let task_runs = store.runs(of(RunKind::Task)).await.unwrap();
    let named = |name: &str| task_runs.iter().filter(|run| run.definition.name == name).count();
    assert_eq!((named("double"), named("add"), named("flaky")), (5, 1, 1));
    let flaky = task_runs.iter().find(|run| run.definition.name == "flaky").unwrap();
    let states: Vec<&str> = flaky.states.iter().map(|state| &*state.name).collect();
    assert_eq!(states, ["Pending", "Running", "Retrying", "Retrying", "Completed"]);
    let artifacts = store.artifacts(ArtifactQuery::default()).await.unwrap();
    assert_eq!(artifacts[0].key.as_deref(), Some("sum"));
    assert_eq!(artifacts[0].flow_run_id, Some(tides.id));
    let lines = store.logs(LogQuery::default()).await.unwrap();
    let lines: Vec<&str> = lines.iter().map(|line| &*line.message).collect();
    assert!(lines.contains(&"the tide comes in"), "{lines:?}");
    assert!(lines.contains(&"doubling 3"), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn prefects_own_client_says_who_it_is_on_sockets_too() {
    let auth = "admin:correct horse";
    let config = Config::new().basic_auth(auth);
    let Some((store, _folder)) = recorded(config, Some(auth)).await else { return };
    let task_runs = RunQuery { kind: Some(RunKind::Task), ..RunQuery::default() };
    assert!(store.count_runs(task_runs).await.unwrap() >= 7);
}
