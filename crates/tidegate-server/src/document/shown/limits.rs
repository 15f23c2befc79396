//! Concurrency limits, as answers show them. Nothing here is ever made.

use schemars::JsonSchema;
use tidegate_core::Timestamp;
use uuid::Uuid;

/// A concurrency limit.
#[derive(JsonSchema)]
pub(crate) struct ConcurrencyLimit {
    #[serde(flatten)]
    limit: Limit,
    created: Option<Timestamp>,
    updated: Option<Timestamp>,
    active: bool,
    active_slots: u64,
    slot_decay_per_second: f64,
}

/// How much a limit allows.
#[derive(JsonSchema)]
pub(crate) struct Limit {
    id: Uuid,
    name: String,
    limit: u32,
}

/// Slots that were taken.
#[derive(JsonSchema)]
pub(crate) struct TakenSlots {
    /// Under which they are held until it ends.
    lease_id: Uuid,
    limits: Vec<Limit>,
}

/// A concurrency limit on the task runs of a tag.
#[derive(JsonSchema)]
pub(crate) struct TagLimit {
    id: Uuid,
    created: Option<Timestamp>,
    updated: Option<Timestamp>,
    tag: Option<String>,
    concurrency_limit: u32,
    /// The task runs that hold a slot.
    active_slots: Vec<Uuid>,
}
