//! What pages show, as pure functions from records: nothing here asks a store or reads a clock.

pub(super) mod activity;
pub(super) mod artifacts;
pub(super) mod asked;
pub(super) mod attempts;
pub(super) mod block;
pub(super) mod blocks;
pub(super) mod confirm;
pub(super) mod dashboard;
pub(super) mod events;
pub(super) mod flow_run;
pub(super) mod flows;
pub(super) mod history;
pub(super) mod limits;
pub(super) mod logs;
pub(super) mod progress;
pub(super) mod run;
pub(super) mod runs;
pub(super) mod scatter;
pub(super) mod settings;
pub(super) mod task_runs;
#[cfg(test)]
mod tests;
pub(super) mod variables;
