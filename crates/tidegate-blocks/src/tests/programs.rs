//! Programs on this machine that stand for the services of others. Where one is missing, the test that needs it says that it was skipped.

use std::env;
use std::ffi::OsStr;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

/// A file below the folder where `.ci/run` installs such programs.
pub(super) fn installed(path: &str) -> Option<PathBuf> {
    let folder = env::var_os("TEST_SERVERS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/test-servers"),
        PathBuf::from,
    );
    let file = folder.join(path);
    if file.exists() {
        return Some(file);
    }
    skipped(path);
    None
}

/// Says that a test is skipped, and for want of what.
pub(super) fn skipped(what: &str) {
    eprintln!("skipped: {what} is not on this machine; `.ci/run tests` installs what it can");
}

/// A port that nobody listens at.
pub(super) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A program that is running; it is killed when it is dropped.
pub(super) struct Program {
    _child: Child,
    _reading: JoinSet<()>,
}

impl Program {
    /// Starts a program, and waits until it says this in one of its lines.
    pub(super) async fn start<A: AsRef<OsStr>>(
        file: &Path,
        arguments: impl IntoIterator<Item = A>,
        ready: &str,
    ) -> Self {
        let mut command = Command::new(file);
        command
            .args(arguments)
            .env("PYTHONUNBUFFERED", "1")
            .kill_on_drop(true)
            .stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut err = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        loop {
            let line = tokio::select! {
                Ok(Some(line)) = out.next_line() => line,
                Ok(Some(line)) = err.next_line() => line,
                else => panic!("{} has ended: {said:#?}", file.display()),
            };
            if line.contains(ready) {
                break;
            }
            said.push(line);
        }
        // It may go on to say things, and must not be stopped by a pipe that nobody reads from.
        let mut reading = JoinSet::new();
        reading.spawn(async move { while let Ok(Some(_)) = out.next_line().await {} });
        reading.spawn(async move { while let Ok(Some(_)) = err.next_line().await {} });
        Self { _child: child, _reading: reading }
    }
}
