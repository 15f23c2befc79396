//! Records on a server of Prefect, so that runs of Rust are seen in its own pages. It is told of flows, runs, states, log lines, artifacts,
//! variables and events; what it has no room for is kept in the memory of this process while its runs live. It never asks the server
//! whether a state may be entered: that was decided before.

mod answers;
mod kept;
mod recorder;
mod shape;
mod variables;

pub(crate) use answers::answer;
pub(crate) use kept::Known;
pub(crate) use recorder::Recorder;
