//! A server in a process of its own, so that it can be killed. The process is this test program again.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use tidegate_server::{Config, Server};
use tidegate_store::{Options, Sqlite};
use tokio_util::sync::CancellationToken;

const DATABASE: &str = "TIDEGATE_TEST_DATABASE";
const ADDRESS: &str = "TIDEGATE_TEST_ADDRESS";

/// A server on a file that can be killed and started again where it was.
pub(crate) struct Process {
    database: PathBuf,
    pub(crate) address: SocketAddr,
    child: Option<Child>,
}

impl Process {
    /// Not started yet.
    pub(crate) fn on(database: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (database, address) = (database.to_owned(), listener.local_addr().unwrap());
        Self { database, address, child: None }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/api", self.address)
    }

    pub(crate) fn start(&mut self) {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "process::the_process_of_a_server", "--nocapture"])
            .env(DATABASE, &self.database)
            .env(ADDRESS, self.address.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.unwrap());
    }

    /// kill -9.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What waits for another process looks again after so long.
#[expect(clippy::disallowed_methods, reason = "nothing tells of what becomes of another process")]
pub(crate) fn look_again_after(pause: std::time::Duration) {
    std::thread::sleep(pause);
}

/// Is a server, where it is asked to be one.
#[test]
fn the_process_of_a_server() {
    let Some(database) = std::env::var_os(DATABASE) else { return };
    let address = std::env::var(ADDRESS).unwrap().parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(async move {
        let store = Arc::new(Sqlite::open(Options::file(PathBuf::from(database))).unwrap());
        let server = Server::bind(store, Config::new().address(address)).await.unwrap();
        server.run(CancellationToken::new()).await.unwrap();
    });
}
