//! A Python that has Prefect: the one that is named in the environment, or one that is made beside this program. Where there is none,
//! nothing of Prefect is measured, and that is said.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

/// What Prefect's current releases need to be held back, or they do not start.
const PACKAGES: [&str; 3] = ["prefect==3.8.3", "fastapi<0.151", "sqlalchemy<2.1"];

/// The Python, if there is one or one can be made, which takes a minute or two.
pub(crate) fn find_or_make() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("TIDEGATE_TEST_PREFECT_PYTHON") {
        return Some(named.into());
    }
    let program = std::env::current_exe().ok()?;
    let home = program.parent()?.join("prefect-3.8.3");
    let python = home.join("bin/python");
    if succeeds(Command::new(&python).args(["-c", "import prefect"])) {
        return Some(python);
    }
    eprintln!("making a Python with Prefect in {}", home.display());
    let made = succeeds(Command::new("python3").args(["-m", "venv"]).arg(&home))
        && succeeds(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES));
    made.then_some(python)
}

fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// How many seconds a flow of Prefect's own client takes against a server: the flow itself, and the process from its start to its end.
pub(crate) fn flow(python: &Path, server: SocketAddr) -> (f64, f64) {
    let home = tempfile::tempdir().expect("a folder can be made");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("flow.py");
    let begun = Instant::now();
    let output = Command::new(python)
        .arg(script)
        .env("PREFECT_API_URL", format!("http://{server}/api"))
        .env("PREFECT_HOME", home.path())
        .env("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "false")
        .env("PREFECT_LOGGING_LEVEL", "WARNING")
        .env("DO_NOT_TRACK", "1")
        .stdin(Stdio::null())
        .output()
        .expect("Python starts");
    let whole = begun.elapsed().as_secs_f64();
    let said = String::from_utf8_lossy(&output.stdout);
    let told = said.lines().find_map(|line| line.strip_prefix("RESULT "));
    let told = told.unwrap_or_else(|| {
        panic!("the client failed:\n{said}\n{}", String::from_utf8_lossy(&output.stderr))
    });
    let told: Value = serde_json::from_str(told).expect("the client tells JSON");
    (told["seconds"].as_f64().expect("the client tells the time"), whole)
}
