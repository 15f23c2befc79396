//! The command as people use it: what it answers, on which stream, and with which exit code, for a database whose records are the same
//! each time.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod blocks;
mod browser;
mod errors;
mod fixture;
mod following;
mod help;
mod listing;
mod serving;
mod settings;
mod steering;

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use expect_test::Expect;
use tempfile::TempDir;

/// The records that every test reads; none writes them.
static RECORDS: LazyLock<Records> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    fixture::write(&folder.path().join("tidegate.db"));
    Records(folder)
});

struct Records(TempDir);

/// A call of the command in a folder with a database, whose surroundings are the same everywhere.
struct Call {
    command: Command,
    folder: PathBuf,
}

impl Call {
    /// On the records that every test reads.
    fn new(line: &str) -> Self {
        Self::within(RECORDS.0.path().to_owned(), line)
    }

    /// On the database in this folder.
    fn within(folder: PathBuf, line: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
        let named = std::env::vars_os().map(|(name, _)| name);
        for name in named.filter(|name| name.to_string_lossy().starts_with("TIDEGATE_")) {
            command.env_remove(name);
        }
        command.args(line.split_whitespace()).stdin(Stdio::null());
        command.env("TIDEGATE_HOME", &folder).env("TZ", "UTC").env_remove("NO_COLOR");
        command.env("COLUMNS", "100");
        Self { command, folder }
    }

    fn arg(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    fn output(mut self) -> (String, Output) {
        let output = self.command.output().unwrap();
        let folder = self.folder.display().to_string();
        // Clap leaves spaces on empty lines, which snapshots do not keep.
        let text = |bytes: &[u8]| -> String {
            let text = String::from_utf8_lossy(bytes).replace(&folder, "~");
            text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
        };
        let mut shown = text(&output.stdout);
        if !output.stderr.is_empty() {
            shown.push_str("-- standard error --\n");
            shown.push_str(&text(&output.stderr));
        }
        if !output.status.success() {
            shown.push_str(&format!("-- exit code {} --\n", output.status.code().unwrap()));
        }
        (shown, output)
    }

    /// What it answers.
    #[track_caller]
    fn check(self, expected: &Expect) {
        expected.assert_eq(&self.output().0);
    }
}

/// What the command answers on the records that every test reads, 100 columns wide.
#[track_caller]
fn check(line: &str, expected: &Expect) {
    Call::new(line).check(expected);
}
