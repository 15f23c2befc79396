//! What every handler is given: the store, the clock, the settings, and when to stop. It holds nothing that is not in the store but
//! counts and what has been said already.

use std::sync::Arc;
use std::time::Duration;

use tidegate_core::{Clock, Store, Timestamp};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::error::ApiError;
use crate::flows::Flows;
use crate::metrics::Counts;
use crate::security::{Buckets, Crowd, Place, Who};
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
    buckets: Buckets,
    streams: Crowd<Who>,
    started: Timestamp,
}

impl AppState {
    pub(crate) fn new(store: Arc<dyn Store>, config: Config) -> Self {
        // What is known of the keys of one store is nothing to a server over another.
        let config = Config { stored: Arc::default(), ..config };
        let started = config.clock.now();
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        Self(Arc::new(Shared {
            store,
            config,
            stop,
            tasks,
            counts: Counts::default(),
            flows: Flows::default(),
            buckets: Buckets::default(),
            streams: Crowd::default(),
            graphs: Kept::default(),
            started,
        }))
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

    /// How often callers may still ask.
    pub(crate) fn buckets(&self) -> &Buckets {
        &self.0.buckets
    }

    /// A place for one more stream of a caller. It is given back when it is dropped.
    pub(crate) fn stream(&self, who: Who) -> Result<Place<Who>, ApiError> {
        let place = self.0.streams.enter(who, self.config().limits.streams, Config::STREAMS);
        place.ok_or_else(|| ApiError::TooMany {
            detail: "there are too many streams: close those that nobody looks at".into(),
            retry_after: Duration::from_secs(5),
        })
    }

    pub(crate) fn started(&self) -> Timestamp {
        self.0.started
    }
}
