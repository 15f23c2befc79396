//! Concurrency limits by name (`/v2`), and their slots. Slots that a client takes are held under a lease of its own, which the client
//! renews; they are free again when it ends.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use std::time::Duration;
use tidegate_core::{
    ConcurrencyLimit, HoldId, Holder, Lease, LeaseId, LimitChange, LimitUse, MissingLimit,
    SlotAnswer, SlotMode, SlotRequest, SlotStanding, StoreErrorKind, Timestamp, Write,
};
use uuid::Uuid;

use super::extract::{Body, Id, Limit, Path, or_default};
use super::{ids, shape};
use crate::error::ApiError;
use crate::route::{Route, Scope};
use crate::state::AppState;

/// When a client that found no room asks again, where nothing tells.
const ASK_AGAIN_SECONDS: f64 = 1.0;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/v2/concurrency_limits/", Scope::Run, create)
            .makes::<shape::ConcurrencyLimit>("Makes a concurrency limit."),
        Route::post("/api/v2/concurrency_limits/filter", Scope::Read, filter).gives::<Vec<
            shape::ConcurrencyLimit,
        >>(
            "The concurrency limits.",
        ),
        Route::post("/api/v2/concurrency_limits/increment-with-lease", Scope::Run, take)
            .gives::<shape::TakenSlots>(
            "Takes slots under a lease, or says that there is no room (423).",
        ),
        Route::post("/api/v2/concurrency_limits/decrement-with-lease", Scope::Run, give_back)
            .does(StatusCode::NO_CONTENT, "Gives back what is held under a lease."),
        Route::post("/api/v2/concurrency_limits/leases/{lease_id}/renew", Scope::Run, renew)
            .does(StatusCode::NO_CONTENT, "Holds slots for longer."),
        Route::get("/api/v2/concurrency_limits/{id_or_name}", Scope::Read, read)
            .gives::<shape::ConcurrencyLimit>("A concurrency limit."),
        Route::patch("/api/v2/concurrency_limits/{id_or_name}", Scope::Run, update)
            .does(StatusCode::NO_CONTENT, "Changes a concurrency limit."),
        Route::delete("/api/v2/concurrency_limits/{id_or_name}", Scope::Run, delete)
            .does(StatusCode::NO_CONTENT, "Deletes a concurrency limit."),
    ]
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LimitCreate {
    name: String,
    limit: u32,
    #[serde(default = "yes")]
    active: bool,
    #[serde(default)]
    slot_decay_per_second: f64,
    #[serde(default, rename = "active_slots")]
    _active_slots: u64,
    #[serde(default, rename = "denied_slots")]
    _denied_slots: u64,
}

const fn yes() -> bool {
    true
}

async fn create(
    State(state): State<AppState>,
    Body(body): Body<LimitCreate>,
) -> Result<(StatusCode, Json<shape::ConcurrencyLimit>), ApiError> {
    let limit = ConcurrencyLimit {
        name: body.name,
        limit: body.limit,
        active: body.active,
        slot_decay_per_second: body.slot_decay_per_second,
    };
    limit
        .check()
        .map_err(|error| ApiError::invalid(&["body"], error.to_string(), "value_error"))?;
    let now = state.now();
    if !state.store().change_limit(LimitChange::Create(limit.clone()), now).await? {
        return Err(ApiError::Conflict(format!(
            "there is a limit called '{}' already",
            limit.name
        )));
    }
    Ok((StatusCode::CREATED, Json(shown(&find(&state, &limit.name).await?, &state))))
}

/// The limit of this name or id.
async fn find(state: &AppState, id_or_name: &str) -> Result<LimitUse, ApiError> {
    let id = Uuid::parse_str(id_or_name).ok();
    let limits = state.store().limits(Vec::new()).await?;
    let mut found = limits.into_iter();
    found
        .find(|each| each.limit.name == id_or_name || Some(ids::limit(&each.limit.name)) == id)
        .ok_or(ApiError::NotFound("Concurrency Limit"))
}

async fn read(
    State(state): State<AppState>,
    Path(id_or_name): Path<String>,
) -> Result<Json<shape::ConcurrencyLimit>, ApiError> {
    Ok(Json(shown(&find(&state, &id_or_name).await?, &state)))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct ListBody {
    #[serde(deserialize_with = "or_default")]
    offset: usize,
    limit: Limit,
}

async fn filter(
    State(state): State<AppState>,
    Body(body): Body<ListBody>,
) -> Result<Json<Vec<shape::ConcurrencyLimit>>, ApiError> {
    let limits = state.store().limits(Vec::new()).await?;
    let page = limits.iter().skip(body.offset).take(body.limit.0 as usize);
    Ok(Json(page.map(|limit| shown(limit, &state)).collect()))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct LimitUpdate {
    limit: Option<u32>,
    active: Option<bool>,
    slot_decay_per_second: Option<f64>,
}

async fn update(
    State(state): State<AppState>,
    Path(id_or_name): Path<String>,
    Body(body): Body<LimitUpdate>,
) -> Result<StatusCode, ApiError> {
    let mut limit = find(&state, &id_or_name).await?.limit;
    limit.limit = body.limit.unwrap_or(limit.limit);
    limit.active = body.active.unwrap_or(limit.active);
    limit.slot_decay_per_second = body.slot_decay_per_second.unwrap_or(limit.slot_decay_per_second);
    limit
        .check()
        .map_err(|error| ApiError::invalid(&["body"], error.to_string(), "value_error"))?;
    state.store().change_limit(LimitChange::Update(limit), state.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn delete(
    State(state): State<AppState>,
    Path(id_or_name): Path<String>,
) -> Result<StatusCode, ApiError> {
    let name = find(&state, &id_or_name).await?.limit.name;
    state.store().change_limit(LimitChange::Delete(name), state.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mode {
    #[default]
    Concurrency,
    RateLimit,
}

impl From<Mode> for SlotMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Concurrency => Self::Held,
            Mode::RateLimit => Self::Decaying,
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Take {
    slots: u32,
    names: Vec<String>,
    #[serde(default)]
    mode: Mode,
    #[serde(default = "five_minutes")]
    lease_duration: f64,
    #[serde(default)]
    holder: Option<SlotsFor>,
}

/// For whom slots are taken.
#[derive(Debug, Deserialize, JsonSchema)]
struct SlotsFor {
    id: Uuid,
}

const fn five_minutes() -> f64 {
    300.0
}

/// When a lease of a client ends unless it is renewed: in one minute to one day.
fn expiry(now: Timestamp, seconds: f64) -> Timestamp {
    now + Duration::from_secs_f64(seconds.clamp(60.0, 86_400.0))
}

async fn take(
    State(state): State<AppState>,
    Body(body): Body<Take>,
) -> Result<Json<shape::TakenSlots>, ApiError> {
    end_expired(&state).await?;
    let now = state.now();
    // The lease is the id of what is taken under it, so that one answers for both.
    let lease = LeaseId::new();
    let holder = Holder { host: String::new(), pid: 0, started: 0 };
    let taken = Lease { id: lease, holder, expires: expiry(now, body.lease_duration) };
    state.store().put_acknowledged(Write::TakeLease(Box::new(taken))).await?;
    let request = SlotRequest {
        hold: HoldId::new(),
        limits: body.names,
        slots: body.slots.max(1),
        mode: body.mode.into(),
        missing: MissingLimit::LeaveOut,
        standing: SlotStanding::Passing,
        run_id: body.holder.map(|holder| holder.id.into()),
        lease: Some(lease),
        now,
    };
    let answer = state.store().take_slots(request).await?;
    if let SlotAnswer::Taken { limits, .. } = answer {
        let limits = limits.iter().map(shape::Limit::from).collect();
        return Ok(Json(shape::TakenSlots { lease_id: lease, limits }));
    }
    // What was not taken is not waited for here: the client asks again.
    state.store().put_acknowledged(Write::ReleaseLease(lease)).await?;
    Err(no_room(answer))
}

/// Why no slots were taken.
pub(super) fn no_room(answer: SlotAnswer) -> ApiError {
    match answer {
        SlotAnswer::Never(limit) => ApiError::invalid(
            &["body", "slots"],
            format!("Slots requested is greater than the limit of '{}'", limit.limit.name),
            "value_error",
        ),
        SlotAnswer::NoDecay(name) => ApiError::invalid(
            &["body", "mode"],
            format!(
                "Only active rate limits can be used in rate_limit mode: '{name}' does not decay"
            ),
            "value_error",
        ),
        SlotAnswer::Full(_) | SlotAnswer::Missing(_) | SlotAnswer::Taken { .. } => {
            ApiError::Locked {
                detail: "there is no room under the limit now".into(),
                retry_after_seconds: ASK_AGAIN_SECONDS,
            }
        }
    }
}

/// Ends leases of clients that have expired, so that what they held is free.
async fn end_expired(state: &AppState) -> Result<(), ApiError> {
    let now = state.now();
    for lease in state.store().leases().await? {
        if lease.holder.pid == 0 && lease.has_expired(now) {
            state.store().end_lease(lease.id, lease.expires).await?;
        }
    }
    Ok(())
}

#[derive(Debug, Deserialize, JsonSchema)]
struct GiveBack {
    lease_id: Uuid,
}

async fn give_back(
    State(state): State<AppState>,
    Body(body): Body<GiveBack>,
) -> Result<StatusCode, ApiError> {
    let lease = client_lease(&state, body.lease_id).await?;
    if let Some(lease) = lease {
        state.store().put_acknowledged(Write::ReleaseLease(lease.id)).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Renew {
    #[serde(default = "five_minutes")]
    lease_duration: f64,
}

async fn renew(
    State(state): State<AppState>,
    id: Id,
    Body(body): Body<Renew>,
) -> Result<StatusCode, ApiError> {
    let gone = || ApiError::Gone("Lease not found - it may have expired or been revoked".into());
    let lease = client_lease(&state, id.0).await?.ok_or_else(gone)?;
    let expires = expiry(state.now(), body.lease_duration);
    match state.store().put_acknowledged(Write::RenewLease { id: lease.id, expires }).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) if error.kind() == StoreErrorKind::LeaseEnded => Err(gone()),
        Err(error) => Err(error.into()),
    }
}

/// The lease of this id, if it is one that a client holds: those of engines are their own.
async fn client_lease(state: &AppState, id: Uuid) -> Result<Option<Lease>, ApiError> {
    let leases = state.store().leases().await?;
    Ok(leases.into_iter().find(|lease| *lease.id.as_uuid() == id && lease.holder.pid == 0))
}

fn shown(limit: &LimitUse, state: &AppState) -> shape::ConcurrencyLimit {
    shape::ConcurrencyLimit::of(limit, state.started(), state.now())
}
