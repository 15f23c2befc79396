//! Requests: what those who do not own a run ask of whoever does. A request changes nothing by itself; the owner of the run sees
//! it within a second and acts.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{RunId, Timestamp};

/// The id of a request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(Uuid);

impl RequestId {
    /// A new id, later in order than every id this process made before.
    #[must_use]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// The id as a UUID.
    #[must_use]
    pub const fn as_uuid(&self) -> &Uuid {
        &self.0
    }
}

impl Default for RequestId {
    fn default() -> Self {
        Self::new()
    }
}

impl From<Uuid> for RequestId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({})", self.0)
    }
}

/// Something that is asked of the owner of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
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
