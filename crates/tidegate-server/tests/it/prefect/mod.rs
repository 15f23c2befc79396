//! Prefect's own client runs flows against this server. Where there is no Python, or Prefect cannot be had, this says so and looks at
//! nothing.

mod watching;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tidegate_core::{ArtifactQuery, RunKind, RunQuery, Store};
use tidegate_server::{Config, Server};
use tidegate_store::{Options, Sqlite};
use tokio::process::Command;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

/// What Prefect's current releases need to be held back, or they do not start.
const PACKAGES: [&str; 3] = ["prefect==3.8.3", "fastapi<0.151", "sqlalchemy<2.1"];

/// How long Python may take for anything: installing takes a minute or two.
const PATIENCE: Duration = Duration::from_secs(600);

/// A Python that has Prefect: the one that is named in the environment, or one that is made beside the tests.
async fn python() -> Option<PathBuf> {
    static FOUND: OnceCell<Option<PathBuf>> = OnceCell::const_new();
    FOUND.get_or_init(find_or_make).await.clone()
}

async fn find_or_make() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("TIDEGATE_TEST_PREFECT_PYTHON") {
        return Some(named.into());
    }
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("prefect-3.8.3");
    let python = home.join("bin/python");
    if succeeds(Command::new(&python).args(["-c", "import prefect"])).await {
        return Some(python);
    }
    let made = succeeds(Command::new("python3").args(["-m", "venv"]).arg(&home)).await
        && succeeds(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))
            .await;
    made.then_some(python)
}

async fn succeeds(command: &mut Command) -> bool {
    let child =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let Ok(status) = tokio::time::timeout(PATIENCE, child.status()).await else { return false };
    status.is_ok_and(|status| status.success())
}

/// Runs a program of Prefect's client against a server, and gives what its last line says.
async fn run(python: &Path, url: &str, auth: Option<&str>, home: &Path) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/prefect/flows.py");
    let mut command = Command::new(python);
    command
        .arg(script)
        .env("PREFECT_API_URL", url)
        .env("PREFECT_HOME", home)
        .env("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "false")
        .env("DO_NOT_TRACK", "1")
        .envs(auth.map(|auth| ("PREFECT_API_AUTH_STRING", auth)))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output()).await.unwrap().unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let result = out.lines().find_map(|line| line.strip_prefix("RESULT "));
    let result = result.unwrap_or_else(|| panic!("the client failed:\n{out}\n{err}"));
    serde_json::from_str(result).unwrap()
}

/// What the client has recorded in this store, on a server with these settings; nothing where it cannot be had.
#[expect(
    clippy::print_stderr,
    reason = "who reads the output of the tests is told what was not looked at"
)]
async fn recorded(config: Config, auth: Option<&str>, folder: &Path) -> Option<Arc<dyn Store>> {
    let Some(python) = python().await else {
        eprintln!("skipped: there is no Python in which Prefect can be installed");
        return None;
    };
    let store: Arc<dyn Store> =
        Arc::new(Sqlite::open(Options::file(folder.join("tides.db"))).unwrap());
    let config = config.address(([127, 0, 0, 1], 0).into());
    let server = Server::bind(Arc::clone(&store), config).await.unwrap();
    let url = format!("http://{}/api", server.address());
    let stop = CancellationToken::new();
    let running = tokio::task::JoinSet::from_iter([server.run(stop.clone())]);
    let told = run(&python, &url, auth, folder).await;
    assert_eq!(
        told,
        json!({
            "answer": {"total": 12, "inner": 10, "flaky": 3},
            "lat": 38.9,
            "failed": true,
            "states": ["Completed", "Completed", "Failed"],
        })
    );
    stop.cancel();
    running.join_all().await.into_iter().for_each(|ended| ended.unwrap());
    Some(store)
}

#[tokio::test(flavor = "multi_thread")]
async fn flows_of_prefects_own_client_are_run_and_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let Some(store) = recorded(Config::new(), None, folder.path()).await else { return };

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
    let lines = store.logs(tidegate_core::LogQuery::default()).await.unwrap();
    let lines: Vec<&str> = lines.iter().map(|line| &*line.message).collect();
    assert!(lines.contains(&"the tide comes in"), "{lines:?}");
    assert!(lines.contains(&"doubling 3"), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn prefects_own_client_says_who_it_is_on_sockets_too() {
    let folder = tempfile::tempdir().unwrap();
    let auth = "admin:correct horse";
    let config = Config::new().basic_auth(auth);
    let Some(store) = recorded(config, Some(auth), folder.path()).await else { return };
    let task_runs = RunQuery { kind: Some(RunKind::Task), ..RunQuery::default() };
    assert!(store.count_runs(task_runs).await.unwrap() >= 7);
}
