//! Commands of a shell as a job. What they print goes to the log of the run line by line, and nothing that they have started outlives
//! them.

mod group;
mod lines;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::process::{ExitStatus, Stdio};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use tidegate::block::{JobResult, RunJob};
use tidegate::{Block, Result, Secret};
use tokio::process::{Child, Command};

use crate::error::{Error, Kind};
use group::Group;
use lines::{Kept, Lines};

/// Runs commands in a shell.
///
/// The commands are one script: its exit code is that of the last command, so begin with `set -e` if the others matter. A job that is
/// dropped, because its run is cancelled or out of time, is killed with all the processes of its group. So is what a script that
/// has ended left in the background.
///
/// ```
/// use tidegate::block::RunJob;
/// use tidegate_blocks::ShellOperation;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> tidegate::Result<()> {
/// let mut report = ShellOperation::new(["set -e", "echo $CITY", "exit 3"]);
/// report.env.insert("CITY".into(), "Bergen".into());
///
/// let error = report.run().await.unwrap_err();
/// let error = error.downcast_ref::<tidegate_blocks::Error>().unwrap();
/// assert_eq!(error.exit_code(), Some(3));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "Shell Operation",
    slug = "shell-operation",
    documentation_url = "https://docs.prefect.io/integrations/prefect-shell",
    capabilities(RunJob)
)]
pub struct ShellOperation {
    /// A list of commands to execute sequentially.
    pub commands: Vec<String>,
    /// Whether what they print goes to the log of the run.
    #[serde(default = "yes")]
    pub stream_output: bool,
    /// Environment variables for the commands, besides those of the program.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Environment variables that are secret.
    #[serde(default)]
    pub secret_env: BTreeMap<String, Secret>,
    /// The folder that the commands run in; without one, that of the program.
    #[serde(default)]
    pub working_dir: Option<String>,
    /// The shell that runs the commands; without one, `bash`, or `powershell` on Windows.
    #[serde(default)]
    pub shell: Option<String>,
    /// The ending of the script's file; without one, `.sh`, or `.ps1` on Windows.
    #[serde(default)]
    pub extension: Option<String>,
}

fn yes() -> bool {
    true
}

/// What is usual on this system: a shell, and how its scripts end.
const USUAL: (&str, &str) = if cfg!(windows) { ("powershell", ".ps1") } else { ("bash", ".sh") };

impl ShellOperation {
    const NAME: &str = "Shell Operation";

    /// These commands, one after the other.
    #[must_use]
    pub fn new<C: Into<String>>(commands: impl IntoIterator<Item = C>) -> Self {
        Self {
            commands: commands.into_iter().map(Into::into).collect(),
            stream_output: true,
            env: BTreeMap::new(),
            secret_env: BTreeMap::new(),
            working_dir: None,
            shell: None,
            extension: None,
        }
    }

    fn shell(&self) -> &str {
        self.shell.as_deref().unwrap_or(USUAL.0)
    }

    /// The script as a file that only this user reads: in the arguments of a process everybody would.
    fn script(&self) -> std::io::Result<NamedTempFile> {
        let ending = self.extension.as_deref().unwrap_or(USUAL.1);
        let mut file = tempfile::Builder::new().prefix("tidegate-").suffix(ending).tempfile()?;
        for command in &self.commands {
            writeln!(file, "{command}")?;
        }
        if self.shell().eq_ignore_ascii_case("powershell") {
            writeln!(file, "Exit $LastExitCode")?;
        }
        file.flush()?;
        Ok(file)
    }

    fn begin(&self, script: &NamedTempFile) -> std::io::Result<Child> {
        let mut command = Command::new(self.shell());
        command.arg(script.path()).envs(&self.env).stdin(Stdio::null());
        command.envs(
            self.secret_env.iter().map(|(name, secret)| (name, OsString::from(secret.expose()))),
        );
        if let Some(folder) = &self.working_dir {
            command.current_dir(folder);
        }
        group::own(&mut command);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn()
    }

    async fn to_its_end(&self) -> Result<JobResult, Error> {
        let begun = self.script().and_then(|script| Ok((self.begin(&script)?, script)));
        let (mut child, _script) = begun.map_err(|error| {
            let place = self.working_dir.as_deref().unwrap_or("the folder of the program");
            let message = format!(
                "`{}` cannot be started in {place}; see `shell` and `working_dir`",
                self.shell()
            );
            Error::new(Self::NAME, Kind::Invalid, message).caused_by(error)
        })?;
        // Dropped before the child is: what is in the group ends though its leader has.
        let group = Group::led_by(&child);
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let mut kept = Kept::new(self.stream_output);
        let mut lines = Lines::of(out, err);
        let ended = {
            let mut ended = std::pin::pin!(child.wait());
            loop {
                tokio::select! {
                    biased;
                    line = lines.next(), if !lines.are_over() => kept.take(line),
                    ended = &mut ended => break ended,
                }
            }
        };
        let status = ended.map_err(|error| {
            Error::new(Self::NAME, Kind::Other, "what became of the process is not known")
                .caused_by(error)
        })?;
        drop(group);
        while !lines.are_over() {
            kept.take(lines.next().await);
        }
        self.judge(status, kept)
    }

    fn judge(&self, status: ExitStatus, kept: Kept) -> Result<JobResult, Error> {
        if status.success() {
            return Ok(JobResult::new(status.code(), kept.into_lines()));
        }
        let said = kept.last_words().map(|said| format!(": {said}")).unwrap_or_default();
        // The status says itself whether it is a code or a signal.
        let message = format!("`{}` has failed with {status}{said}", self.shell());
        Err(Error::new(Self::NAME, Kind::Exit(status.code()), message))
    }
}

impl RunJob for ShellOperation {
    fn run<'a>(&'a self) -> BoxFuture<'a, Result<JobResult>> {
        async move { Ok(self.to_its_end().await?) }.boxed()
    }
}
