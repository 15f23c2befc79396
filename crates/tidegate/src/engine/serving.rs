//! The servers of an engine while they run: it sees each of them end before its store is closed. What a server answers is its own business.

use std::fmt;

use tidegate_core::{Owner, Request, Run, RunId, StoreError};
use tidegate_server::Server;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Engine, WeakEngine};
use crate::resume::check_restartable;

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

/// What an engine has under way, for a server in the same process.
pub(crate) struct Here(WeakEngine);

impl Here {
    pub(crate) fn of(engine: &Engine) -> Self {
        Self(engine.downgrade())
    }
}

impl Owner for Here {
    fn owns(&self, run: RunId) -> bool {
        self.0.upgrade().is_some_and(|engine| engine.roster().find(run).is_some())
    }

    fn ask(&self, request: &Request) -> bool {
        let live = self.0.upgrade().and_then(|engine| engine.roster().find(request.run_id));
        live.is_some_and(|live| {
            live.control().deliver(request.clone());
            true
        })
    }

    fn can_run_again(&self, run: &Run) -> bool {
        run.flow_run_id.is_none() && check_restartable(run).is_ok()
    }

    fn run_again(&self, run: RunId) {
        let Some(engine) = self.0.upgrade() else { return };
        let again = engine.clone();
        engine.nursery().spawn(async move {
            // That its code fails again is told by its own log lines.
            if let Err(error) = again.resume(run).await
                && error.is_configuration()
            {
                tracing::error!(target: "tidegate::engine", "a flow run was not retried as it was asked for: {error}");
            }
        });
    }
}

impl fmt::Debug for Here {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Here")
    }
}
