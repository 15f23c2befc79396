//! Where the lines of an engine's runs are stored, and from which level on. It never waits: a line must not hold a run back.

use std::sync::Arc;

use tidegate_core::{Clock, LogLevel, LogRecord, Store, Timestamp};

use crate::log::LevelFilter;

/// Takes the log records of an engine. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Sink {
    store: Option<Arc<dyn Store>>,
    level: LevelFilter,
    clock: Clock,
}

impl Sink {
    pub(crate) fn new(store: Option<Arc<dyn Store>>, level: LevelFilter, clock: Clock) -> Self {
        Self { store, level, clock }
    }

    /// Whether lines of this level are written at all.
    pub(crate) fn allows(&self, level: LogLevel) -> bool {
        self.level.allows(level)
    }

    /// The time that lines are stamped with.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Stores a record, if this engine keeps any.
    pub(crate) fn store(&self, record: LogRecord) {
        if let Some(store) = &self.store {
            store.put_logs(vec![record]);
        }
    }
}
