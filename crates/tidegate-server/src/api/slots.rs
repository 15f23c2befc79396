//! Slots that clients take without a lease, as those of older releases do. They are held until they are given back, so that a client that
//! dies leaves them behind: `reset` is for that.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use tidegate_core::{
    ConcurrencyLimit, HoldId, LimitUse, MissingLimit, RunId, SlotAnswer, SlotHolder, SlotMode,
    SlotRelease, SlotRequest, SlotStanding, Write,
};
use uuid::Uuid;

use super::extract::{Body, Path, or_default};
use super::limits::{Mode, no_room};
use super::shape::Limit;
use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/v2/concurrency_limits/increment", Scope::Run, take)
            .gives::<Vec<Limit>>("Takes slots that are held until they are given back."),
        Route::post("/api/v2/concurrency_limits/decrement", Scope::Run, give_back)
            .gives::<Vec<Limit>>("Gives slots back."),
        Route::post("/api/concurrency_limits/increment", Scope::Run, take_for_run)
            .gives::<Vec<Limit>>("Takes a slot of each tag for a task run."),
        Route::post("/api/concurrency_limits/decrement", Scope::Run, give_back_of_run)
            .gives::<Vec<Limit>>("Gives the slots of a task run back."),
        Route::post("/api/concurrency_limits/tag/{tag}/reset", Scope::Run, reset)
            .gives::<()>("Frees the slots of a tag that clients hold."),
    ]
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Take {
    slots: u32,
    names: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    mode: Mode,
}

fn at_least_one(slots: u32) -> Result<u32, ApiError> {
    if slots == 0 {
        let why = "Input should be greater than 0";
        return Err(ApiError::invalid(&["body", "slots"], why, "greater_than"));
    }
    Ok(slots)
}

async fn take_slots(
    state: &AppState,
    limits: Vec<String>,
    slots: u32,
    mode: SlotMode,
    run_id: Option<RunId>,
) -> Result<Vec<LimitUse>, ApiError> {
    let request = SlotRequest {
        hold: HoldId::new(),
        limits,
        slots,
        mode,
        missing: MissingLimit::LeaveOut,
        standing: SlotStanding::Passing,
        run_id,
        lease: None,
        now: state.now(),
    };
    match state.store().take_slots(request).await? {
        SlotAnswer::Taken { limits, .. } => Ok(limits),
        answer @ (SlotAnswer::Full(_)
        | SlotAnswer::Never(_)
        | SlotAnswer::Missing(_)
        | SlotAnswer::NoDecay(_)) => Err(no_room(answer)),
    }
}

async fn take(
    State(state): State<AppState>,
    Body(body): Body<Take>,
) -> Result<Json<Vec<Limit>>, ApiError> {
    let slots = at_least_one(body.slots)?;
    let taken = take_slots(&state, body.names, slots, body.mode.into(), None).await?;
    Ok(Json(taken.iter().map(Limit::from).collect()))
}

#[derive(Debug, Deserialize, JsonSchema)]
struct GiveBack {
    slots: u32,
    names: Vec<String>,
}

/// Gives so many slots of each limit back, of those that were taken without a lease.
async fn give_back(
    State(state): State<AppState>,
    Body(body): Body<GiveBack>,
) -> Result<Json<Vec<Limit>>, ApiError> {
    let slots = u64::from(at_least_one(body.slots)?);
    let limits = existing(&state, body.names).await?;
    for LimitUse { limit, .. } in &limits {
        let mut left = slots;
        for holder in state.store().slot_holders(limit.name.clone()).await? {
            if left == 0 {
                break;
            }
            if holder.lease.is_some() || holder.run_id.is_some() {
                continue;
            }
            let kept = holder.slots.saturating_sub(left);
            left = left.saturating_sub(holder.slots);
            release(&state, &limit.name, &holder).await?;
            if let Ok(kept @ 1..) = u32::try_from(kept) {
                // What was taken together is given back together, so that what stays is taken anew.
                take_slots(&state, vec![limit.name.clone()], kept, SlotMode::Held, None).await?;
            }
        }
    }
    Ok(Json(limits.iter().map(Limit::from).collect()))
}

async fn existing(state: &AppState, names: Vec<String>) -> Result<Vec<LimitUse>, ApiError> {
    // No name at all would be every limit.
    if names.is_empty() {
        return Ok(Vec::new());
    }
    Ok(state.store().limits(names).await?)
}

async fn release(state: &AppState, limit: &str, holder: &SlotHolder) -> Result<(), ApiError> {
    let release =
        SlotRelease { hold: holder.hold, limits: vec![limit.to_owned()], now: state.now() };
    Ok(state.store().put_acknowledged(Write::ReleaseSlots(Box::new(release))).await?)
}

#[derive(Debug, Deserialize, JsonSchema)]
struct OfRun {
    /// Tags.
    names: Vec<String>,
    task_run_id: Uuid,
}

impl OfRun {
    fn limits(&self) -> Vec<String> {
        self.names.iter().map(|tag| ConcurrencyLimit::name_for_tag(tag)).collect()
    }

    fn is_holder(&self, holder: &SlotHolder) -> bool {
        holder.run_id.is_some_and(|id| *id.as_uuid() == self.task_run_id) && holder.lease.is_none()
    }
}

/// Takes a slot of each tag for a task run, which has one of each at most.
async fn take_for_run(
    State(state): State<AppState>,
    Body(body): Body<OfRun>,
) -> Result<Json<Vec<Limit>>, ApiError> {
    let limits = existing(&state, body.limits()).await?;
    let mut wanted = Vec::new();
    for LimitUse { limit, .. } in &limits {
        let holders = state.store().slot_holders(limit.name.clone()).await?;
        if !holders.iter().any(|holder| body.is_holder(holder)) {
            wanted.push(limit.name.clone());
        }
    }
    if !wanted.is_empty() {
        let run = body.task_run_id.into();
        take_slots(&state, wanted, 1, SlotMode::Held, Some(run)).await?;
    }
    Ok(Json(limits.iter().map(Limit::from).collect()))
}

async fn give_back_of_run(
    State(state): State<AppState>,
    Body(body): Body<OfRun>,
) -> Result<Json<Vec<Limit>>, ApiError> {
    let limits = existing(&state, body.limits()).await?;
    for LimitUse { limit, .. } in &limits {
        for holder in state.store().slot_holders(limit.name.clone()).await? {
            if body.is_holder(&holder) {
                release(&state, &limit.name, &holder).await?;
            }
        }
    }
    Ok(Json(limits.iter().map(Limit::from).collect()))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Reset {
    slot_override: Option<Vec<Uuid>>,
}

/// Frees the slots of a tag that clients hold, but for those of the task runs that are named. Those of a program are its own: they end
/// with its lease.
async fn reset(
    State(state): State<AppState>,
    Path(tag): Path<String>,
    Body(body): Body<Reset>,
) -> Result<Json<Value>, ApiError> {
    let name = ConcurrencyLimit::name_for_tag(&tag);
    if existing(&state, vec![name.clone()]).await?.is_empty() {
        return Err(ApiError::NotFound("Concurrency limit"));
    }
    let leases = state.store().leases().await?;
    let is_of_program = |holder: &SlotHolder| {
        let lease = holder.lease.and_then(|id| leases.iter().find(|lease| lease.id == id));
        lease.is_some_and(|lease| lease.holder.pid != 0)
    };
    for holder in state.store().slot_holders(name.clone()).await? {
        if !is_of_program(&holder) {
            release(&state, &name, &holder).await?;
        }
    }
    for run in body.slot_override.unwrap_or_default() {
        take_slots(&state, vec![name.clone()], 1, SlotMode::Held, Some(run.into())).await?;
    }
    Ok(Json(Value::Null))
}
