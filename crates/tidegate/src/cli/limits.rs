//! What the two groups about concurrency limits share: how one is found, shown, deleted, and its slots freed.

use serde::Serialize;
use tidegate_core::{RunId, SlotHolder, SlotRelease, Timestamp, Write};

use super::failure::{Done, Failure};
use super::output::{Output, Sheet};
use super::session::Session;
use crate::concurrency::ConcurrencyLimitState;
use crate::engine::Engine;
use crate::error::Error;
use crate::nearest::nearest;

/// A limit for programs.
#[derive(Debug, Serialize)]
pub(super) struct LimitRecord {
    pub(super) name: String,
    /// The tag whose task runs it applies to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tag: Option<String>,
    pub(super) limit: u32,
    pub(super) active: bool,
    pub(super) active_slots: u64,
    pub(super) slot_decay_per_second: f64,
}

/// A limit with those who hold its slots.
#[derive(Debug, Serialize)]
pub(super) struct LimitDetails {
    #[serde(flatten)]
    pub(super) limit: LimitRecord,
    pub(super) holders: Vec<HolderRecord>,
}

/// Who holds slots, and since when.
#[derive(Debug, Serialize)]
pub(super) struct HolderRecord {
    run_id: Option<RunId>,
    slots: u64,
    since: Timestamp,
}

impl LimitRecord {
    pub(super) fn of(state: &ConcurrencyLimitState) -> Self {
        let limit = &state.limit;
        Self {
            name: limit.name.clone(),
            tag: tag(&limit.name).map(ToOwned::to_owned),
            limit: limit.limit,
            active: limit.active,
            active_slots: state.occupied,
            slot_decay_per_second: limit.slot_decay_per_second,
        }
    }
}

/// The tag of a limit of this name.
pub(super) fn tag(name: &str) -> Option<&str> {
    tidegate_core::ConcurrencyLimit::tag_of_name(name)
}

/// The limit of this name. `what` and `group` say what people call it.
pub(super) async fn find(
    engine: &Engine,
    name: &str,
    typed: &str,
    group: &str,
) -> Done<ConcurrencyLimitState> {
    let limits = engine.concurrency_limits();
    if let Some(found) = limits.get(name).await? {
        return Ok(found);
    }
    let all = limits.list().await?;
    let of_tags = tag(name).is_some();
    let names = all.iter().filter_map(|state| match (of_tags, tag(&state.limit.name)) {
        (true, tag) => tag,
        (false, None) => Some(&*state.limit.name),
        (false, Some(_)) => None,
    });
    let near = nearest(typed, names);
    Err(Failure::unknown("concurrency limit", typed, &near)
        .try_next(format!("{{program}} {group} ls")))
}

/// Shows a limit, and who holds its slots.
pub(super) async fn inspect(
    session: &Session,
    engine: &Engine,
    state: &ConcurrencyLimitState,
) -> Done {
    let holders = engine.concurrency_limits().holders(&state.limit.name).await?;
    let of = |holder: &SlotHolder| HolderRecord {
        run_id: holder.run_id,
        slots: holder.slots,
        since: holder.since,
    };
    let details =
        LimitDetails { limit: LimitRecord::of(state), holders: holders.iter().map(of).collect() };
    let output = session.output();
    output.show(&details, || sheet(&details, output))
}

fn sheet(details: &LimitDetails, output: &Output) -> Sheet {
    let limit = &details.limit;
    let decay = limit.slot_decay_per_second;
    let mut sheet = match &limit.tag {
        Some(tag) => Sheet::new().line("Tag", tag),
        None => Sheet::new().line("Name", &limit.name),
    }
    .line("Limit", limit.limit.to_string())
    .line("Taken", limit.active_slots.to_string())
    .line("Active", if limit.active { "yes" } else { "no" })
    .maybe("Decay", (decay > 0.0).then(|| format!("{decay} slots a second")));
    if !details.holders.is_empty() {
        sheet = sheet.heading("Holders");
        for holder in &details.holders {
            let run = holder.run_id.map_or_else(|| "no run".to_owned(), |id| id.to_string());
            sheet = sheet.text(format!(
                "{run}  {} since {}",
                holder.slots,
                output.moment(holder.since)
            ));
        }
    }
    sheet
}

/// Deletes a limit, having asked.
pub(super) async fn delete(session: &Session, engine: &Engine, name: &str, called: &str) -> Done {
    session.confirm(&format!("Delete the concurrency limit {called}?"))?;
    engine.concurrency_limits().delete(name).await?;
    session.output().tell(&format!("Deleted the concurrency limit {called}."))
}

/// Frees every slot that is held; how many.
pub(super) async fn free(engine: &Engine, name: &str) -> Done<u64> {
    let mut freed = 0;
    for holder in engine.concurrency_limits().holders(name).await? {
        freed += holder.slots;
        let limits = vec![name.to_owned()];
        let release = SlotRelease { hold: holder.hold, limits, now: engine.now() };
        let written =
            engine.require_store()?.put_acknowledged(Write::ReleaseSlots(Box::new(release))).await;
        written.map_err(|error| Error::store(None, error))?;
    }
    Ok(freed)
}
