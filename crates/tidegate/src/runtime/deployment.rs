//! The deployment that the current flow run was made from. A run that was called by code has none, and then every answer is
//! empty.

use tidegate_core::{DeploymentId, Parameters, RunId};

use crate::runtime::flow;

/// Its id.
#[must_use]
pub fn id() -> Option<DeploymentId> {
    flow(|run| run.record().deployment_id).flatten()
}

/// Its name; none while deployments are not part of Tidegate.
#[must_use]
pub fn name() -> Option<String> {
    None
}

/// Its version; none while deployments are not part of Tidegate.
#[must_use]
pub fn version() -> Option<String> {
    None
}

/// The flow run that was made from it.
#[must_use]
pub fn flow_run_id() -> Option<RunId> {
    id().and_then(|_| flow(|run| run.id()))
}

/// The parameters of the flow run that was made from it; empty without a deployment.
#[must_use]
pub fn parameters() -> Parameters {
    id().and_then(|_| flow(|run| run.record().parameters.clone())).unwrap_or_default()
}
