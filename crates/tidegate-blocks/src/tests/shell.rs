//! Commands of a shell.

use std::path::{Path, PathBuf};
use std::process::Command;

use tidegate::block::RunJob;
use tidegate::prelude::*;
use tidegate::{Engine, LogLevel, Secret};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;

use crate::{Error, ShellOperation};

#[tokio::test]
async fn the_commands_are_one_script_in_a_folder_with_an_environment() {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = ShellOperation::new(["mkdir sub && cd sub", "pwd", "echo $CITY $TOKEN >&2"]);
    shell.working_dir = Some(folder.path().display().to_string());
    shell.env.insert("CITY".into(), "Bergen".into());
    shell.secret_env.insert("TOKEN".into(), Secret::new("s3cret".into()));
    let result = shell.run().await.unwrap();
    let sub = folder.path().canonicalize().unwrap().join("sub").display().to_string();
    assert_eq!(result.exit_code, Some(0));
    let mut lines = result.lines;
    lines.sort();
    let mut expected = [sub, "Bergen s3cret".to_owned()];
    expected.sort();
    assert_eq!(lines[lines.len() - 2..], expected, "one stream may be before the other");
}

#[tidegate::test]
async fn each_line_goes_to_the_log_of_the_run_that_it_is_printed_in() {
    #[task]
    async fn report() -> Result<Vec<String>> {
        let shell = ShellOperation::new(["echo one", "printf 'two\\nthree'"]);
        Ok(shell.run().await?.lines)
    }
    assert_eq!(report().await.unwrap(), ["one", "two", "three"]);
    let engine = Engine::current().unwrap();
    let run = engine.runs().list().await.unwrap().remove(0);
    let lines = engine.logs().of_task_run(run.id).list().await.unwrap();
    let printed: Vec<_> = lines
        .iter()
        .filter(|line| line.level == LogLevel::Info)
        .map(|line| line.message.to_string())
        .filter(|line| ["one", "two", "three"].contains(&&**line))
        .collect();
    assert_eq!(printed, ["one", "two", "three"]);
}

#[tidegate::test]
async fn what_is_not_to_be_streamed_is_in_the_result_only() {
    #[task]
    async fn report() -> Result<Vec<String>> {
        let mut shell = ShellOperation::new(["echo one"]);
        shell.stream_output = false;
        Ok(shell.run().await?.lines)
    }
    assert_eq!(report().await.unwrap(), ["one"]);
    let lines = Engine::current().unwrap().logs().list().await.unwrap();
    assert!(!lines.iter().any(|line| &*line.message == "one"));
}

#[tokio::test]
async fn a_failure_tells_the_exit_code_and_the_last_words() {
    let shell = ShellOperation::new(["echo going", "echo 'no such city' >&2", "exit 3"]);
    let error = shell.run().await.unwrap_err();
    assert_eq!(error.downcast_ref::<Error>().unwrap().exit_code(), Some(3));
    let told = error.to_string();
    assert!(told.starts_with("Shell Operation: `bash` has failed with exit status: 3: "), "{told}");

    let error = ShellOperation::new(["kill -9 $$"]).run().await.unwrap_err();
    assert_eq!(error.downcast_ref::<Error>().unwrap().exit_code(), None);
    assert!(error.to_string().contains("signal: 9"), "{error}");
}

#[tokio::test]
async fn a_shell_that_is_not_there_is_named() {
    let mut shell = ShellOperation::new(["true"]);
    shell.shell = Some("no-such-shell".into());
    let error = shell.run().await.unwrap_err();
    assert!(error.to_string().contains("`no-such-shell` cannot be started"), "{error}");
}

#[tokio::test]
async fn another_shell_runs_the_script() {
    let mut shell = ShellOperation::new(["echo $0"]);
    shell.shell = Some("sh".into());
    shell.extension = Some(".script".into());
    assert!(shell.run().await.unwrap().lines[0].ends_with(".script"));
}

/// A pipe with a name, that the processes of a job hold open for as long as one of them lives.
struct Witness(PathBuf, pipe::Receiver);

impl Witness {
    fn in_folder(folder: &Path) -> Self {
        let path = folder.join("witness");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let receiver = pipe::OpenOptions::new().open_receiver(&path).unwrap();
        Self(path, receiver)
    }

    /// A job of a shell and two processes that it has started, one of them out of its sight.
    fn job(&self) -> ShellOperation {
        let witness = format!("exec 9>{}", self.0.display());
        let mut shell =
            ShellOperation::new([&*witness, "(sleep 1000 &)", "echo begun >&9", "sleep 1000"]);
        shell.stream_output = false;
        shell
    }

    async fn begun(&mut self) {
        let mut word = [0; 6];
        self.1.read_exact(&mut word).await.unwrap();
        assert_eq!(&word, b"begun\n");
    }

    /// Waits for the death of all of them.
    async fn all_dead(mut self) {
        assert_eq!(self.1.read_to_end(&mut Vec::new()).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_job_that_is_dropped_ends_with_all_its_processes() {
    let folder = tempfile::tempdir().unwrap();
    let mut witness = Witness::in_folder(folder.path());
    let shell = witness.job();
    {
        let mut job = shell.run();
        tokio::select! {
            _ = &mut job => panic!("it sleeps"),
            () = witness.begun() => {}
        }
    }
    witness.all_dead().await;
}

#[tidegate::test]
async fn a_job_whose_run_is_cancelled_ends_with_all_its_processes() {
    #[task]
    async fn long(shell: ShellOperation) -> Result<()> {
        shell.run().await?;
        Ok(())
    }
    let folder = tempfile::tempdir().unwrap();
    let mut witness = Witness::in_folder(folder.path());
    let run = long(witness.job()).submit();
    witness.begun().await;
    assert!(run.cancel());
    assert!(run.await.unwrap_err().is_cancelled());
    witness.all_dead().await;
}

#[tokio::test]
async fn what_a_script_leaves_in_the_background_ends_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut witness = Witness::in_folder(folder.path());
    let mut shell = witness.job();
    *shell.commands.last_mut().unwrap() = "exit 0".into();
    shell.run().await.unwrap();
    witness.begun().await;
    witness.all_dead().await;
}

#[tokio::test]
async fn a_flood_is_kept_to_its_end() {
    let result = ShellOperation::new(["seq 1 30000", "head -c 200000 /dev/zero | tr '\\0' x"]);
    let mut result = result;
    result.stream_output = false;
    let lines = result.run().await.unwrap().lines;
    assert_eq!(lines.len(), 10_000);
    assert_eq!(lines.iter().rev().take(4).map(String::len).sum::<usize>(), 200_000);
}
