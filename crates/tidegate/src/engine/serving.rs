//! The servers of an engine while they run: it sees each of them end before its store is closed. What a server answers is its own business.

use tidegate_core::StoreError;
use tidegate_server::Server;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Engine;

/// The servers of an engine.
#[derive(Debug, Default)]
pub(super) struct Servers {
    running: TaskTracker,
    stop: CancellationToken,
}

impl Servers {
    /// Stops them all, each in good order.
    pub(super) async fn stop(&self) {
        self.stop.cancel();
        self.running.close();
        self.running.wait().await;
    }
}

/// A server that runs.
#[derive(Debug)]
pub(crate) struct Served {
    /// Has it stop.
    pub(crate) stop: CancellationToken,
    /// What it comes to.
    pub(crate) end: oneshot::Receiver<Result<(), StoreError>>,
}

impl Engine {
    /// Runs a server until it is told to stop or the engine is closed. While it does, it is seen to that the runs of dead owners end.
    pub(crate) fn run_server(&self, server: Server) -> Served {
        if let Some(ownership) = &self.0.ownership {
            ownership.keep_watch();
        }
        let stop = self.0.servers.stop.child_token();
        let (ended, end) = oneshot::channel();
        let until = stop.clone();
        self.0.servers.running.spawn(async move {
            // That nobody waits for it any more is no matter of the server.
            let _ = ended.send(server.run(until).await);
        });
        Served { stop, end }
    }

    pub(crate) fn clock(&self) -> tidegate_core::Clock {
        self.0.clock
    }
}
