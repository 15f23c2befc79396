//! Slots of concurrency limits, as they are asked for, taken and listed. Nothing here decides whether there are enough.

use serde::{Deserialize, Serialize};

use super::{ConcurrencyLimit, SlotStanding, Taken};
use crate::id::identifier;
use crate::{LeaseId, RunId, Timestamp};

/// A limit, and what is taken of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LimitUse {
    /// The limit.
    pub limit: ConcurrencyLimit,
    /// How many slots are held under each lease, and under none.
    pub held: Vec<(Option<LeaseId>, u64)>,
    /// Of a limit that decays: what is taken, held or not.
    pub decaying: Taken,
}

impl LimitUse {
    /// How many slots are taken at `now`.
    #[must_use]
    pub fn occupied(&self, now: Timestamp) -> u64 {
        self.taken().at(now, &self.limit).whole()
    }

    /// What is taken.
    #[must_use]
    pub fn taken(&self) -> Taken {
        if self.limit.decays() {
            return self.decaying;
        }
        Taken::slots(self.held.iter().map(|(_, slots)| slots).sum(), self.decaying.as_of)
    }
}

identifier! {
    /// The id of slots that are taken together.
    HoldId
}

/// How slots are given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotMode {
    /// By whoever holds them, and where the limit decays by time too.
    Held,
    /// By time alone.
    Decaying,
}

/// What becomes of a request for slots of a limit that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingLimit {
    /// The limit is left out.
    LeaveOut,
    /// Nothing is taken.
    Refuse,
}

/// A request for slots of several limits, all or none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlotRequest {
    /// What lets go of them again.
    pub hold: HoldId,
    /// The names of the limits.
    pub limits: Vec<String>,
    /// How many slots of each, at least 1.
    pub slots: u32,
    /// How they are given back.
    pub mode: SlotMode,
    /// What becomes of limits that do not exist.
    pub missing: MissingLimit,
    /// How it stands to requests under other leases.
    pub standing: SlotStanding,
    /// For whom.
    pub run_id: Option<RunId>,
    /// The lease that they end with.
    pub lease: Option<LeaseId>,
    /// The time.
    pub now: Timestamp,
}

/// Slots that nobody holds any more, or waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlotRelease {
    /// What they were taken as.
    pub hold: HoldId,
    /// The names of their limits.
    pub limits: Vec<String>,
    /// The time.
    pub now: Timestamp,
}

/// What came of a [`SlotRequest`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotAnswer {
    /// The slots are taken, of those limits that exist and are active.
    Taken {
        /// The limits that exist, with what is taken of them now.
        limits: Vec<LimitUse>,
        /// Those that do not.
        missing: Vec<String>,
    },
    /// Nothing is taken, because a limit has no room, or it is the turn of somebody else.
    Full(Vec<LimitUse>),
    /// Nothing is taken, because this limit never has so many slots.
    Never(LimitUse),
    /// Nothing is taken, because these limits do not exist.
    Missing(Vec<String>),
    /// Nothing is taken, because time would give nothing back under this limit.
    NoDecay(String),
}

/// Slots that are held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlotHolder {
    /// What they were taken as.
    pub hold: HoldId,
    /// How many.
    pub slots: u64,
    /// For which run; none, if for no run.
    pub run_id: Option<RunId>,
    /// Since when.
    pub since: Timestamp,
    /// The lease that they end with.
    pub lease: Option<LeaseId>,
}

/// A change of what limits there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitChange {
    /// There is one more, unless there is one of that name.
    Create(ConcurrencyLimit),
    /// The one of that name is like this from now on; what is taken of it stays taken.
    Update(ConcurrencyLimit),
    /// The one of this name is gone, and nobody holds slots of it any more.
    Delete(String),
}
