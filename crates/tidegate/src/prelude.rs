//! What a file with flows and tasks needs: the attributes, [`Result`], retry delays and the run logger.

pub use crate::{exponential_backoff, flow, run_logger, task};

/// The result of the bodies of flows and tasks: any error that can be boxed goes through `?`.
pub type Result<T, E = crate::BoxError> = std::result::Result<T, E>;
