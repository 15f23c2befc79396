//! Part of a test in a process of its own: for what happens once in a process, its output, and its environment.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::process::{ChildStdout, Command, ExitStatus, Stdio};

/// Says to a child process which test it is.
const CHILD: &str = "IT_CHILD";

/// A process that runs a closure of the test that starts it.
pub(crate) struct Child {
    environment: Vec<(OsString, OsString)>,
    home: Option<tempfile::TempDir>,
    log: Option<File>,
}

/// What a process left behind.
pub(crate) struct Left {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) success: bool,
    /// Its exit code; none if a signal ended it.
    pub(crate) code: Option<i32>,
}

impl Child {
    /// A process whose `TIDEGATE_HOME` is an empty folder, and nothing else is set.
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let child = Self { environment: Vec::new(), home: None, log: None };
        Self { home: Some(home), ..child }.env_home()
    }

    /// A process that keeps its runs in this folder.
    pub(crate) fn at(home: &std::path::Path) -> Self {
        Self { environment: Vec::new(), home: None, log: None }.env("TIDEGATE_HOME", home)
    }

    fn env_home(self) -> Self {
        let home = self.home.as_ref().unwrap().path().to_owned();
        self.env("TIDEGATE_HOME", home)
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Has the process write its log here.
    pub(crate) fn log_to(mut self, log: File) -> Self {
        self.log = Some(log);
        self
    }

    /// In the test: starts the process, which is this test again, and waits for it. In the process: runs `body`, and ends.
    pub(crate) fn run<F: FnOnce()>(self, body: F) -> Left {
        self.start(body).wait()
    }

    /// As [`run`](Self::run), without waiting.
    pub(crate) fn start<F: FnOnce()>(self, body: F) -> Started {
        let test = test_of::<F>();
        if std::env::var(CHILD).is_ok_and(|child| child == test) {
            body();
            std::process::exit(0);
        }
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([test, "--exact", "--nocapture", "--quiet"]);
        self.spawn(test, command)
    }

    /// As [`start`](Self::start), on a terminal of this size, all of which is its output.
    pub(crate) fn start_in_terminal<F: FnOnce()>(
        self,
        (rows, columns): (u16, u16),
        body: F,
    ) -> Started {
        let test = test_of::<F>();
        if std::env::var(CHILD).is_ok_and(|child| child == test) {
            body();
            std::process::exit(0);
        }
        let program = std::env::current_exe().unwrap();
        let run = format!(
            "stty rows {rows} cols {columns}; exec '{}' {test} --exact --nocapture --quiet",
            program.display()
        );
        let mut command = Command::new("script");
        command.args(["--quiet", "--return", "--command", &run, "/dev/null"]);
        self.spawn(test, command)
    }

    fn spawn(self, test: &str, mut command: Command) -> Started {
        for (name, _) in std::env::vars_os() {
            let name_text = name.to_string_lossy();
            if name_text.starts_with("TIDEGATE_") && name_text != "TIDEGATE_DEEP" {
                command.env_remove(name);
            }
        }
        command
            .env(CHILD, test)
            .env_remove("RUST_BACKTRACE")
            .env("NO_COLOR", "")
            .envs(self.environment);
        let log = self.log.map_or_else(Stdio::piped, Stdio::from);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        Started { process: command.spawn().unwrap(), _home: self.home }
    }
}

/// Whether this is a process that a test has started. It goes on to where the test starts it.
pub(crate) fn is_process() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// A process that runs.
pub(crate) struct Started {
    process: std::process::Child,
    _home: Option<tempfile::TempDir>,
}

impl Started {
    /// Waits for its end.
    pub(crate) fn wait(self) -> Left {
        let output = self.process.wait_with_output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        let stdout =
            stdout.strip_prefix("\nrunning 1 test\n").expect("the process is a test").to_owned();
        let stderr = String::from_utf8(output.stderr).unwrap();
        Left { stdout, stderr, success: output.status.success(), code: output.status.code() }
    }

    /// Sends it a signal: `KILL`, `STOP`, `CONT`, `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let signal = format!("-{name}");
        let status = Command::new("kill").args([&signal, &self.process.id().to_string()]).status();
        assert!(status.unwrap().success(), "kill {signal}");
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Kills it, and waits for its end.
    pub(crate) fn kill(mut self) -> ExitStatus {
        self.process.kill().unwrap();
        self.process.wait().unwrap()
    }

    /// What it prints, for one who reads it.
    pub(crate) fn take_output(&mut self) -> ChildStdout {
        self.process.stdout.take().unwrap()
    }

    /// Reads what it prints, until a line is printed that holds this.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        read_to(self.process.stdout.as_mut().unwrap(), text)
    }

    /// Reads its log, until a line is written that holds this.
    pub(crate) fn wait_for_error(&mut self, text: &str) -> String {
        read_to(self.process.stderr.as_mut().unwrap(), text)
    }

    /// As [`wait`](Self::wait), after [`wait_for`](Self::wait_for).
    pub(crate) fn wait_for_rest(self) -> Left {
        let output = self.process.wait_with_output().unwrap();
        Left {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            success: output.status.success(),
            code: output.status.code(),
        }
    }
}

/// Reads up to a line that holds this; byte by byte, so that what comes after it is left to others.
#[allow(clippy::unbuffered_bytes, reason = "what is buffered would be lost to who reads on")]
fn read_to(stream: impl Read, text: &str) -> String {
    let mut read = String::new();
    for byte in stream.bytes() {
        read.push(char::from(byte.unwrap()));
        if read.ends_with('\n') && read.lines().last().unwrap().contains(text) {
            return read;
        }
    }
    panic!("it ended without {text}: {read}");
}

/// The test that a closure stands in, as the test harness calls it.
fn test_of<F>() -> &'static str {
    let name = std::any::type_name::<F>();
    let name = name.strip_prefix("it::").unwrap();
    name.trim_end_matches("::{{closure}}")
}

/// Runs a future on a runtime of its own, with the default engine.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
