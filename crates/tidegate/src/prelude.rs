//! What a file with flows and tasks needs: the attributes, [`Result`], retry delays, the run logger, and what is said of handles.

pub use crate::{
    Result, allow_failure, as_completed, exponential_backoff, flow, gather, mapped, run_logger,
    task, unmapped,
};
