//! Why a run could not start: a run that it depends on did not complete.

use std::error::Error as StdError;
use std::fmt;

use tidegate_core::{RunId, RunKind};

use super::Error;
use super::convert::Standing;

/// A run that others depend on did not complete.
#[derive(Debug)]
pub(crate) struct NotCompleted {
    kind: RunKind,
    id: Option<RunId>,
    failure: Standing,
}

impl NotCompleted {
    pub(crate) fn new(kind: RunKind, id: Option<RunId>, failure: Error) -> Self {
        Self { kind, id, failure: Standing(failure) }
    }
}

/// In the words of Prefect.
impl fmt::Display for NotCompleted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = match self.kind {
            RunKind::Flow => "flow",
            RunKind::Task => "task",
        };
        match self.id {
            Some(id) => {
                write!(f, "Upstream {noun} run '{id}' did not reach a 'COMPLETED' state.")
            }
            None => write!(f, "An upstream {noun} was not run."),
        }
    }
}

impl StdError for NotCompleted {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.failure)
    }
}
