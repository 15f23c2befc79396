//! What a file with flows and tasks needs: the attributes, [`Result`], retry delays and the run logger.

pub use crate::{Result, exponential_backoff, flow, run_logger, task};
