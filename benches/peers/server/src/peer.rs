//! The servers that are compared, each a process of its own with a folder of its own. Nothing here measures anything but how long one
//! takes to answer after it was started.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::client::{Client, Request};

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(120);

/// Who is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A route that does nothing.
    Floor,
    /// Tidegate, at this level of durability.
    Tidegate(&'static str),
    /// Prefect, run by this Python.
    Prefect(PathBuf),
}

impl Kind {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Floor => "axum, nothing done".to_owned(),
            Self::Tidegate(durability) => format!("Tidegate, {durability}"),
            Self::Prefect(_) => "Prefect 3.8.3".to_owned(),
        }
    }

    fn command(&self, home: &Path, port: u16) -> Command {
        match self {
            Self::Floor => ours(&["serve", "floor", "-", &port.to_string()]),
            Self::Tidegate(durability) => {
                let database = home.join("tidegate.db");
                let database = database.to_str().expect("temporary folders have simple names");
                ours(&["serve", durability, database, &port.to_string()])
            }
            Self::Prefect(python) => {
                let mut command = Command::new(python);
                command
                    .args(["-m", "prefect", "server", "start", "--no-ui", "--host", "127.0.0.1"])
                    .args(["--port", &port.to_string()])
                    .env("PREFECT_HOME", home)
                    .env("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
                    .env("DO_NOT_TRACK", "1")
                    .env_remove("PREFECT_API_URL");
                command
            }
        }
    }
}

/// This program, as a process of its own.
fn ours(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.args(arguments);
    command
}

/// A server that runs. It is stopped when this is dropped.
pub(crate) struct Peer {
    pub(crate) kind: Kind,
    pub(crate) address: SocketAddr,
    /// How many seconds it took from its start to its first answer.
    pub(crate) started_in: f64,
    child: Child,
    home: Option<TempDir>,
}

impl Peer {
    /// Starts a server in a new folder.
    pub(crate) async fn start(kind: &Kind) -> Self {
        Self::start_in(kind, tempfile::tempdir().expect("a folder can be made")).await
    }

    async fn start_in(kind: &Kind, home: TempDir) -> Self {
        let port = free_port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut command = kind.command(home.path(), port);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let begun = Instant::now();
        let child = command.spawn().expect("the program starts");
        let mut peer =
            Self { kind: kind.clone(), address, started_in: 0.0, child, home: Some(home) };
        let health = Request::get("/health");
        while !matches!(Client::new(address).try_to_ask(&health).await, Ok((200, _))) {
            let ended = peer.child.try_wait().expect("the process can be asked");
            assert!(ended.is_none(), "{} ended by itself", kind.name());
            assert!(begun.elapsed() < PATIENCE, "{} does not answer", kind.name());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        peer.started_in = begun.elapsed().as_secs_f64();
        peer
    }

    /// Stops it, and starts it again with what it has stored.
    pub(crate) async fn restart(mut self) -> Self {
        self.stop();
        let home = self.home.take().expect("it has its folder until it is dropped");
        Self::start_in(&self.kind, home).await
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.address)
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    fn stop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A port that nobody listens on now.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    listener.local_addr().expect("it has an address").port()
}
