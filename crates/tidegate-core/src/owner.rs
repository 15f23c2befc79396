//! Whoever runs flows in the process that serves them, for a server that wants something of such a run. It is asked at once; who is in another
//! process is asked through the store.

use std::fmt;

use crate::{Request, Run, RunId};

/// Runs flows in this process.
pub trait Owner: fmt::Debug + Send + Sync {
    /// Whether it has this run under way.
    fn owns(&self, run: RunId) -> bool;

    /// Hands a request to the run that it is about; whether that is under way here. One that is not is to be asked through the store.
    fn ask(&self, request: &Request) -> bool;

    /// Whether it can run a flow run again from its record: it has the flow, and the arguments can be read.
    fn can_run_again(&self, run: &Run) -> bool;

    /// Runs a flow run again that has ended and did not complete. What completed in it is not made again; what comes of it is on record.
    fn run_again(&self, run: RunId);
}
