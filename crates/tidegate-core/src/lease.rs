//! Leases: who owns runs, and until when that is believed. A lease never says what its owner does.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::id::identifier;

identifier! {
    /// The id of a lease. An owner that has lost its lease takes another with a new id, so an id is an epoch: what is written under
    /// an old one is refused.
    LeaseId
}

/// A claim on runs by an engine that lives. It holds until it is ended; anyone may end it once it has expired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Its id.
    pub id: LeaseId,
    /// Who holds it, for those on the same host.
    pub holder: Holder,
    /// When it may be ended unless it was renewed.
    pub expires: Timestamp,
}

/// The process that holds a lease. Those who see the same `host` can find out by `pid` and `started` whether it lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The host, its boot, and where its process ids count; empty when unknown.
    pub host: String,
    /// The process id.
    pub pid: u32,
    /// When the process was started, as the host counts; tells it from a later one of the same id.
    pub started: u64,
}

impl Lease {
    /// How long a lease holds without being renewed.
    pub const TERM: Duration = Duration::from_secs(10);

    /// Whether it may be ended.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires <= now
    }
}
