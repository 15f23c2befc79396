//! A server on a database of its own, as one starts it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;
use tidegate_store::{Options, Sqlite};

use super::chromium::Chromium;
use super::page::Page;
use super::program::{KEY, Program};
use super::story::{self, Story};

/// Runs the server until nobody holds its standard input any more: it ends with the tests, however they end.
const GUARD: &str = r#""$@" & server=$!; cat > /dev/null; kill "$server"; wait "$server""#;

/// A folder with a database, and a server on it.
pub(super) struct Site {
    folder: TempDir,
    url: String,
    server: Child,
}

/// What most tests look at and none changes: records of a day, and a program whose flows go on.
pub(super) struct Gallery {
    pub(super) site: Site,
    pub(super) story: Story,
    /// It goes on as long as this is held.
    _program: Program,
}

/// The one of this process.
pub(super) fn gallery() -> &'static Gallery {
    static GALLERY: LazyLock<Gallery> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let story = story::write(folder.path());
        let mut program = Program::start(folder.path(), "day");
        program.wait_for("ready");
        Gallery { site: Site::on(folder), story, _program: program }
    });
    &GALLERY
}

impl Site {
    /// Without records.
    pub(super) fn new() -> Self {
        Self::on(tempfile::tempdir().unwrap())
    }

    /// On what is in this folder.
    pub(super) fn on(folder: TempDir) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", GUARD, "sh", env!("CARGO_BIN_EXE_tidegate")]);
        command.args(["server", "start", "--port", "0", "--output", "json"]);
        command.env("TIDEGATE_HOME", folder.path()).env("TIDEGATE_ENCRYPTION_KEY", KEY);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.spawn().unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let said: Value = loop {
            let line = lines.next().unwrap_or_else(|| panic!("the server ended: {said}"));
            said.push_str(&line.unwrap());
            if let Ok(value) = serde_json::from_str(&said) {
                break value;
            }
        };
        let url = said["ui_url"].as_str().unwrap().trim_end_matches('/').to_owned();
        Self { folder, url, server }
    }

    /// Where its database is.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What its database answers.
    pub(super) fn ask<T, F: Future<Output = T>>(&self, question: impl FnOnce(Sqlite) -> F) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let store = Sqlite::open(Options::file(self.folder().join("tidegate.db"))).unwrap();
        runtime.block_on(question(store))
    }

    /// A page on it, empty yet.
    pub(super) fn page(&self, chromium: &'static Chromium) -> Page {
        Page::new(chromium, &self.url)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}
