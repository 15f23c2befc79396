//! The store on SQLite. It holds all SQL there is, and no policy.

mod act;
mod api_key_row;
mod artifact_row;
mod ask;
mod backup;
mod batch;
mod block_change;
mod block_row;
mod cache;
mod checksum;
mod database;
mod definitions;
mod deletion;
mod error;
mod event_query;
mod event_row;
mod expired;
mod file;
mod gathering;
mod guard;
mod half_written;
mod identity;
mod input_row;
mod intake;
mod keeper;
mod leases;
mod limits;
mod location;
mod log_row;
mod memory;
mod migrate;
mod open;
mod options;
mod pending;
mod queue;
mod reader;
mod request_row;
mod row;
mod run_condition;
mod run_index;
mod run_query;
mod run_row;
mod run_tally;
mod slot_waiters;
mod slots;
mod statements;
mod states;
mod transaction_row;
mod vacuum;
mod variable_row;
mod wal;
mod work;
mod writer;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::{BoxFuture, FutureExt, ready};
use tidegate_core::store::{Batch, BatchAnswer, SqlWork};
use tidegate_core::{
    Acknowledgement, ApiKeyAnswer, ApiKeyChange, ApiKeyRecord, ArtifactId, ArtifactQuery,
    ArtifactRecord, BlockAnswer, BlockChange, BlockDocument, BlockDocumentQuery, BlockSchema,
    BlockSchemaQuery, BlockType, BlockTypeQuery, CacheEntry, CacheKey, CallCount, DefinitionRecord,
    Deleted, EventQuery, EventRecord, Expired, IfExists, InputQuery, Lease, LeaseId, LimitChange,
    LimitUse, LogQuery, LogRecord, RecordedCall, Request, RequestQuery, Room, Run, RunId, RunInput,
    RunKind, RunQuery, SlotAnswer, SlotHolder, SlotRequest, Store, StoreError, StoreInfo, Tally,
    TallyQuery, Timestamp, TransactionRecord, VariableAnswer, VariableChange, VariableQuery,
    VariableRecord, Write,
};

use self::error::{closed, lease_ended, unreadable};
use self::expired::Candidates;
use self::file::FileStore;
use self::memory::Memory;
use self::work::Work;

pub use self::location::Location;
pub use self::options::Options;

/// A store in an SQLite file or in memory.
///
/// A file has one writer in each process, which stores whatever was put since its last commit in one transaction; several
/// processes may use one file. What is in the file is promised to be as it was written: a damaged record gives an error when
/// it is read and never a wrong answer, and a file up to 1 MiB is checked from end to end when it is opened. Damage to an
/// index of a larger file may hide a record, and damage to the `-wal` file that a crash has left may undo the last commits, in
/// whole or for some records. A file cut to nothing is taken for a new one.
///
/// When storing fails, whoever waits for it is given the error. What was put is kept and tried again, so nobody puts it a
/// second time; meanwhile questions are answered with the error too, because an answer would not be fresh, but for
/// [`run`](Store::run) of one that nothing kept is about. Only a write that finds as many runs waiting as
/// [`Options::queue_capacity`] allows is not taken, and its error says so.
///
/// ```
/// use tidegate_core::Store;
/// use tidegate_store::{Options, Sqlite};
///
/// let store = Sqlite::open(Options::memory())?;
/// assert_eq!(store.info().location, "memory");
/// # Ok::<(), tidegate_core::StoreError>(())
/// ```
pub struct Sqlite {
    info: StoreInfo,
    place: Place,
}

#[derive(Debug)]
enum Place {
    File(FileStore),
    Memory(Memory, AtomicU64),
}

impl Sqlite {
    /// Opens a store, and makes or migrates it where needed. Blocks for a few milliseconds.
    ///
    /// # Errors
    ///
    /// The place cannot be used, or the file is another program's, a newer Tidegate's or damaged; it is unchanged then.
    pub fn open(options: Options) -> Result<Self, StoreError> {
        let options = options.workable();
        let place = match &options.location {
            Location::File(path) => Place::File(FileStore::open(path, &options)?),
            Location::Memory => Place::Memory(Memory::open()?, AtomicU64::new(0)),
        };
        let info = StoreInfo::new(
            options.location.to_string(),
            migrate::VERSION,
            matches!(options.location, Location::File(_)),
        );
        Ok(Self { info, place })
    }
}

impl Store for Sqlite {
    fn info(&self) -> StoreInfo {
        self.info.clone()
    }

    fn put(&self, write: Write) -> Room {
        match &self.place {
            Place::File(file) => file.writer.put(write),
            Place::Memory(memory, _) => Room::now(memory.put(write)),
        }
    }

    fn put_acknowledged(&self, write: Write) -> Acknowledgement {
        if let Err(error) = self.not_at_work() {
            return Acknowledgement::now(Err(error));
        }
        match &self.place {
            Place::File(file) => file.writer.put_acknowledged(write),
            Place::Memory(memory, _) => Acknowledgement::now(memory.put(write)),
        }
    }

    fn put_logs(&self, records: Vec<LogRecord>) {
        match &self.place {
            Place::File(file) => file.writer.put_logs(records),
            Place::Memory(memory, dropped) => {
                let lines = records.len() as u64;
                if memory.put_logs(records).is_err() {
                    dropped.fetch_add(lines, Ordering::Relaxed);
                }
            }
        }
    }

    fn dropped_logs(&self) -> u64 {
        match &self.place {
            Place::File(file) => file.writer.dropped_logs(),
            Place::Memory(_, dropped) => dropped.load(Ordering::Relaxed),
        }
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        if let Err(error) = self.not_at_work() {
            return ready(Err(error)).boxed();
        }
        match &self.place {
            Place::File(file) => file.writer.flush().boxed(),
            Place::Memory(..) => ready(Ok(())).boxed(),
        }
    }

    fn run(&self, id: RunId) -> BoxFuture<'_, Result<Option<Run>, StoreError>> {
        self.ask_of(Some(id), move |database| database.run(id))
    }

    fn runs(&self, query: RunQuery) -> BoxFuture<'_, Result<Vec<Run>, StoreError>> {
        self.ask(move |database| database.runs(&query))
    }

    fn count_runs(&self, query: RunQuery) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.ask(move |database| database.count_runs(&query))
    }

    fn tally_runs(&self, query: TallyQuery) -> BoxFuture<'_, Result<Vec<Tally>, StoreError>> {
        self.ask(move |database| database.tally_runs(&query))
    }

    fn count_calls(
        &self,
        flow_runs: Vec<RunId>,
    ) -> BoxFuture<'_, Result<Vec<CallCount>, StoreError>> {
        self.ask(move |database| database.count_calls(&flow_runs))
    }

    fn definitions(
        &self,
        kind: RunKind,
    ) -> BoxFuture<'_, Result<Vec<DefinitionRecord>, StoreError>> {
        self.ask(move |database| database.definitions(kind))
    }

    fn recorded_calls(
        &self,
        flow_run: RunId,
    ) -> BoxFuture<'_, Result<Vec<RecordedCall>, StoreError>> {
        self.ask(move |database| database.recorded_calls(flow_run))
    }

    fn transactions(
        &self,
        run: RunId,
    ) -> BoxFuture<'_, Result<Vec<TransactionRecord>, StoreError>> {
        self.ask(move |database| database.transactions(run))
    }

    fn leases(&self) -> BoxFuture<'_, Result<Vec<Lease>, StoreError>> {
        self.ask(|database| database.leases())
    }

    fn end_lease(
        &self,
        id: LeaseId,
        expires: Timestamp,
    ) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.act(1, move |connection| leases::end(connection, id, expires))
    }

    fn orphans(&self, limit: u64) -> BoxFuture<'_, Result<Vec<Run>, StoreError>> {
        self.ask(move |database| database.orphans(limit))
    }

    fn inputs(&self, query: InputQuery) -> BoxFuture<'_, Result<Vec<RunInput>, StoreError>> {
        self.ask(move |database| database.inputs(&query))
    }

    fn delete_input(&self, run: RunId, key: String) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.act(1, move |connection| input_row::delete(connection, run, &key))
    }

    fn requests(&self, query: RequestQuery) -> BoxFuture<'_, Result<Vec<Request>, StoreError>> {
        self.ask(move |database| database.requests(&query))
    }

    fn artifacts(
        &self,
        query: ArtifactQuery,
    ) -> BoxFuture<'_, Result<Vec<ArtifactRecord>, StoreError>> {
        self.ask(move |database| database.artifacts(&query))
    }

    fn delete_artifact(&self, id: ArtifactId) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.act(1, move |connection| artifact_row::delete(connection, id))
    }

    fn variables(
        &self,
        query: VariableQuery,
    ) -> BoxFuture<'_, Result<Vec<VariableRecord>, StoreError>> {
        self.ask(move |database| database.variables(&query))
    }

    fn change_variable(
        &self,
        change: VariableChange,
    ) -> BoxFuture<'_, Result<VariableAnswer, StoreError>> {
        let place = self.info.location.clone();
        self.try_act(1, move |connection| {
            variable_row::change(connection, change).map_err(|error| unreadable(&place, error))
        })
    }

    fn api_keys(&self) -> BoxFuture<'_, Result<Vec<ApiKeyRecord>, StoreError>> {
        self.ask(move |database| database.api_keys())
    }

    fn change_api_key(
        &self,
        change: ApiKeyChange,
    ) -> BoxFuture<'_, Result<ApiKeyAnswer, StoreError>> {
        let place = self.info.location.clone();
        self.try_act(1, move |connection| {
            api_key_row::change(connection, change).map_err(|error| unreadable(&place, error))
        })
    }

    fn events(&self, query: EventQuery) -> BoxFuture<'_, Result<Vec<EventRecord>, StoreError>> {
        self.ask(move |database| database.events(&query))
    }

    fn cached(&self, key: CacheKey) -> BoxFuture<'_, Result<Option<CacheEntry>, StoreError>> {
        self.ask(move |database| database.cached(key))
    }

    fn lock(
        &self,
        key: CacheKey,
        lease: LeaseId,
        now: Timestamp,
    ) -> BoxFuture<'_, Result<bool, StoreError>> {
        let place = self.info.location.clone();
        self.try_act(1, move |connection| {
            let taken = cache::lock(connection, key, lease, now)
                .map_err(|error| unreadable(&place, error))?;
            taken.ok_or_else(|| lease_ended(&place, *lease.as_uuid()))
        })
    }

    fn take_slots(&self, request: SlotRequest) -> BoxFuture<'_, Result<SlotAnswer, StoreError>> {
        let place = self.info.location.clone();
        self.try_act(slots::CHANGED_PAGES, move |connection| {
            let taken =
                slots::take(connection, &request).map_err(|error| unreadable(&place, error))?;
            taken.ok_or_else(|| lease_ended(&place, *request.hold.as_uuid()))
        })
    }

    fn change_limit(
        &self,
        change: LimitChange,
        now: Timestamp,
    ) -> BoxFuture<'_, Result<bool, StoreError>> {
        let place = self.info.location.clone();
        self.try_act(slots::CHANGED_PAGES, move |connection| {
            limits::change(connection, &change, now).map_err(|error| unreadable(&place, error))
        })
    }

    fn limits(&self, names: Vec<String>) -> BoxFuture<'_, Result<Vec<LimitUse>, StoreError>> {
        self.ask(move |database| database.limits(&names))
    }

    fn slot_holders(&self, limit: String) -> BoxFuture<'_, Result<Vec<SlotHolder>, StoreError>> {
        self.ask(move |database| database.slot_holders(&limit))
    }

    fn change_blocks(&self, change: BlockChange) -> BoxFuture<'_, Result<BlockAnswer, StoreError>> {
        let place = self.info.location.clone();
        self.try_act(block_change::CHANGED_PAGES, move |connection| {
            block_change::change(connection, &change).map_err(|error| unreadable(&place, error))
        })
    }

    fn block_types(
        &self,
        query: BlockTypeQuery,
    ) -> BoxFuture<'_, Result<Vec<BlockType>, StoreError>> {
        self.ask(move |database| database.block_types(&query))
    }

    fn block_schemas(
        &self,
        query: BlockSchemaQuery,
    ) -> BoxFuture<'_, Result<Vec<BlockSchema>, StoreError>> {
        self.ask(move |database| database.block_schemas(&query))
    }

    fn block_documents(
        &self,
        query: BlockDocumentQuery,
    ) -> BoxFuture<'_, Result<Vec<BlockDocument>, StoreError>> {
        self.ask(move |database| database.block_documents(&query))
    }

    fn new_logs(
        &self,
        after: Option<u64>,
        limit: u64,
    ) -> BoxFuture<'_, Result<(Vec<LogRecord>, u64), StoreError>> {
        self.ask(move |database| database.new_logs(after, limit))
    }

    fn logs(&self, query: LogQuery) -> BoxFuture<'_, Result<Vec<LogRecord>, StoreError>> {
        let lines = self.ask(move |database| database.logs(&query));
        match &self.place {
            Place::File(file) if self.not_at_work().is_ok() => async move {
                file.writer.flush().await?;
                lines.await
            }
            .boxed(),
            Place::File(_) | Place::Memory(..) => lines,
        }
    }

    fn apply(
        &self,
        batch: Batch,
        now: Timestamp,
    ) -> BoxFuture<'_, Result<BatchAnswer, StoreError>> {
        let place = self.info.location.clone();
        self.try_act(batch::pages(&batch), move |connection| {
            batch::apply(connection, &place, &batch, now)
        })
    }

    fn delete_runs(
        &self,
        expired: Expired,
        at_most: u64,
    ) -> BoxFuture<'_, Result<Deleted, StoreError>> {
        let at_most = at_most.max(1);
        async move {
            // Log lines that wait to be stored go with their runs.
            self.flush().await?;
            let found = self.ask(move |database| database.deletable(&expired, at_most)).await?;
            let Candidates { roots, more } = found;
            if roots.is_empty() {
                return Ok(Deleted::default());
            }
            // Each row is on a page of its own in some index.
            let pages = usize::try_from(at_most).unwrap_or(usize::MAX);
            let delete = move |connection: &_| deletion::delete(connection, &roots, at_most);
            let mut deleted = self.act(pages, delete).await?;
            deleted.more |= more && deleted.runs + deleted.log_lines > 0;
            Ok(deleted)
        }
        .boxed()
    }

    fn vacuum(&self) -> BoxFuture<'_, Result<u64, StoreError>> {
        async move {
            let mut bytes = 0;
            loop {
                let step = self.act(vacuum::CHANGED_PAGES, vacuum::step).await?;
                bytes += step.bytes;
                if step.last {
                    return Ok(bytes);
                }
            }
        }
        .boxed()
    }

    fn backup(&self, path: &Path, if_exists: IfExists) -> BoxFuture<'_, Result<(), StoreError>> {
        let waiting = reader::Waiting::default();
        let abandoned = Arc::clone(&waiting.0);
        let database = self.info.shared.then(|| self.info.location.clone().into());
        let copy = backup::Copy { database, target: path.to_owned(), if_exists, abandoned };
        async move {
            let _waiting = waiting;
            self.flush().await?;
            match &self.place {
                Place::File(file) => file.copier.ask(move |database| database.copy(&copy)).await,
                Place::Memory(memory, _) => memory.with(|database| database.copy(&copy)),
            }
        }
        .boxed()
    }

    fn transact(&self, work: SqlWork) -> BoxFuture<'_, Result<(), StoreError>> {
        if let Err(error) = self.not_at_work() {
            return ready(Err(error)).boxed();
        }
        let (work, answer) = Work::new(work);
        match &self.place {
            Place::File(file) => file.writer.work(work),
            Place::Memory(memory, _) => memory.work(work),
        }
        async move { answer.await.unwrap_or_else(|_| Err(closed(&self.info.location))) }.boxed()
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        if let Err(error) = self.not_at_work() {
            return ready(Err(error)).boxed();
        }
        match &self.place {
            Place::File(file) => file.close().boxed(),
            Place::Memory(memory, _) => {
                memory.close();
                ready(Ok(())).boxed()
            }
        }
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").field("info", &self.info).finish_non_exhaustive()
    }
}
