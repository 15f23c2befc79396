//! Concurrency limits, by name and of tags.

use schemars::JsonSchema;
use serde::Serialize;
use tidegate_core::{ConcurrencyLimit as Known, LeaseId, LimitUse, RunId, SlotHolder, Timestamp};
use uuid::Uuid;

use crate::api::ids;

/// How much a limit allows: Prefect's `MinimalConcurrencyLimitResponse`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Limit {
    id: Uuid,
    name: String,
    limit: u32,
}

impl From<&LimitUse> for Limit {
    fn from(LimitUse { limit, .. }: &LimitUse) -> Self {
        Self { id: ids::limit(&limit.name), name: limit.name.clone(), limit: limit.limit }
    }
}

/// A concurrency limit: Prefect's `GlobalConcurrencyLimitResponse`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ConcurrencyLimit {
    #[serde(flatten)]
    limit: Limit,
    created: Timestamp,
    updated: Timestamp,
    active: bool,
    active_slots: u64,
    slot_decay_per_second: f64,
}

impl ConcurrencyLimit {
    /// When a limit was made is not on record; Prefect's command fails without a time, so it is told one at which it was there.
    pub(crate) fn of(known: &LimitUse, seen: Timestamp, now: Timestamp) -> Self {
        Self {
            limit: known.into(),
            created: seen,
            updated: seen,
            active: known.limit.active,
            active_slots: known.occupied(now),
            slot_decay_per_second: known.limit.slot_decay_per_second,
        }
    }
}

/// Slots that were taken.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TakenSlots {
    /// Under which they are held until it ends.
    pub(crate) lease_id: LeaseId,
    pub(crate) limits: Vec<Limit>,
}

/// A concurrency limit on the task runs of a tag: Prefect's `ConcurrencyLimit`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TagLimit {
    id: Uuid,
    created: Timestamp,
    updated: Timestamp,
    tag: Option<String>,
    concurrency_limit: u32,
    /// The task runs that hold a slot.
    active_slots: Vec<RunId>,
}

impl TagLimit {
    pub(crate) fn of(known: &LimitUse, holders: &[SlotHolder], seen: Timestamp) -> Self {
        let Known { name, limit, .. } = &known.limit;
        Self {
            id: ids::limit(name),
            created: seen,
            updated: seen,
            tag: Known::tag_of_name(name).map(str::to_owned),
            concurrency_limit: *limit,
            active_slots: holders.iter().filter_map(|holder| holder.run_id).collect(),
        }
    }
}
