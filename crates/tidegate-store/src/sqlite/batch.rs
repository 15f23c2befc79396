//! Batches of clients that ask again when they do not hear the answer. The number of the last batch of each, and its answer, are in the
//! table `clients`, written in the transaction that applies the batch: so it is applied once, whatever happens to the answer.

use chrono::TimeDelta;
use rusqlite::Connection;
use tidegate_core::store::{Batch, BatchAnswer, Change, Changed, ClientId};
use tidegate_core::{StoreError, StoreErrorKind, Timestamp};

use super::database::apply_writes;
use super::definitions::{Known, Numbers};
use super::error::{Doing, failed, lease_ended, unreadable};
use super::row::{RowReader, RowWriter, UnreadableRow};
use super::{
    artifact_row, block_change, cache, deletion, expired, input_row, leases, limits, log_row,
    slots, variable_row,
};

/// A client that was not heard of for so long is forgotten.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::days(30);

/// About how many pages a batch changes.
pub(super) fn pages(batch: &Batch) -> usize {
    let pages = |change: &Change| match change {
        Change::Write(_)
        | Change::EndLease { .. }
        | Change::DeleteArtifact(_)
        | Change::DeleteInput { .. }
        | Change::Variable(_)
        | Change::Lock { .. } => 1,
        Change::Slots(_) | Change::Limit { .. } => slots::CHANGED_PAGES,
        Change::Blocks(_) => block_change::CHANGED_PAGES,
        Change::DeleteRuns { at_most, .. } => usize::try_from(*at_most).unwrap_or(usize::MAX),
    };
    batch.changes.iter().map(pages).fold(1 + batch.logs.len(), usize::saturating_add)
}

/// Applies a batch in the transaction that is open, unless that was done before.
pub(super) fn apply(
    connection: &Connection,
    place: &str,
    batch: &Batch,
    now: Timestamp,
) -> Result<BatchAnswer, StoreError> {
    let last = last(connection, batch.client).map_err(|error| unreadable(place, error))?;
    let number = last.as_ref().map_or(0, |(number, _)| *number);
    if let Some((number, answer)) = last
        && number == batch.number
    {
        return Ok(answer);
    }
    if number + 1 != batch.number {
        return Ok(BatchAnswer::OutOfTurn { last: number });
    }
    let answer = Applying { connection, place }.all(batch)?;
    log_row::insert_all(connection, &batch.logs).map_err(|error| writing(place, error))?;
    remember(connection, batch, &answer, now).map_err(|error| unreadable(place, error))?;
    Ok(answer)
}

struct Applying<'a> {
    connection: &'a Connection,
    place: &'a str,
}

impl Applying<'_> {
    fn all(&self, batch: &Batch) -> Result<BatchAnswer, StoreError> {
        let mut answers = Vec::new();
        let (mut numbers, mut known) = (Numbers::default(), Known::default());
        let mut rest = &batch.changes[..];
        while let Some(first) = rest.first() {
            let from = batch.changes.len() - rest.len();
            let writes: Vec<_> = rest.iter().map_while(write).collect();
            if writes.is_empty() {
                answers.push((from, self.one(first)?));
                rest = &rest[1..];
                continue;
            }
            let refused = apply_writes(
                (self.connection, self.place),
                &mut numbers,
                &mut known,
                writes.iter().copied(),
            )
            .map_err(|error| writing(self.place, error))?;
            answers.extend(refused.into_iter().map(|(at, error)| (from + at, Err(error))));
            rest = &rest[writes.len()..];
        }
        Ok(BatchAnswer::Applied(answers))
    }

    /// One change that is no write. What it cannot do is its answer, unless nothing can be done now.
    fn one(&self, change: &Change) -> Result<Result<Changed, StoreError>, StoreError> {
        let begin = self.connection.execute_batch("SAVEPOINT change");
        begin.map_err(|error| writing(self.place, error))?;
        let done = self.change(change);
        let undone = match &done {
            Ok(_) => Ok(()),
            Err(error) if is_of_the_store(error.kind()) => return Err(error.clone()),
            Err(_) => self.connection.execute_batch("ROLLBACK TO change"),
        };
        undone
            .and_then(|()| self.connection.execute_batch("RELEASE change"))
            .map_err(|error| writing(self.place, error))?;
        Ok(done)
    }

    fn change(&self, change: &Change) -> Result<Changed, StoreError> {
        let Self { connection, place } = *self;
        let wrote = |error| writing(place, error);
        let read = |error| unreadable(place, error);
        match change {
            Change::Write(_) => Ok(Changed::Written),
            Change::EndLease { id, expires } => {
                leases::end(connection, *id, *expires).map(Changed::Was).map_err(wrote)
            }
            Change::DeleteArtifact(id) => {
                artifact_row::delete(connection, *id).map(Changed::Was).map_err(wrote)
            }
            Change::DeleteInput { run, key } => {
                input_row::delete(connection, *run, key).map(Changed::Was).map_err(wrote)
            }
            Change::Variable(change) => variable_row::change(connection, change.clone())
                .map(Changed::Variable)
                .map_err(read),
            Change::Lock { key, lease, now } => {
                let taken = cache::lock(connection, *key, *lease, *now).map_err(read)?;
                taken.map(Changed::Was).ok_or_else(|| lease_ended(place, *lease.as_uuid()))
            }
            Change::Slots(request) => {
                let taken = slots::take(connection, request).map_err(read)?;
                taken.map(Changed::Slots).ok_or_else(|| lease_ended(place, *request.hold.as_uuid()))
            }
            Change::Limit { change, now } => {
                limits::change(connection, change, *now).map(Changed::Was).map_err(read)
            }
            Change::Blocks(change) => {
                block_change::change(connection, change).map(Changed::Blocks).map_err(read)
            }
            Change::DeleteRuns { expired, at_most } => {
                let at_most = (*at_most).max(1);
                let found = expired::candidates(connection, expired, at_most).map_err(wrote)?;
                let mut deleted =
                    deletion::delete(connection, &found.roots, at_most).map_err(wrote)?;
                deleted.more |= found.more && deleted.runs + deleted.log_lines > 0;
                Ok(Changed::Deleted(deleted))
            }
        }
    }
}

fn write(change: &Change) -> Option<&tidegate_core::Write> {
    match change {
        Change::Write(write) => Some(write),
        Change::EndLease { .. }
        | Change::DeleteArtifact(_)
        | Change::DeleteInput { .. }
        | Change::Variable(_)
        | Change::Lock { .. }
        | Change::Slots(_)
        | Change::Limit { .. }
        | Change::Blocks(_)
        | Change::DeleteRuns { .. } => None,
    }
}

/// Whether nothing can be done now, rather than this one thing.
fn is_of_the_store(kind: StoreErrorKind) -> bool {
    use StoreErrorKind::{Busy, Closed, DiskFull, Io};
    matches!(kind, Busy | Closed | DiskFull | Io)
}

fn writing(place: &str, error: rusqlite::Error) -> StoreError {
    failed(place, Doing::Writing, error)
}

/// The number of the last batch of a client, and its answer.
fn last(
    connection: &Connection,
    client: ClientId,
) -> Result<Option<(u64, BatchAnswer)>, UnreadableRow> {
    let mut statement = connection
        .prepare_cached("SELECT id, last, answer, seen, checksum FROM clients WHERE id = ?1")?;
    let mut rows = statement.query([client.as_uuid().as_bytes().as_slice()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let mut row = RowReader::new(row);
    row.optional_uuid::<ClientId>()?;
    let number = row.integer()?.cast_unsigned();
    let answer = match row.optional_text()? {
        Some(json) => serde_json::from_str(json)?,
        None => BatchAnswer::Applied(Vec::new()),
    };
    row.time()?;
    row.finish()?;
    Ok(Some((number, answer)))
}

fn remember(
    connection: &Connection,
    batch: &Batch,
    answer: &BatchAnswer,
    now: Timestamp,
) -> Result<(), UnreadableRow> {
    if batch.number == 1 {
        let before = (now - FORGOTTEN_AFTER).timestamp_micros();
        connection.prepare_cached("DELETE FROM clients WHERE seen < ?1")?.execute([before])?;
    }
    let answer = match answer {
        BatchAnswer::Applied(answers) if answers.is_empty() => None,
        BatchAnswer::Applied(_) | BatchAnswer::OutOfTurn { .. } => {
            Some(serde_json::to_string(answer)?)
        }
    };
    let mut statement = connection.prepare_cached(
        "INSERT INTO clients (id, last, answer, seen, checksum) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO UPDATE SET \
         last = excluded.last, answer = excluded.answer, seen = excluded.seen, checksum = excluded.checksum",
    )?;
    let mut row = RowWriter::new(&mut statement);
    row.optional_uuid(Some(batch.client.as_uuid()))?;
    row.integer(batch.number.cast_signed())?;
    row.optional_text(answer.as_deref())?;
    row.optional_time(Some(now))?;
    row.execute()?;
    Ok(())
}
