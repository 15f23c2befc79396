//! The rules as a whole: against every probed cell of Prefect, as a drawn table, and case by case.

mod cases;
mod cells;
mod differences;
mod moves;
mod transitions;

use std::sync::Arc;

use chrono::TimeDelta;

use crate::{Definition, Run, RunKind, Timestamp};

/// A fixed time, so that no test depends on when it runs.
pub(super) fn noon() -> Timestamp {
    "2026-01-15T12:00:00Z".parse().unwrap()
}

pub(super) fn seconds(seconds: i64) -> TimeDelta {
    TimeDelta::seconds(seconds)
}

pub(super) fn new_run(kind: RunKind) -> Run {
    Run::new(Arc::new(Definition::new(kind, "sample")), "sample-0", noon() - seconds(60))
}
