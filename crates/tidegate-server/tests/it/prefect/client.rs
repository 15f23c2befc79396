//! A Python that has Prefect, and what is run with it against a server. It is made once, beside what cargo builds.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tidegate_core::Store;
use tidegate_server::{Config, Server};
use tokio::process::Command;
use tokio::sync::OnceCell;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// What Prefect's current releases need to be held back, or they do not start.
const PACKAGES: [&str; 3] = ["prefect==3.8.3", "fastapi<0.151", "sqlalchemy<2.1"];

/// How long installing may take, which is a minute or two. What takes longer is as if it could not be had.
const INSTALLING: Duration = Duration::from_secs(420);

/// How long a program may take, which is a quarter of a minute on two cores.
const PATIENCE: Duration = Duration::from_secs(180);

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
    let has_prefect = || succeeds(&python, &["-c", "import prefect"]);
    if has_prefect().await {
        return Some(python);
    }
    let folder = home.to_str()?;
    let install =
        ["-m", "pip", "install", "--quiet", "--no-input", "--retries", "1", "--timeout", "20"];
    let install = [&install[..], &PACKAGES[..]].concat();
    let made = succeeds(Path::new("python3"), &["-m", "venv", "--clear", folder]).await
        && succeeds(&python, &install).await
        && has_prefect().await;
    made.then_some(python)
}

async fn succeeds(program: &Path, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.kill_on_drop(true).status();
    let Ok(status) = tokio::time::timeout(INSTALLING, child).await else { return false };
    status.is_ok_and(|status| status.success())
}

/// Prefect on this machine, and the server that it speaks to.
pub(super) struct Client {
    python: PathBuf,
    url: String,
    auth: Option<&'static str>,
    home: TempDir,
    stop: CancellationToken,
    running: JoinSet<Result<(), tidegate_core::StoreError>>,
}

impl Client {
    /// A client of a server over this store; nothing where there can be none.
    #[expect(
        clippy::print_stderr,
        reason = "who reads the output of the tests is told what was not looked at"
    )]
    pub(super) async fn of(
        store: Arc<dyn Store>,
        config: Config,
        auth: Option<&'static str>,
    ) -> Option<Self> {
        let Some(python) = python().await else {
            eprintln!("skipped: there is no Python in which Prefect can be installed");
            return None;
        };
        let config = config.address(([127, 0, 0, 1], 0).into());
        let server = Server::bind(store, config).await.unwrap();
        let url = format!("http://{}/api", server.address());
        let stop = CancellationToken::new();
        let running = JoinSet::from_iter([server.run(stop.clone())]);
        let home = tempfile::tempdir().unwrap();
        Some(Self { python, url, auth, home, stop, running })
    }

    /// Stops the server, which must not have been in trouble.
    pub(super) async fn close(self) {
        self.stop.cancel();
        self.running.join_all().await.into_iter().for_each(|ended| ended.unwrap());
    }

    async fn output(&self, program: &Path, arguments: &[&str]) -> Output {
        let home = self.home.path();
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env("PREFECT_API_URL", &self.url)
            .env("PREFECT_HOME", home)
            .env("PREFECT_LOCAL_STORAGE_PATH", home.join("storage"))
            .env("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "false")
            .env("DO_NOT_TRACK", "1")
            .env("NO_COLOR", "1")
            .env("COLUMNS", "200")
            .envs(self.auth.map(|auth| ("PREFECT_API_AUTH_STRING", auth)))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        tokio::time::timeout(PATIENCE, command.output()).await.unwrap().unwrap()
    }

    /// Runs a program of Prefect's client, and gives what its last line says.
    pub(super) async fn run(&self, script: &str) -> Value {
        self.run_with(script, &[]).await
    }

    async fn run_with(&self, script: &str, arguments: &[&str]) -> Value {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/prefect").join(script);
        let arguments = [&[script.to_str().unwrap()], arguments].concat();
        let output = self.output(&self.python, &arguments).await;
        let (out, err) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let result = out.lines().find_map(|line| line.strip_prefix("RESULT "));
        let result = result.unwrap_or_else(|| panic!("the client failed:\n{out}\n{err}"));
        serde_json::from_str(result).unwrap()
    }

    /// What Prefect's command prints for each of these lines, which must succeed. They are run in one process.
    pub(super) async fn commands(&self, lines: &[&str]) -> Vec<String> {
        let said = self.run_with("commands.py", lines).await;
        let printed = lines.iter().zip(said.as_array().unwrap()).map(|(line, said)| {
            let (out, err) = (said["out"].as_str().unwrap(), said["err"].as_str().unwrap());
            let told = format!("prefect {line}:\n{out}\n{err}");
            assert!(said["code"] == 0 && !err.contains("Traceback"), "{told}");
            out.to_owned()
        });
        printed.collect()
    }

    /// What Prefect's command prints, which must succeed.
    pub(super) async fn command(&self, line: &str) -> String {
        let arguments: Vec<&str> = line.split(' ').collect();
        let output = self.output(&self.python.with_file_name("prefect"), &arguments).await;
        let (out, err) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let told = format!("prefect {line}:\n{out}\n{err}");
        assert!(output.status.success() && !err.contains("Traceback"), "{told}");
        out.into_owned()
    }
}
