//! Flows that are recorded on a real server of Prefect. Where there is no Python, or Prefect cannot be had, this says so and looks at
//! nothing.

use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tidegate::Engine;
use tidegate::prelude::*;

use crate::process::look_again_after;
use crate::proxy::Proxy;

/// What Prefect's current releases need to be held back, or they do not start.
const PACKAGES: [&str; 3] = ["prefect==3.8.3", "fastapi<0.151", "sqlalchemy<2.1"];

/// How long the server may take to start: its first start makes its database.
const PATIENCE: Duration = Duration::from_secs(150);

/// A Python that has Prefect: the one that is named in the environment, or one that is made beside the tests.
fn python() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("TIDEGATE_TEST_PREFECT_PYTHON") {
        return Some(named.into());
    }
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("prefect-3.8.3");
    let python = home.join("bin/python");
    let succeeds = |command: &mut Command| {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        quiet.status().is_ok_and(|status| status.success())
    };
    if succeeds(Command::new(&python).args(["-c", "import prefect"])) {
        return Some(python);
    }
    let made = succeeds(Command::new("python3").args(["-m", "venv"]).arg(&home))
        && succeeds(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES));
    made.then_some(python)
}

/// A server of Prefect, which ends with the test.
struct Prefect {
    child: Child,
    address: SocketAddr,
    _home: tempfile::TempDir,
}

impl Prefect {
    fn start(python: &Path) -> Self {
        let home = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let child = Command::new(python)
            .args(["-m", "uvicorn", "--factory", "prefect.server.api.server:create_app"])
            .args(["--host", "127.0.0.1", "--port", &address.port().to_string()])
            .env("PREFECT_HOME", home.path())
            .env("PREFECT_UI_ENABLED", "false")
            .env("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
            .env("DO_NOT_TRACK", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { child, address, _home: home };
        let began = Instant::now();
        while ask(server.address, "GET", "/api/health", None).is_none() {
            assert!(began.elapsed() < PATIENCE, "the server of Prefect does not start");
            look_again_after(Duration::from_millis(100));
        }
        server
    }

    fn get(&self, path: &str) -> Value {
        ask(self.address, "GET", path, None).unwrap()
    }

    fn post(&self, path: &str, body: Value) -> Value {
        ask(self.address, "POST", path, Some(body)).unwrap()
    }

    /// The runs of this kind that are found, oldest first.
    fn runs(&self, kind: &str, filter: Value) -> Vec<Value> {
        let sort = if kind == "flow" { "START_TIME_ASC" } else { "EXPECTED_START_TIME_ASC" };
        let mut body = json!({ "sort": sort, "limit": 200 });
        body.as_object_mut().unwrap().extend(filter.as_object().unwrap().clone());
        self.post(&format!("/api/{kind}_runs/filter"), body).as_array().unwrap().clone()
    }

    /// The names of the states that a run has been in.
    fn states(&self, kind: &str, run: &Value) -> String {
        let id = run["id"].as_str().unwrap();
        let states = self.get(&format!("/api/{kind}_run_states/?{kind}_run_id={id}"));
        let names = states.as_array().unwrap().iter().map(|state| state["name"].as_str().unwrap());
        names.collect::<Vec<_>>().join(" ")
    }
}

impl Drop for Prefect {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// What is answered to one request; nothing where nobody listens.
fn ask(address: SocketAddr, method: &str, path: &str, body: Option<Value>) -> Option<Value> {
    let mut stream = TcpStream::connect(address).ok()?;
    let body = body.map_or_else(String::new, |body| body.to_string());
    let request = format!(
        "{method} {path} HTTP/1.0\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    assert!(head.split(' ').nth(1)?.starts_with('2'), "{path}: {answer}");
    Some(serde_json::from_str(body).unwrap_or_default())
}

/// A server of Prefect, or nothing where it cannot be had.
#[expect(
    clippy::print_stderr,
    reason = "who reads the output of the tests is told what was not looked at"
)]
fn server() -> Option<Prefect> {
    let Some(python) = python() else {
        eprintln!("skipped: there is no Python in which Prefect can be installed");
        return None;
    };
    Some(Prefect::start(&python))
}

static FAILS: AtomicU32 = AtomicU32::new(1);

#[task(retries = 2)]
async fn fragile(number: u32) -> Result<u32> {
    if FAILS.swap(0, Ordering::SeqCst) == 1 {
        return Err("not yet".into());
    }
    Ok(number + 1)
}

#[task(tags = ["math"])]
async fn double(number: u32) -> u32 {
    2 * number
}

#[task]
async fn total(numbers: Vec<u32>) -> u32 {
    numbers.iter().sum()
}

#[flow]
async fn inner(number: u32) -> Result<u32> {
    double(number).await
}

#[flow]
async fn outer(first: u32) -> Result<u32> {
    let doubled = double(first).await?;
    let fragile = fragile(doubled).await?;
    tracing::info!("so far {fragile}");
    tidegate::Artifact::markdown("# Done").key("report").create().await?;
    let inside = inner(fragile).await?;
    total(vec![doubled, inside]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_of_prefect_shows_the_runs_of_a_program() {
    let Some(server) = server() else { return };
    a_flow_is_seen(&server).await;
    a_flow_is_cancelled_from_there(&server).await;
    what_is_told_again_is_recorded_once(&server).await;
    what_it_has_no_room_for_is_said(&server).await;
}

async fn a_flow_is_seen(server: &Prefect) {
    let engine = open(server.address);
    let answer = outer(3).on(&engine).await.unwrap();
    engine.close().await.unwrap();
    assert_eq!(answer, 6 + 14);

    let flows = server.runs("flow", json!({}));
    assert_eq!(flows.len(), 2);
    let (parent, child) = match flows[0]["parent_task_run_id"].is_null() {
        true => (&flows[0], &flows[1]),
        false => (&flows[1], &flows[0]),
    };
    assert_eq!(parent["parameters"], json!({ "first": 3 }));
    assert_eq!(server.states("flow", parent), "Pending Running Completed");
    assert_eq!(server.states("flow", child), "Pending Running Completed");

    let inside = |run: &Value| {
        server.runs("task", json!({ "flow_runs": { "id": { "any_": [run["id"]] } } }))
    };
    let tasks = inside(parent);
    let named = |start: &str| {
        let found: Vec<_> =
            tasks.iter().filter(|run| run["name"].as_str().unwrap().starts_with(start)).collect();
        assert_eq!(found.len(), 1, "{start}: {tasks:?}");
        found[0]
    };
    assert_eq!(tasks.len(), 4, "{tasks:?}");
    assert_eq!(named("double")["tags"], json!(["math"]));
    assert_eq!(server.states("task", named("double")), "Pending Running Completed");
    assert_eq!(
        server.states("task", named("fragile")),
        "Pending Running AwaitingRetry Retrying Completed"
    );
    let subflow = tasks.iter().find(|run| run["id"] == child["parent_task_run_id"]).unwrap();
    assert_eq!(subflow["state_type"], "COMPLETED");
    assert_eq!(inside(child).len(), 1);

    let filter = json!({ "logs": { "flow_run_id": { "any_": [parent["id"]] } } });
    let logs = server.post("/api/logs/filter", filter);
    let lines: Vec<_> = logs.as_array().unwrap().iter().map(|line| &line["message"]).collect();
    assert!(lines.iter().any(|line| **line == "so far 7"), "{lines:?}");
    let artifacts = server.post("/api/artifacts/filter", json!({}));
    assert_eq!(artifacts[0]["key"], "report");
    assert_eq!(artifacts[0]["data"], "# Done");
    assert_eq!(artifacts[0]["flow_run_id"], parent["id"]);
}

async fn a_flow_is_cancelled_from_there(server: &Prefect) {
    #[flow]
    async fn endless() {
        std::future::pending::<()>().await;
    }
    let engine = open(server.address);
    let cancel = async {
        let filter = json!({ "flows": { "name": { "any_": ["endless"] } }, "flow_runs": { "state": { "type": { "any_": ["RUNNING"] } } } });
        let run = loop {
            if let Some(run) = server.runs("flow", filter.clone()).pop() {
                break run;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let state = json!({ "state": { "type": "CANCELLING" } });
        let path = format!("/api/flow_runs/{}/set_state", run["id"].as_str().unwrap());
        assert_eq!(server.post(&path, state)["status"], "ACCEPT");
        run
    };
    let (given, run) = tokio::join!(async { endless().on(&engine).await }, cancel);
    engine.close().await.unwrap();
    assert!(given.unwrap_err().is_cancelled());
    assert!(server.states("flow", &run).ends_with("Cancelled"));
}

async fn what_is_told_again_is_recorded_once(server: &Prefect) {
    #[task]
    async fn step(number: u32) -> u32 {
        number
    }
    #[flow]
    async fn rough() -> Result<()> {
        for number in 0..12 {
            step(number).await?;
        }
        tidegate::Artifact::markdown("rough").key("rough").create().await?;
        Ok(())
    }
    let proxy = Proxy::before(server.address, 0x5eed);
    let engine = open(proxy.address);
    proxy.only_loses();
    proxy.is_rough(true);
    rough().on(&engine).await.unwrap();
    proxy.is_rough(false);
    engine.close().await.unwrap();
    assert!(proxy.counts.answers_lost.load(Ordering::Relaxed) > 3, "{:?}", proxy.counts);
    assert!(proxy.counts.lost.load(Ordering::Relaxed) > 1, "{:?}", proxy.counts);

    let filter = json!({ "flows": { "name": { "any_": ["rough"] } } });
    let flows = server.runs("flow", filter.clone());
    assert_eq!(flows.len(), 1);
    assert_eq!(server.states("flow", &flows[0]), "Pending Running Completed");
    let tasks = server.runs("task", filter);
    assert_eq!(tasks.len(), 12);
    for task in tasks {
        assert_eq!(server.states("task", &task), "Pending Running Completed");
    }
    let filter = json!({ "artifacts": { "key": { "any_": ["rough"] } } });
    assert_eq!(server.post("/api/artifacts/filter", filter).as_array().unwrap().len(), 1);
}

async fn what_it_has_no_room_for_is_said(server: &Prefect) {
    let engine = open(server.address);
    let error = engine.logs().list().await.unwrap_err().to_string();
    assert!(error.contains("look at its own pages"), "{error}");
    engine.close().await.unwrap();
}

fn open(address: SocketAddr) -> Engine {
    Engine::builder().api_url(format!("http://{address}/api")).open().unwrap()
}
