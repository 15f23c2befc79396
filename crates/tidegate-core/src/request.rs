//! Requests: what those who do not own a run ask of whoever does. A request changes nothing by itself; the owner of the run sees
//! it within a second and acts.

use serde::{Deserialize, Serialize};

use crate::id::identifier;
use crate::{RunId, Timestamp};

identifier! {
    /// The id of a request.
    RequestId
}

/// Something that is asked of the owner of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// The run.
    pub run_id: RunId,
    /// What is asked.
    pub kind: RequestKind,
    /// When it was asked.
    pub at: Timestamp,
}

/// What can be asked of the owner of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum RequestKind {
    /// End it as CANCELLED, with everything inside it. Open until the run has ended, so that no later owner runs it on.
    Cancel,
    /// Let go of it at the next call of a task, so that it can be resumed later.
    Suspend,
    /// Go on with it after a pause, whose answer is among its inputs.
    Resume {
        /// The pause that was answered.
        pause_key: String,
    },
}

impl Request {
    /// A request about a run.
    #[must_use]
    pub fn new(run_id: RunId, kind: RequestKind, at: Timestamp) -> Self {
        Self { id: RequestId::new(), run_id, kind, at }
    }
}
