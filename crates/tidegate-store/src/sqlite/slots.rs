//! Slots of concurrency limits as rows: taken of all limits of a request or of none, let go of, and ended with their lease. Whether a
//! limit has room is decided by the limit.

use rusqlite::Connection;
use tidegate_core::{
    HoldId, LeaseId, LimitUse, MissingLimit, SlotAnswer, SlotHolder, SlotMode, SlotRelease,
    SlotRequest, SlotRoom, SlotWaiter, Taken, Timestamp,
};
use uuid::Uuid;

use super::limits::Numbered;
use super::row::{RowReader, RowWriter, UnreadableRow};
use super::{leases, limits, slot_waiters};

/// About how many pages a request changes.
pub(super) const CHANGED_PAGES: usize = 3;

/// Where nobody owns anything. Leases are numbered from 1.
const NO_LEASE: i64 = 0;

/// Slots of one limit, as a row.
struct Held {
    hold: HoldId,
    lease: i64,
    slots: u64,
    run_id: Option<tidegate_core::RunId>,
    since: Timestamp,
}

/// Takes slots; none if the lease that they would end with has ended.
pub(super) fn take(
    connection: &Connection,
    request: &SlotRequest,
) -> Result<Option<SlotAnswer>, UnreadableRow> {
    let lease = match request.lease {
        None => NO_LEASE,
        Some(id) => match leases::number(connection, id)? {
            Some(number) => number,
            None => return Ok(None),
        },
    };
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    let mut names: Vec<_> = request.limits.iter().collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        match limits::find(connection, name)? {
            Some(limit) => found.push(limit),
            None => missing.push(name.clone()),
        }
    }
    if !missing.is_empty() && request.missing == MissingLimit::Refuse {
        return Ok(Some(SlotAnswer::Missing(missing)));
    }
    let mut uses = Vec::with_capacity(found.len());
    for Numbered { number, limit, decaying } in found {
        let limit = Numbered { number, limit, decaying };
        uses.push((number, limits::use_of(connection, limit)?));
    }
    let mut waiting = Vec::with_capacity(uses.len());
    for (number, _) in &uses {
        waiting.push(slot_waiters::of_limit(connection, *number)?);
    }
    let has_waited = |waiting: &[SlotWaiter]| waiting.iter().any(|w| w.hold == request.hold);
    if let Some(refusal) = refusal(request, &uses, &waiting) {
        if let (SlotAnswer::Full(_), Some(waiter)) = (&refusal, request.waits()) {
            for ((number, _), _) in uses.iter().zip(&waiting).filter(|(_, w)| !has_waited(w)) {
                slot_waiters::add(connection, *number, lease, &waiter)?;
            }
        }
        return Ok(Some(refusal));
    }
    for ((number, _), _) in uses.iter().zip(&waiting).filter(|(_, w)| has_waited(w)) {
        slot_waiters::remove(connection, *number, request.hold)?;
    }
    for (number, used) in uses.iter_mut().filter(|(_, used)| used.limit.active) {
        take_of(connection, request, lease, *number, used)?;
    }
    let limits = uses.into_iter().map(|(_, used)| used).collect();
    Ok(Some(SlotAnswer::Taken { limits, missing }))
}

/// Why nothing is taken, if that is so.
fn refusal(
    request: &SlotRequest,
    uses: &[(i64, LimitUse)],
    waiting: &[Vec<SlotWaiter>],
) -> Option<SlotAnswer> {
    let mut full = false;
    for ((_, used), waiting) in uses.iter().zip(waiting).filter(|((_, used), _)| used.limit.active)
    {
        if request.mode == SlotMode::Decaying && !used.limit.decays() {
            return Some(SlotAnswer::NoDecay(used.limit.name.clone()));
        }
        match used.limit.room(request.slots, used.taken(), request.now) {
            SlotRoom::Never => return Some(SlotAnswer::Never(used.clone())),
            SlotRoom::Full(_) => full = true,
            SlotRoom::Free => full |= request.gives_way(waiting),
        }
    }
    full.then(|| SlotAnswer::Full(uses.iter().map(|(_, used)| used.clone()).collect()))
}

/// Takes slots of one limit, and counts them in what is taken of it.
fn take_of(
    connection: &Connection,
    request: &SlotRequest,
    lease: i64,
    number: i64,
    used: &mut LimitUse,
) -> Result<(), UnreadableRow> {
    let slots = u64::from(request.slots);
    if used.limit.decays() {
        used.decaying = used.decaying.at(request.now, &used.limit).and(slots);
        let limit = Numbered { number, limit: used.limit.clone(), decaying: used.decaying };
        limits::write(connection, &limit)?;
    }
    if request.mode == SlotMode::Held {
        let (hold, run_id, since) = (request.hold, request.run_id, request.now);
        write(connection, number, &Held { hold, lease, slots, run_id, since })?;
        let before = used.held.iter_mut().find(|(holder, _)| *holder == request.lease);
        let total = match before {
            Some((_, held)) => {
                *held += slots;
                *held
            }
            None => {
                used.held.push((request.lease, slots));
                slots
            }
        };
        write_use(connection, number, lease, total)?;
    }
    Ok(())
}

/// Lets go of slots, of those of them that are held, and waits for the others no more.
pub(super) fn release(connection: &Connection, release: &SlotRelease) -> Result<(), UnreadableRow> {
    for name in &release.limits {
        let Some(mut found) = limits::find(connection, name)? else { continue };
        let Some(held) = find(connection, found.number, release.hold)? else {
            slot_waiters::remove(connection, found.number, release.hold)?;
            continue;
        };
        connection
            .prepare_cached("DELETE FROM concurrency_slots WHERE limit_number = ?1 AND hold = ?2")?
            .execute((found.number, release.hold.as_uuid().as_bytes().as_slice()))?;
        let before = slots_under(connection, found.number, held.lease)?;
        write_use(connection, found.number, held.lease, before.saturating_sub(held.slots))?;
        if found.limit.decays() {
            let left = Taken::slots(held.slots, held.since).at(release.now, &found.limit);
            found.decaying = found.decaying.at(release.now, &found.limit).without(left);
            limits::write(connection, &found)?;
        }
    }
    Ok(())
}

/// Lets go of all that was held or waited for under a lease. Of limits that decay, time gives it back.
pub(super) fn end_with_lease(connection: &Connection, lease: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM concurrency_slots WHERE lease = ?1")?
        .execute([lease])?;
    connection.prepare_cached("DELETE FROM concurrency_use WHERE lease = ?1")?.execute([lease])?;
    slot_waiters::end_with_lease(connection, lease)
}

/// How many slots of a limit are held under each lease.
pub(super) fn held(
    connection: &Connection,
    limit: i64,
) -> Result<Vec<(Option<LeaseId>, u64)>, UnreadableRow> {
    let mut statement = connection.prepare_cached(
        "SELECT u.limit_number, u.lease, u.slots, u.checksum, l.id FROM concurrency_use AS u \
         LEFT JOIN leases AS l ON l.number = u.lease WHERE u.limit_number = ?1",
    )?;
    let mut rows = statement.query([limit])?;
    let mut held = Vec::new();
    while let Some(row) = rows.next()? {
        let (lease, slots) = read_use(row)?;
        match (lease, lease_id(row, 4)?) {
            (NO_LEASE, _) => held.push((None, slots)),
            (_, Some(id)) => held.push((Some(id), slots)),
            // The lease has ended.
            (_, None) => {}
        }
    }
    Ok(held)
}

/// Who holds slots of the limit of this name.
pub(super) fn holders(
    connection: &Connection,
    name: &str,
) -> Result<Vec<SlotHolder>, UnreadableRow> {
    let Some(Numbered { number, .. }) = limits::find(connection, name)? else {
        return Ok(Vec::new());
    };
    let mut statement = connection.prepare_cached(
        "SELECT s.limit_number, s.hold, s.lease, s.slots, s.run_id, s.since, s.checksum, l.id FROM concurrency_slots AS s \
         LEFT JOIN leases AS l ON l.number = s.lease WHERE s.limit_number = ?1 ORDER BY s.since, s.hold",
    )?;
    let mut rows = statement.query([number])?;
    let mut holders = Vec::new();
    while let Some(row) = rows.next()? {
        let Held { hold, lease: _, slots, run_id, since } = read(row)?;
        holders.push(SlotHolder { hold, slots, run_id, since, lease: lease_id(row, 7)? });
    }
    Ok(holders)
}

fn lease_id(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Option<LeaseId>> {
    let id: Option<[u8; 16]> = row.get(column)?;
    Ok(id.map(|bytes| Uuid::from_bytes(bytes).into()))
}

fn slots_under(connection: &Connection, limit: i64, lease: i64) -> Result<u64, UnreadableRow> {
    let mut statement = connection.prepare_cached(
        "SELECT limit_number, lease, slots, checksum FROM concurrency_use WHERE limit_number = ?1 AND lease = ?2",
    )?;
    let mut rows = statement.query([limit, lease])?;
    Ok(rows.next()?.map(read_use).transpose()?.map_or(0, |(_, slots)| slots))
}

fn read_use(row: &rusqlite::Row<'_>) -> Result<(i64, u64), UnreadableRow> {
    let mut row = RowReader::new(row);
    let (_, lease, slots) = (row.integer()?, row.integer()?, row.small()?);
    row.finish()?;
    Ok((lease, slots))
}

fn write_use(connection: &Connection, limit: i64, lease: i64, slots: u64) -> rusqlite::Result<()> {
    if slots == 0 {
        return connection
            .prepare_cached("DELETE FROM concurrency_use WHERE limit_number = ?1 AND lease = ?2")?
            .execute([limit, lease])
            .map(drop);
    }
    let mut statement = connection.prepare_cached(
        "INSERT INTO concurrency_use (limit_number, lease, slots, checksum) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (limit_number, lease) DO UPDATE SET slots = ?3, checksum = ?4",
    )?;
    let mut row = RowWriter::new(&mut statement);
    row.integer(limit)?;
    row.integer(lease)?;
    row.integer(i64::try_from(slots).unwrap_or(i64::MAX))?;
    row.execute().map(drop)
}

fn find(connection: &Connection, limit: i64, hold: HoldId) -> Result<Option<Held>, UnreadableRow> {
    let mut statement = connection.prepare_cached(
        "SELECT limit_number, hold, lease, slots, run_id, since, checksum FROM concurrency_slots \
         WHERE limit_number = ?1 AND hold = ?2",
    )?;
    let mut rows = statement.query((limit, hold.as_uuid().as_bytes().as_slice()))?;
    rows.next()?.map(read).transpose()
}

fn write(connection: &Connection, limit: i64, held: &Held) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO concurrency_slots (limit_number, hold, lease, slots, run_id, since, checksum) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut row = RowWriter::new(&mut statement);
    row.integer(limit)?;
    row.optional_uuid(Some(held.hold.as_uuid()))?;
    row.integer(held.lease)?;
    row.integer(i64::try_from(held.slots).unwrap_or(i64::MAX))?;
    row.optional_uuid(held.run_id.as_ref().map(tidegate_core::RunId::as_uuid))?;
    row.optional_time(Some(held.since))?;
    row.execute().map(drop)
}

fn read(row: &rusqlite::Row<'_>) -> Result<Held, UnreadableRow> {
    let mut row = RowReader::new(row);
    row.integer()?;
    let hold = row.optional_uuid()?.ok_or(UnreadableRow::Column(1))?;
    let held = Held {
        hold,
        lease: row.integer()?,
        slots: row.small()?,
        run_id: row.optional_uuid()?,
        since: row.time()?,
    };
    row.finish()?;
    Ok(held)
}
