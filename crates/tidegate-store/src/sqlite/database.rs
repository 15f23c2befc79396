//! One connection, and what is done with it: storing batches of writes, and in `answers.rs` answering questions. It knows nothing of
//! threads, queues or when something has to be durable.

mod answers;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::{CachedStatement, Connection, ErrorCode};
use tidegate_core::{
    Advance, IfExists, LeaseId, LogRecord, Run, RunId, RunInput, StoreError, StoreErrorKind, Write,
};

use uuid::Uuid;

use super::act::Act;
use super::definitions::{Known, Numbers};
use super::deletion::Deleting;
use super::error::{Doing, does_not_follow, failed, fenced, input_exists, lease_ended, unreadable};
use super::guard::Guard;
use super::row::UnreadableRow;
use super::run_row::{self, Numbered, UnwritableRow};
use super::work::Work;
use super::{
    artifact_row, cache, event_row, input_row, leases, log_row, request_row, slots, transaction_row,
};

/// How many steps of SQLite's machine are taken between two looks at whether anybody still waits: a fraction of a millisecond.
const STEPS: i32 = 10_000;

/// An open connection with what it has learned.
#[derive(Debug)]
pub(super) struct Database {
    connection: Connection,
    place: Arc<str>,
    numbers: Numbers,
    known: Known,
    /// On the statements of transactions, once there was one.
    guard: Option<Guard>,
}

/// The places of writes that can never be stored because of what they say, each with the reason.
pub(super) type Refusals = Vec<(usize, StoreError)>;

/// Why one write was not stored: because of itself, or because nothing can be stored now.
enum Trouble {
    Refusal(StoreError),
    Failure(rusqlite::Error),
}

/// Why a transaction was not committed.
enum Undone {
    /// The work in it has spoiled it for the others.
    Spoiled(String),
    Failed(rusqlite::Error),
}

impl From<rusqlite::Error> for Undone {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error)
    }
}

impl Database {
    pub(super) fn new(connection: Connection, place: Arc<str>) -> Self {
        connection.set_prepared_statement_cache_capacity(64);
        let (numbers, known) = (Numbers::default(), Known::default());
        Self { connection, place, numbers, known, guard: None }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Waits so long for others that have the database locked.
    pub(super) fn wait_for_locks(&self, busy_timeout: Duration) -> Result<(), StoreError> {
        self.connection
            .busy_timeout(busy_timeout)
            .map_err(|error| failed(&self.place, Doing::Writing, error))
    }

    /// From now on, a statement ends with an error once this is set.
    pub(super) fn give_up_once(&mut self, abandoned: Arc<AtomicBool>) -> Result<(), StoreError> {
        self.connection
            .progress_handler(STEPS, Some(move || abandoned.load(Ordering::Relaxed)))
            .map_err(|error| failed(&self.place, Doing::Reading, error))
    }

    /// Stores all of this in one transaction, but for writes that can never be stored. There are no acts beside work.
    pub(super) fn store(
        &mut self,
        writes: &[Write],
        acts: &mut [Act],
        logs: &[LogRecord],
        mut work: Option<&mut Work>,
    ) -> Result<Refusals, StoreError> {
        let mut result = self.try_to_store(writes, acts, logs, work.as_deref_mut());
        if let (Err(Undone::Spoiled(why)), Some(work)) = (&result, work) {
            work.fail(why);
            result = self.try_to_store(writes, acts, logs, None);
        }
        result.map_err(|undone| match undone {
            Undone::Failed(error) => failed(&self.place, Doing::Writing, error),
            Undone::Spoiled(why) => StoreError::new(StoreErrorKind::Other, why),
        })
    }

    fn try_to_store(
        &mut self,
        writes: &[Write],
        acts: &mut [Act],
        logs: &[LogRecord],
        work: Option<&mut Work>,
    ) -> Result<Refusals, Undone> {
        if work.is_some() && self.guard.is_none() {
            self.guard = Some(Guard::install(&mut self.connection)?);
        }
        let result = self.store_in_transaction(writes, acts, logs, work);
        if result.is_err() {
            self.numbers.forget();
            self.known.forget();
            if !self.connection.is_autocommit() {
                // A rollback fails only where SQLite has rolled back by itself.
                let _ = self.connection.execute_batch("ROLLBACK");
            }
        }
        result
    }

    fn store_in_transaction(
        &mut self,
        writes: &[Write],
        acts: &mut [Act],
        logs: &[LogRecord],
        work: Option<&mut Work>,
    ) -> Result<Refusals, Undone> {
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.raw_execute()?;
        let refusals = self.apply(writes)?;
        for act in acts {
            act.perform(&self.connection)?;
        }
        log_row::insert_all(&self.connection, logs)?;
        let worked = match work {
            Some(work) => self.perform(work)?,
            None => false,
        };
        let committed = self.connection.prepare_cached("COMMIT")?.raw_execute();
        match committed {
            Err(error) if worked && is_constraint(&error) => Err(Undone::Spoiled(format!(
                "{error}, by what the transaction has left when it was to be committed"
            ))),
            committed => Ok(committed.map(|_| refusals)?),
        }
    }

    /// Applies writes in the transaction that is open, but for those that can never be stored.
    fn apply(&mut self, writes: &[Write]) -> rusqlite::Result<Refusals> {
        let Self { connection, place, numbers, known, guard: _ } = self;
        apply_writes((connection, place), numbers, known, writes)
    }

    /// Does the work in the transaction that is open, and undoes it unless all of it can be kept; whether it is kept.
    fn perform(&mut self, work: &mut Work) -> Result<bool, Undone> {
        const OVER: &str = "one of its statements has ended it (`OR ROLLBACK`, or `RAISE(ROLLBACK, ..)`, or the disk is full)";
        self.connection.execute_batch("SAVEPOINT work")?;
        let Some(guard) = self.guard.clone() else { return Ok(false) };
        let writes = work.perform(&self.connection, &guard, &self.place);
        if self.connection.is_autocommit() {
            return Err(Undone::Spoiled(OVER.to_owned()));
        }
        let mut kept = writes.is_some();
        if let Some(why) = guard.check_definitions(&self.connection)?.filter(|_| kept) {
            work.fail(why);
            kept = false;
        }
        if let Some(writes) = writes.filter(|_| kept)
            && let Some((_, error)) = self.apply(&writes)?.into_iter().next()
        {
            work.fail_with(error);
            kept = false;
        }
        if !kept {
            self.numbers.forget();
            self.known.forget();
            self.connection.execute_batch("ROLLBACK TO work")?;
        }
        self.connection.execute_batch("RELEASE work")?;
        Ok(kept)
    }

    /// Lets go of the files.
    pub(super) fn close(self) -> Result<(), StoreError> {
        let Self { connection, place, .. } = self;
        connection.close().map_err(|(_, error)| failed(&place, Doing::Writing, error))
    }
}

/// Applies writes in the transaction that is open on the connection to this place, but for those that can never be stored.
pub(super) fn apply_writes<'a>(
    (connection, place): (&Connection, &str),
    numbers: &mut Numbers,
    known: &mut Known,
    writes: impl IntoIterator<Item = &'a Write, IntoIter: ExactSizeIterator>,
) -> rusqlite::Result<Refusals> {
    let (writes, mut refusals) = (writes.into_iter(), Refusals::new());
    if writes.len() == 0 {
        return Ok(refusals);
    }
    let mut transaction = Transaction {
        place,
        connection,
        insert: run_row::insert(connection)?,
        update: run_row::update(connection)?,
        deleting: Deleting::now(connection)?,
        numbers,
        known,
        lease: None,
    };
    for (index, write) in writes.enumerate() {
        match transaction.apply(write) {
            Ok(()) => {}
            Err(Trouble::Refusal(error)) => refusals.push((index, error)),
            Err(Trouble::Failure(error)) => return Err(error),
        }
    }
    Ok(refusals)
}

/// A transaction in which writes are applied, with what it needs for each of them.
struct Transaction<'a> {
    place: &'a str,
    connection: &'a Connection,
    insert: CachedStatement<'a>,
    update: CachedStatement<'a>,
    deleting: Deleting,
    numbers: &'a mut Numbers,
    known: &'a mut Known,
    /// The lease that was last found to be there, with its number: most writes are under the same.
    lease: Option<(LeaseId, i64)>,
}

impl Transaction<'_> {
    fn apply(&mut self, write: &Write) -> Result<(), Trouble> {
        match write {
            Write::Begin(run) => {
                self.is_kept(run)?;
                let lease = self.lease_number(write.subject(), run.lease)?;
                self.numbers
                    .number(self.connection, &run.definition)
                    .and_then(|definition| run_row::write(&mut self.insert, run, definition, lease))
                    .map_err(|error| trouble(self.place, write, error))
            }
            Write::Advance(advance) => self.advance(write, advance),
            Write::Define(definition) => self
                .numbers
                .number(self.connection, definition)
                .map(drop)
                .map_err(|error| trouble(self.place, write, error)),
            Write::Artifact(artifact) => artifact_row::put(self.connection, artifact)
                .map_err(|error| trouble(self.place, write, error)),
            Write::Event(event) => event_row::put(self.connection, event)
                .map_err(|error| trouble(self.place, write, error)),
            Write::TakeLease(lease) => leases::take(self.connection, lease)
                .map_err(|error| trouble(self.place, write, error.into())),
            Write::RenewLease { id, expires } => {
                match leases::renew(self.connection, *id, *expires) {
                    Ok(true) => Ok(()),
                    Ok(false) => Err(Trouble::Refusal(lease_ended(self.place, write.subject()))),
                    Err(error) => Err(self.unreadable(error)),
                }
            }
            Write::ReleaseLease(id) => {
                self.lease = None;
                leases::release(self.connection, *id).map_err(Trouble::Failure)
            }
            Write::Cache { entry, lease } => {
                self.lease_number(write.subject(), *lease)?;
                cache::keep(self.connection, entry)
                    .map_err(|error| trouble(self.place, write, error))
            }
            Write::Transaction { record, lease } => {
                self.lease_number(write.subject(), *lease)?;
                transaction_row::put(self.connection, record)
                    .map_err(|error| trouble(self.place, write, error))
            }
            Write::Input { input, if_exists, after } => {
                self.input(write, input, *if_exists, *after)
            }
            Write::Unlock { key, lease } => {
                cache::unlock(self.connection, *key, *lease).map_err(Trouble::Failure)
            }
            Write::ReleaseSlots(release) => {
                slots::release(self.connection, release).map_err(|error| self.unreadable(error))
            }
            Write::Request(request) => request_row::put(self.connection, request)
                .map_err(|error| trouble(self.place, write, error)),
            Write::EndRequest(id) => {
                request_row::end(self.connection, *id).map_err(Trouble::Failure)
            }
        }
    }

    fn input(
        &mut self,
        write: &Write,
        input: &RunInput,
        if_exists: IfExists,
        after: Option<usize>,
    ) -> Result<(), Trouble> {
        let found = find(self.connection, self.known, input.flow_run_id)
            .map_err(|error| self.unreadable(error))?;
        if let Some(Numbered { run, .. }) = &found {
            self.is_kept(run)?;
        }
        let states = found.map(|found| found.run.states.len());
        if after.is_some() && after != states {
            return Err(Trouble::Refusal(does_not_follow(self.place, write.subject())));
        }
        let put = input_row::put(self.connection, input, if_exists);
        let is_new = put.map_err(|error| trouble(self.place, write, error))?;
        is_new.then_some(()).ok_or_else(|| Trouble::Refusal(input_exists(self.place, input)))
    }

    /// Reads the row, applies the advance and writes the row again: its checksum covers what the advance does not tell.
    fn advance(&mut self, write: &Write, advance: &Advance) -> Result<(), Trouble> {
        let lease = self.lease_number(write.subject(), advance.lease)?;
        let found = find(self.connection, self.known, advance.run_id)
            .map_err(|error| self.unreadable(error))?;
        let Some(Numbered { mut run, definition, lease: recorded }) = found else {
            return Err(Trouble::Refusal(StoreError::new(
                StoreErrorKind::Other,
                format!(
                    "run {} is not recorded in {}, so it cannot move on; record it first, with Write::Begin",
                    advance.run_id, self.place
                ),
            )));
        };
        self.is_kept(&run)?;
        if let Some(owner) = recorded.filter(|owner| Some(*owner) != lease && !run.has_ended())
            && leases::id(self.connection, owner).map_err(Trouble::Failure)?.is_some()
        {
            let why = "another process owns the run, and lives";
            return Err(Trouble::Refusal(fenced(self.place, write.subject(), why)));
        }
        if advance.after != run.states.len() {
            return Err(Trouble::Refusal(does_not_follow(self.place, write.subject())));
        }
        advance.clone().apply_to(&mut run);
        let lease = lease.filter(|_| !advance.release);
        run_row::write(&mut self.update, &run, definition, lease)
            .map_err(|error| trouble(self.place, write, error))
    }

    /// The number of the lease that something is written under, unless the lease has ended.
    fn lease_number(
        &mut self,
        subject: Uuid,
        lease: Option<LeaseId>,
    ) -> Result<Option<i64>, Trouble> {
        let Some(lease) = lease else { return Ok(None) };
        if let Some((_, number)) = self.lease.filter(|(known, _)| *known == lease) {
            return Ok(Some(number));
        }
        let number = leases::number(self.connection, lease).map_err(Trouble::Failure)?;
        match number {
            Some(number) => {
                self.lease = Some((lease, number));
                Ok(Some(number))
            }
            None => Err(Trouble::Refusal(lease_ended(self.place, subject))),
        }
    }

    /// Fails for a run that is being deleted.
    fn is_kept(&self, run: &Run) -> Result<(), Trouble> {
        if self.deleting.includes(run) {
            let why = "it ended long ago, and its record is being deleted";
            return Err(Trouble::Refusal(fenced(self.place, *run.id.as_uuid(), why)));
        }
        Ok(())
    }

    fn unreadable(&self, error: UnreadableRow) -> Trouble {
        match error {
            UnreadableRow::Sqlite(error) => Trouble::Failure(error),
            error @ (UnreadableRow::Checksum
            | UnreadableRow::Column(_)
            | UnreadableRow::Json(_)
            | UnreadableRow::Place(_)) => Trouble::Refusal(unreadable(self.place, error)),
        }
    }
}

fn is_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}

fn find(
    connection: &Connection,
    known: &mut Known,
    id: RunId,
) -> Result<Option<Numbered>, UnreadableRow> {
    let mut statement = connection.prepare_cached(run_row::SELECT_ONE)?;
    let mut rows = statement.query([id.as_uuid().as_bytes().as_slice()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    run_row::read(row, |number| known.definition(connection, number)).map(Some)
}

fn trouble(place: &str, write: &Write, error: UnwritableRow) -> Trouble {
    let id = write.subject();
    match error {
        UnwritableRow::Sqlite(error)
            if error.sqlite_error_code() != Some(ErrorCode::ConstraintViolation)
                && error.sqlite_error_code() != Some(ErrorCode::TooBig) =>
        {
            Trouble::Failure(error)
        }
        error @ (UnwritableRow::Sqlite(_) | UnwritableRow::Json(_)) => Trouble::Refusal(
            StoreError::new(
                StoreErrorKind::Other,
                format!(
                    "{id} cannot be stored in {place} as it is ({error}); a run is recorded once, a lease is taken once, and a \
                     record must not contradict itself"
                ),
            )
            .caused_by(error),
        ),
    }
}
