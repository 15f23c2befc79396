//! The one seam to storage. A store keeps what it is told and decides nothing: rules are applied by whoever
//! owns a run, before the store hears of it.
//!
//! ```text
//!   engine ── put / put_acknowledged ──> queue ── one batch, one transaction, one fsync ──> database
//!     ^                                                                                        │
//!     └───────────────────── Acknowledgement, Room <───────────────────────────────────────────┘
//! ```

mod batch;
mod condition;
mod durability;
mod error;
mod query;
mod question;
mod sql;
#[cfg(feature = "suite")]
pub mod suite;
mod tally;
#[cfg(test)]
mod tests;
mod upkeep;
mod write;

use serde::{Deserialize, Serialize};

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use futures_util::future::BoxFuture;

use crate::{
    ApiKeyAnswer, ApiKeyChange, ApiKeyRecord, ArtifactId, ArtifactRecord, BlockAnswer, BlockChange,
    BlockDocument, BlockDocumentQuery, BlockSchema, BlockSchemaQuery, BlockType, BlockTypeQuery,
    CacheEntry, CacheKey, CallKey, DefinitionRecord, EventRecord, Lease, LeaseId, LimitChange,
    LimitUse, LogRecord, Request, Run, RunId, RunInput, RunKind, SlotAnswer, SlotHolder,
    SlotRequest, StateResult, Timestamp, TransactionRecord, VariableAnswer, VariableChange,
    VariableRecord,
};

pub use crate::event::EventQuery;
pub use batch::{Batch, BatchAnswer, Change, Changed, ClientId};
pub use condition::{RelatedRuns, RunCondition, RunField, RunTime};
pub use durability::{Durability, ParseDurabilityError};
pub use error::{StoreError, StoreErrorKind};
pub use query::{
    ArtifactQuery, InputQuery, LogQuery, Order, RequestQuery, RunQuery, RunSort, VariableQuery,
};
pub use question::{Greeting, Question};
pub use sql::{
    FromSqlValue, SqlColumn, SqlConnection, SqlError, SqlErrorKind, SqlParams, SqlRow,
    SqlTransaction, SqlValue, SqlWork, TransactionEnd,
};
pub use tally::{CallCount, Steps, Tally, TallyQuery};
pub use upkeep::{Deleted, Expired, IfExists};
pub use write::{Acknowledgement, Acknowledger, Advance, Room, RoomMaker, Write};

/// What a store tells of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoreInfo {
    /// Where it keeps things, for messages: a path, or `memory`.
    pub location: String,
    /// The version of its schema.
    pub schema_version: u32,
    /// Whether other processes may use the same records, so that runs need an owner that is known to live.
    pub shared: bool,
}

impl StoreInfo {
    /// What a store at `location` with a schema of `schema_version` tells; `shared` if other processes may use its records.
    #[must_use]
    pub fn new(location: impl Into<String>, schema_version: u32, shared: bool) -> Self {
        Self { location: location.into(), schema_version, shared }
    }
}

/// A call that was made in a flow run. A flow run may have a million of them, so each is no larger than it must be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordedCall {
    /// It completed, and its result is kept.
    Completed(Box<CompletedCall>),
    /// It did not complete, or its result is not kept. Its run has a call key.
    Other(Box<Run>),
}

/// What is needed of a call that completed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompletedCall {
    /// What finds it.
    pub key: CallKey,
    /// Its number among the calls of its flow run.
    pub number: Option<u32>,
    /// Its run.
    pub run_id: RunId,
    /// The name of its run.
    pub name: Box<str>,
    /// The name of the state its run ended in.
    pub state_name: Cow<'static, str>,
    /// When its run ended.
    pub ended: Timestamp,
    /// Its result.
    pub result: StateResult,
}

impl RecordedCall {
    /// The call that `run` is of, if it can be found again.
    #[must_use]
    pub fn of(mut run: Run) -> Option<Self> {
        let key = run.call_key?;
        let last = run.states.last_mut().filter(|state| state.is_completed());
        let kept = last.and_then(|state| match state.result.take() {
            Some(result) if result.is_kept() => Some((state, result)),
            result => {
                state.result = result;
                None
            }
        });
        let Some((state, result)) = kept else { return Some(Self::Other(Box::new(run))) };
        Some(Self::Completed(Box::new(CompletedCall {
            key,
            number: run.place.map(|place| place.number),
            run_id: run.id,
            state_name: std::mem::take(&mut state.name),
            ended: state.timestamp,
            name: run.name.into(),
            result,
        })))
    }

    /// What finds it.
    #[must_use]
    pub fn key(&self) -> Option<CallKey> {
        match self {
            Self::Completed(call) => Some(call.key),
            Self::Other(run) => run.call_key,
        }
    }

    /// Its number among the calls of its flow run, if it has one.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        match self {
            Self::Completed(call) => call.number,
            Self::Other(run) => run.place.as_ref().map(|place| place.number),
        }
    }

    /// The name of its run.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Completed(call) => &call.name,
            Self::Other(run) => &run.name,
        }
    }
}

/// Where runs and their logs are kept.
///
/// Every method is a promise; `store::suite` holds each store to all of them.
///
/// *Order*: writes of one caller take effect in the order they were put, and a write that is
/// acknowledged implies every write put before it.
/// *Freshness*: a read sees every write that this handle put before the read began.
/// *Fencing*: a write is refused as [`LeaseEnded`](StoreErrorKind::LeaseEnded) when the lease it is written under has ended. A write
/// about a run is refused as [`Fenced`](StoreErrorKind::Fenced) when the run is
/// under another lease that has not ended and has not ended itself, or when it does not follow the states on record.
pub trait Store: fmt::Debug + Send + Sync {
    /// Where it is. Needed by every error message.
    fn info(&self) -> StoreInfo;

    /// Takes a write, which will be stored within milliseconds. Returns at once, so that it may be called while a future is
    /// dropped. A caller that can wait must await the [`Room`], which is how a full queue holds it back. What is not taken is
    /// told at [`put_acknowledged`](Store::put_acknowledged); everything else is kept until it is stored.
    fn put(&self, write: Write) -> Room;

    /// Takes a write as [`put`](Store::put) does; the [`Acknowledgement`] resolves once the write, and every write before it,
    /// is as durable as the store was configured to make it. Dropping the acknowledgement does not undo the write.
    ///
    /// An error while the store cannot store (a full disk, a locked file) means that the write is not durable yet: it is kept and
    /// tried again, so do not put it a second time. Only a write that contradicts the record, or finds the queue full at such a
    /// time, is not taken, and its error says so.
    fn put_acknowledged(&self, write: Write) -> Acknowledgement;

    /// Stores log lines some time soon. Lines may be dropped when they come faster than they can be stored; how many were is
    /// told by [`dropped_logs`](Store::dropped_logs). Never waits, because a log line must not hold a run back.
    fn put_logs(&self, records: Vec<LogRecord>);

    /// How many log lines were dropped since the store was opened.
    fn dropped_logs(&self) -> u64;

    /// Waits until everything put before is durable, log lines too.
    fn flush(&self) -> BoxFuture<'_, Result<(), StoreError>>;

    /// The run of this id, with all its states.
    fn run(&self, id: RunId) -> BoxFuture<'_, Result<Option<Run>, StoreError>>;

    /// The runs that match, in the order asked for.
    fn runs(&self, query: RunQuery) -> BoxFuture<'_, Result<Vec<Run>, StoreError>>;

    /// How many runs match; `limit` and `offset` are ignored.
    fn count_runs(&self, query: RunQuery) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// How many runs that match were in which state, in steps of time, by step and state. A store that can counts by itself; otherwise
    /// each run is looked at.
    fn tally_runs(&self, query: TallyQuery) -> BoxFuture<'_, Result<Vec<Tally>, StoreError>> {
        Box::pin(tally::tally(self, query))
    }

    /// How many calls these flow runs have made, by flow run and type of state. A store that can counts by itself; otherwise each call is
    /// looked at.
    fn count_calls(
        &self,
        flow_runs: Vec<RunId>,
    ) -> BoxFuture<'_, Result<Vec<CallCount>, StoreError>> {
        Box::pin(tally::count_calls(self, flow_runs))
    }

    /// The flows, or the tasks, that there are or were runs of, by name and then by key.
    fn definitions(
        &self,
        kind: RunKind,
    ) -> BoxFuture<'_, Result<Vec<DefinitionRecord>, StoreError>>;

    /// The calls that were made in this flow run and can be found again, in no particular order. Asked once when a flow run's
    /// body runs again, so that what it has completed does not.
    fn recorded_calls(
        &self,
        flow_run: RunId,
    ) -> BoxFuture<'_, Result<Vec<RecordedCall>, StoreError>>;

    /// The transactions that are recorded of a flow run, or of a task run outside of one, in the order in which they were first
    /// put. Asked when a flow run's body runs again, so that what is committed stays so and hooks that were not called are.
    fn transactions(&self, run: RunId)
    -> BoxFuture<'_, Result<Vec<TransactionRecord>, StoreError>>;

    /// The leases that have not ended.
    fn leases(&self) -> BoxFuture<'_, Result<Vec<Lease>, StoreError>>;

    /// Ends a lease, provided that it still expires at `expires`, and so was not renewed since that was seen. Says whether it did:
    /// of several who notice that an owner is dead, one does.
    fn end_lease(&self, id: LeaseId, expires: Timestamp)
    -> BoxFuture<'_, Result<bool, StoreError>>;

    /// Runs that have not ended though their lease has, at most so many: what a dead owner left behind.
    fn orphans(&self, limit: u64) -> BoxFuture<'_, Result<Vec<Run>, StoreError>>;

    /// The inputs of a flow run that match, in the order in which they were first put: whoever has seen some asks for those after.
    fn inputs(&self, query: InputQuery) -> BoxFuture<'_, Result<Vec<RunInput>, StoreError>>;

    /// Deletes the input of this key of a flow run; whether there was one. Whoever has read it has it.
    fn delete_input(&self, run: RunId, key: String) -> BoxFuture<'_, Result<bool, StoreError>>;

    /// The open requests that match, in the order in which they were put. Asked each second by an engine that owns runs.
    fn requests(&self, query: RequestQuery) -> BoxFuture<'_, Result<Vec<Request>, StoreError>>;

    /// The artifacts that match, in the order asked for.
    fn artifacts(
        &self,
        query: ArtifactQuery,
    ) -> BoxFuture<'_, Result<Vec<ArtifactRecord>, StoreError>>;

    /// Deletes an artifact, and says whether it was there. The latest of its key is then the newest that is left.
    fn delete_artifact(&self, id: ArtifactId) -> BoxFuture<'_, Result<bool, StoreError>>;

    /// The variables that match, by name.
    fn variables(
        &self,
        query: VariableQuery,
    ) -> BoxFuture<'_, Result<Vec<VariableRecord>, StoreError>>;

    /// Changes what variables there are, and says what came of it, since a name has one variable at most: of several who make one of
    /// the same name, one does.
    fn change_variable(
        &self,
        change: VariableChange,
    ) -> BoxFuture<'_, Result<VariableAnswer, StoreError>>;

    /// Every API key, by name.
    fn api_keys(&self) -> BoxFuture<'_, Result<Vec<ApiKeyRecord>, StoreError>>;

    /// Makes or deletes an API key, and says what came of it, since a name has one key at most: of several who make one of the same name,
    /// one does. Once it is acknowledged, whoever asks for the keys sees it.
    fn change_api_key(
        &self,
        change: ApiKeyChange,
    ) -> BoxFuture<'_, Result<ApiKeyAnswer, StoreError>>;

    /// The events that match, in the order asked for: those that were put, and the states of runs as [`state_events`](crate::state_events)
    /// makes events of them.
    fn events(&self, query: EventQuery) -> BoxFuture<'_, Result<Vec<EventRecord>, StoreError>>;

    /// The result that is kept under this key, expired or not. It is kept as long as the run that computed it, if that is on record.
    fn cached(&self, key: CacheKey) -> BoxFuture<'_, Result<Option<CacheEntry>, StoreError>>;

    /// Takes the lock of a key for the owner of `lease`, so that of several processes one computes what is kept under the key. Says
    /// whether it is held under that lease now; it is not while another holds it, whose lease has neither ended nor expired at `now`.
    /// It is held until [`Write::Unlock`] or until its lease ends. When the future is dropped, the lock may be held all the same, and a
    /// [`Write::Unlock`] that is put then lets go of it. Refused as [`LeaseEnded`](StoreErrorKind::LeaseEnded) when `lease` has
    /// ended.
    fn lock(
        &self,
        key: CacheKey,
        lease: LeaseId,
        now: Timestamp,
    ) -> BoxFuture<'_, Result<bool, StoreError>>;

    /// Takes slots of all the limits that a request names, or of none, so that a limit is never exceeded by any who share the store.
    /// They are held until [`Write::ReleaseSlots`] or until their lease ends; those that decay, at most until then. A request that finds no
    /// room is kept in mind for as long, so that those under other leases [give way](SlotRequest::gives_way) to it. When the future is
    /// dropped they may be taken all the same, and a [`Write::ReleaseSlots`] that is put then frees them. Refused as
    /// [`LeaseEnded`](StoreErrorKind::LeaseEnded) when their lease has ended.
    fn take_slots(&self, request: SlotRequest) -> BoxFuture<'_, Result<SlotAnswer, StoreError>>;

    /// Changes what limits there are; whether it did, since a name has one limit at most.
    fn change_limit(
        &self,
        change: LimitChange,
        now: Timestamp,
    ) -> BoxFuture<'_, Result<bool, StoreError>>;

    /// The limits of these names, or all of them if none is named, by name, and what is taken of each. Asked by those who wait for
    /// slots that others hold, so it must be cheap.
    fn limits(&self, names: Vec<String>) -> BoxFuture<'_, Result<Vec<LimitUse>, StoreError>>;

    /// Who holds slots of this limit, longest first.
    fn slot_holders(&self, limit: String) -> BoxFuture<'_, Result<Vec<SlotHolder>, StoreError>>;

    /// Changes what is recorded of blocks, in one transaction and all of it or nothing; what came of it. Whether a document may be made or
    /// deleted is judged by what is there when it is.
    fn change_blocks(&self, change: BlockChange) -> BoxFuture<'_, Result<BlockAnswer, StoreError>>;

    /// The types of blocks that match, by slug.
    fn block_types(
        &self,
        query: BlockTypeQuery,
    ) -> BoxFuture<'_, Result<Vec<BlockType>, StoreError>>;

    /// The schemas of types of blocks that match, newest first.
    fn block_schemas(
        &self,
        query: BlockSchemaQuery,
    ) -> BoxFuture<'_, Result<Vec<BlockSchema>, StoreError>>;

    /// The blocks that match, by the slugs of their types and by name. What is secret in them is as it was saved: sealed.
    fn block_documents(
        &self,
        query: BlockDocumentQuery,
    ) -> BoxFuture<'_, Result<Vec<BlockDocument>, StoreError>>;

    /// The log lines that match, oldest first unless asked otherwise.
    fn logs(&self, query: LogQuery) -> BoxFuture<'_, Result<Vec<LogRecord>, StoreError>>;

    /// Applies a batch of a client that asks again when it does not hear the answer: in one transaction, after everything that was put
    /// before, and once. Its number is remembered in that transaction and its answer until the next batch of its client is applied; what
    /// is not heard of for a month after `now` is forgotten. It is as durable as an acknowledged write when it is answered. An error
    /// means that nothing of it is applied and that it can be sent again, but for the kind
    /// [`Unsupported`](StoreErrorKind::Unsupported).
    fn apply(&self, batch: Batch, now: Timestamp)
    -> BoxFuture<'_, Result<BatchAnswer, StoreError>>;
    /// The log lines of all runs in the order in which they were stored, of those after a place at most so many, and the place of the
    /// last of them. Without a place no lines, but where the next will be. Whoever shows lines as they come asks this again and again;
    /// lines that are not stored yet are not waited for.
    fn new_logs(
        &self,
        after: Option<u64>,
        limit: u64,
    ) -> BoxFuture<'_, Result<(Vec<LogRecord>, u64), StoreError>> {
        let (_, _) = (after, limit);
        let why = "this store does not tell of new log lines";
        Box::pin(std::future::ready(Err(StoreError::new(StoreErrorKind::Unsupported, why))))
    }

    /// Deletes top-level runs that have ended and are no longer wanted, each with everything made inside it, its log lines, its
    /// artifacts, its inputs, the events that its code emitted, and what is cached of it. Nothing of a run is deleted before all that was
    /// made inside it has ended.
    ///
    /// One call deletes at most so many runs, log lines and artifacts, in one transaction, so that it holds nobody up; call it again
    /// while there is [`more`](Deleted::more). What does not fit one call is deleted from the newest to the oldest and the
    /// top-level run last: what is left in between, or after a crash, is a smaller tree without loose ends, and the next call goes on
    /// with it, whatever it is asked to delete. Until it is gone, writes about it are refused as [`Fenced`](StoreErrorKind::Fenced),
    /// so that no run goes on with half of its record.
    ///
    /// Log lines, artifacts and runs that are put about a deleted run later are kept, so ask for runs that ended a while ago.
    fn delete_runs(
        &self,
        expired: Expired,
        at_most: u64,
    ) -> BoxFuture<'_, Result<Deleted, StoreError>>;

    /// Gives the room that deleted records have left back to the file system; how many bytes. It goes in steps, between which others
    /// write, so dropping the future stops it halfway. Without it the room is used for new records.
    fn vacuum(&self) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// Writes a copy of all records into a new file: as they were at one moment after the call, so that it holds everything that was
    /// acknowledged before, while others go on writing. The copy is a store that can be opened. It appears under its name when it is
    /// complete, checked and durable; dropping the future leaves nothing.
    ///
    /// The error of a file that exists is of the kind [`Exists`](StoreErrorKind::Exists).
    fn backup(&self, path: &Path, if_exists: IfExists) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Does `work` in a transaction of its own in the store's own database, after every write that was put before. Its end is what
    /// `work` says: committed together with the writes that it gives, as durable as an acknowledged write; or undone. A panic of
    /// `work`, a write of it that is refused, and a failed commit undo it too, and are told as an error, after which nothing of it
    /// is there and nothing is tried again. Only when the process dies after a failed commit, before anything else is durable, may
    /// what it committed be found there after all: all of it, the writes included. Dropping the future undoes nothing.
    ///
    /// While `work` is at it nobody writes, in this process or in another, so it must be short, and it must not wait for this store:
    /// what it asks of the store, log lines aside, is refused.
    ///
    /// A store that has no SQL answers [`Unsupported`](StoreErrorKind::Unsupported).
    fn transact(&self, work: SqlWork) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Makes everything durable and lets go of files and threads. Closing twice is fine; a write put later is refused.
    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>>;
}
