//! What `-o json` gives: records as programs read them, with Prefect's names for their fields. Results are not among them.

mod log;
mod run;

pub(super) use log::LogLine;
pub(super) use run::{RunDetails, RunSummary, StateRecord};
