//! A flow or task as its attribute describes it, before any run. It never holds the function itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tidegate_core::{self as core, Parameter, RunKind};

use crate::options::Options;

/// A flow or a task: its name, what is recorded of it, and its options. Cheap to clone.
///
/// The attributes make one for each function: `fetch_weather::definition()`.
#[derive(Clone, Debug)]
pub struct Definition(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    record: Arc<core::Definition>,
    options: Arc<Options>,
    /// The number of the function's source; none for what is not written as one.
    source: Option<u128>,
    /// Whether it was told that its options contradict each other.
    told: AtomicBool,
}

impl Definition {
    pub(crate) fn new(record: core::Definition, options: Options) -> Self {
        Self::with_source(record, options, None)
    }

    pub(crate) fn with_source(
        record: core::Definition,
        options: Options,
        source: Option<u128>,
    ) -> Self {
        let (record, options) = (Arc::new(record), Arc::new(options));
        Self(Arc::new(Inner { record, options, source, told: AtomicBool::new(false) }))
    }

    /// Flow or task.
    #[must_use]
    pub fn kind(&self) -> RunKind {
        self.0.record.kind
    }

    /// The name people see.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.record.name
    }

    /// What tells this function from others of one name.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.0.record.key
    }

    /// A free version text.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.0.record.version.as_deref()
    }

    /// What it does, for people.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.0.record.description.as_deref()
    }

    /// The tags of every run of it.
    #[must_use]
    pub fn tags(&self) -> &[String] {
        &self.0.record.tags
    }

    /// The arguments of its signature.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.0.record.parameters
    }

    /// What is said of its runs.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// The number of the function's source, which changes with it.
    pub(crate) fn source_number(&self) -> Option<u128> {
        self.0.source
    }

    /// Whether nobody was told yet that its options contradict each other, which counts as told from now on.
    pub(crate) fn tells_first_time(&self) -> bool {
        !self.0.told.swap(true, Ordering::Relaxed)
    }

    pub(crate) fn shared_options(&self) -> Arc<Options> {
        Arc::clone(&self.0.options)
    }

    /// What a store keeps of it.
    pub(crate) fn record(&self) -> &Arc<core::Definition> {
        &self.0.record
    }
}
