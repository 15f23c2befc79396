//! A server on a database of its own, as one starts it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::thread::JoinHandle;

use tempfile::TempDir;
use tidegate_core::Store;
use tidegate_server::{Config, Server};
use tidegate_store::{Options, Sqlite};
use tokio_util::sync::CancellationToken;

use super::chromium::Chromium;
use super::page::Page;
use super::program::Program;
use super::story::{self, Story};

/// A folder with a database, and a server on it.
pub(super) struct Site {
    folder: TempDir,
    address: SocketAddr,
    stop: CancellationToken,
    server: Option<JoinHandle<()>>,
}

/// What most tests look at and none changes: records of a day, and a program whose flows go on.
pub(super) struct Gallery {
    pub(super) site: Site,
    pub(super) story: Story,
    pub(super) program: Program,
}

/// The one of this process.
pub(super) fn gallery() -> &'static Gallery {
    static GALLERY: LazyLock<Gallery> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let story = story::write(folder.path());
        let mut program = Program::start(folder.path(), "day");
        program.wait_for("ready");
        Gallery { site: Site::on(folder), story, program }
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
        let stop = CancellationToken::new();
        let (sender, receiver) = std::sync::mpsc::channel();
        let (path, stopped) = (folder.path().join("tidegate.db"), stop.clone());
        let server = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let store: Arc<dyn Store> = Arc::new(Sqlite::open(Options::file(&path)).unwrap());
                let config = Config::new().address(([127, 0, 0, 1], 0).into());
                let server = Server::bind(Arc::clone(&store), config).await.unwrap();
                sender.send(server.address()).unwrap();
                server.run(stopped).await.unwrap();
            });
        });
        let address = receiver.recv().expect("the server listens");
        Self { folder, address, stop, server: Some(server) }
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
        Page::new(chromium, format!("http://{}", self.address))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(server) = self.server.take() {
            let _ = server.join();
        }
    }
}
