//! What every handler is given: the store, the clock, the settings, and when to stop. It holds nothing that is not in the store but
//! counts and what has been said already.

use std::sync::Arc;

use tidegate_core::{Clock, Store, Timestamp};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::flows::Flows;
use crate::metrics::Counts;
use crate::ui::graph::Kept;

/// What every handler is given. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct AppState(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: Arc<dyn Store>,
    config: Config,
    stop: CancellationToken,
    tasks: TaskTracker,
    counts: Counts,
    flows: Flows,
    graphs: Kept,
    started: Timestamp,
}

impl AppState {
    pub(crate) fn new(store: Arc<dyn Store>, config: Config) -> Self {
        // What is known of the keys of one store is nothing to a server over another.
        let config = Config { stored: Arc::default(), ..config };
        let started = config.clock.now();
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let (counts, flows) = (Counts::default(), Flows::default());
        let graphs = Kept::default();
        Self(Arc::new(Shared { store, config, stop, tasks, counts, flows, graphs, started }))
    }

    /// The records.
    pub(crate) fn store(&self) -> &dyn Store {
        &*self.0.store
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.config.clock
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock().now()
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    /// Cancelled when the server stops: streams and sockets end then.
    pub(crate) fn stop(&self) -> &CancellationToken {
        &self.0.stop
    }

    /// What goes on beyond its request is tracked here, and joined when the server stops.
    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    pub(crate) fn counts(&self) -> &Counts {
        &self.0.counts
    }

    /// The flows that were asked for.
    pub(crate) fn flows(&self) -> &Flows {
        &self.0.flows
    }

    /// The graphs that pages showed lately.
    pub(crate) fn graphs(&self) -> &Kept {
        &self.0.graphs
    }

    pub(crate) fn started(&self) -> Timestamp {
        self.0.started
    }
}
