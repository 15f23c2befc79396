//! Inputs: what people and other runs hand to a flow run while it runs, and what it asks for when it pauses. Nothing here says what an
//! input means.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{RunId, Timestamp};

/// An input as it is recorded. A flow run has one of each key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunInput {
    /// The flow run it is for.
    pub flow_run_id: RunId,
    /// What it is found by.
    pub key: String,
    /// The thing itself.
    pub value: Value,
    /// The flow run that sent it; none if it came from elsewhere.
    pub sender: Option<RunId>,
    /// When it was sent.
    pub created: Timestamp,
}
