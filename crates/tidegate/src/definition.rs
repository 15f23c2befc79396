//! A flow or task as its attribute describes it, before any run. It never holds the function itself.

use std::sync::Arc;

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
}

impl Definition {
    pub(crate) fn new(record: core::Definition, options: Options) -> Self {
        Self(Arc::new(Inner { record: Arc::new(record), options: Arc::new(options) }))
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

    pub(crate) fn shared_options(&self) -> Arc<Options> {
        Arc::clone(&self.0.options)
    }

    /// What a store keeps of it.
    pub(crate) fn record(&self) -> &Arc<core::Definition> {
        &self.0.record
    }
}
