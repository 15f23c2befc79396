//! The task run that the calling code belongs to.

use tidegate_core::{Parameters, RunId};

use crate::runtime::{stand_in, task};

/// Its id.
#[must_use]
pub fn id() -> Option<RunId> {
    stand_in(|facts| facts.task_run.id).or_else(|| task(|run| run.id()))
}

/// Its name.
#[must_use]
pub fn name() -> Option<String> {
    stand_in(|facts| facts.task_run.name.clone()).or_else(|| task(|run| run.name()))
}

/// Its tags; none outside a task run.
#[must_use]
pub fn tags() -> Vec<String> {
    stand_in(|facts| facts.task_run.tags.clone())
        .or_else(|| task(|run| run.record().tags.clone()))
        .unwrap_or_default()
}

/// What it was called with, as recorded; empty outside a task run.
#[must_use]
pub fn parameters() -> Parameters {
    stand_in(|facts| facts.task_run.parameters.clone())
        .or_else(|| task(|run| run.record().parameters.clone()))
        .unwrap_or_default()
}

/// How often it has entered RUNNING, this time included; 0 outside a task run.
#[must_use]
pub fn run_count() -> u32 {
    stand_in(|facts| facts.task_run.run_count)
        .or_else(|| task(|run| run.record().run_count))
        .unwrap_or(0)
}

/// The name of its task.
#[must_use]
pub fn task_name() -> Option<String> {
    stand_in(|facts| facts.task_run.definition_name.clone())
        .or_else(|| task(|run| run.definition().name().to_owned()))
}

/// Where a server shows it to programs; none without a server.
#[must_use]
pub fn api_url() -> Option<String> {
    None
}

/// Where a server shows it to people; none without a server.
#[must_use]
pub fn ui_url() -> Option<String> {
    None
}
