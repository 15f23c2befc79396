//! A store in trouble, for tests. It keeps what it takes as the store in memory does, and refuses, holds back or loses what it is
//! told to.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use tidegate::store::{
    Acknowledgement, Acknowledger, ArtifactQuery, Batch, BatchAnswer, CallCount, Deleted,
    EventQuery, Expired, IfExists, InputQuery, LogQuery, RecordedCall, RequestQuery, Room,
    RoomMaker, RunQuery, SqlWork, Store, StoreError, StoreErrorKind, StoreInfo, Tally, TallyQuery,
    TransactionEnd, VariableQuery, Write,
};
use tidegate::transaction::TransactionRecord;
use tidegate::{
    ApiKeyAnswer, ApiKeyChange, ApiKeyRecord, ArtifactId, ArtifactRecord, BlockAnswer, BlockChange,
    BlockDocument, BlockDocumentQuery, BlockSchema, BlockSchemaQuery, BlockType, BlockTypeQuery,
    CacheEntry, CacheKey, DefinitionRecord, Engine, EventRecord, Lease, LeaseId, LimitChange,
    LimitUse, LogRecord, Request, Run, RunId, RunInput, RunKind, SlotAnswer, SlotHolder,
    SlotRequest, StateType, Timestamp, VariableAnswer, VariableChange, VariableRecord,
};

/// A store in memory that refuses writes or keeps their writers waiting, as it is told.
#[derive(Debug)]
pub(crate) struct Troubled {
    inner: Arc<dyn Store>,
    refuses: Mutex<Vec<StateType>>,
    pub(crate) holds_rooms: AtomicBool,
    pub(crate) holds_acknowledgements: AtomicBool,
    pub(crate) loses_logs: AtomicBool,
    /// Can be asked after its engine was closed.
    pub(crate) stays_open: AtomicBool,
    /// Does not record transactions.
    pub(crate) refuses_transactions: AtomicBool,
    rooms: Mutex<Vec<RoomMaker>>,
    acknowledgers: Mutex<Vec<Acknowledger>>,
    /// How often it was asked for slots.
    pub(crate) asked_for_slots: AtomicU32,
    /// How often it was asked what is taken of limits.
    pub(crate) asked_for_limits: AtomicU32,
}

impl Troubled {
    /// A troubled store, and an engine that uses it.
    pub(crate) fn engine() -> (Arc<Self>, Engine) {
        let inner = Engine::builder().database("sqlite::memory:").open().unwrap();
        let store = Arc::new(Self {
            inner: Arc::clone(inner.store().unwrap()),
            refuses: Mutex::default(),
            holds_rooms: AtomicBool::new(false),
            holds_acknowledgements: AtomicBool::new(false),
            loses_logs: AtomicBool::new(false),
            stays_open: AtomicBool::new(false),
            refuses_transactions: AtomicBool::new(false),
            rooms: Mutex::default(),
            acknowledgers: Mutex::default(),
            asked_for_slots: AtomicU32::new(0),
            asked_for_limits: AtomicU32::new(0),
        });
        let engine = Engine::builder().store(Arc::clone(&store) as Arc<dyn Store>).open().unwrap();
        (store, engine)
    }

    /// Refuses writes that bring a run into a state of this type.
    pub(crate) fn refuse(&self, state_type: StateType) {
        self.refuses.lock().unwrap().push(state_type);
    }

    /// Refuses nothing any more.
    pub(crate) fn recover(&self) {
        self.refuses.lock().unwrap().clear();
    }

    fn judge(&self, write: &Write) -> Result<(), StoreError> {
        if let Write::Transaction { .. } = write
            && self.refuses_transactions.load(Ordering::Relaxed)
        {
            return Err(full());
        }
        let last = match write {
            Write::Begin(run) => run.states.last(),
            Write::Advance(advance) => advance.states.last(),
            Write::Define(_)
            | Write::Artifact(_)
            | Write::Event(_)
            | Write::TakeLease(_)
            | Write::RenewLease { .. }
            | Write::ReleaseLease(_)
            | Write::Cache { .. }
            | Write::Transaction { .. }
            | Write::Input { .. }
            | Write::Unlock { .. }
            | Write::ReleaseSlots(_)
            | Write::Request(_)
            | Write::EndRequest(_) => None,
        };
        last.map_or(Ok(()), |state| self.judge_state(state.state_type()))
    }

    fn judge_state(&self, state_type: StateType) -> Result<(), StoreError> {
        if self.refuses.lock().unwrap().contains(&state_type) {
            return Err(full());
        }
        Ok(())
    }

    pub(crate) fn give_rooms(&self) {
        for room in self.rooms.lock().unwrap().drain(..) {
            room.give(Ok(()));
        }
    }

    pub(crate) fn acknowledge(&self) {
        for acknowledger in self.acknowledgers.lock().unwrap().drain(..) {
            acknowledger.acknowledge(Ok(()));
        }
    }
}

fn full() -> StoreError {
    StoreError::new(StoreErrorKind::DiskFull, "the disk of /data is full; make room on it")
}

impl Store for Troubled {
    fn info(&self) -> StoreInfo {
        self.inner.info()
    }

    fn put(&self, write: Write) -> Room {
        if let Err(error) = self.judge(&write) {
            return Room::now(Err(error));
        }
        let room = self.inner.put(write);
        if self.holds_rooms.load(Ordering::Relaxed) {
            let (maker, room) = Room::later();
            self.rooms.lock().unwrap().push(maker);
            return room;
        }
        room
    }

    fn put_acknowledged(&self, write: Write) -> Acknowledgement {
        if let Err(error) = self.judge(&write) {
            return Acknowledgement::now(Err(error));
        }
        let acknowledgement = self.inner.put_acknowledged(write);
        if self.holds_acknowledgements.load(Ordering::Relaxed) {
            let (acknowledger, acknowledgement) = Acknowledgement::later();
            self.acknowledgers.lock().unwrap().push(acknowledger);
            return acknowledgement;
        }
        acknowledgement
    }

    fn put_logs(&self, records: Vec<LogRecord>) {
        if !self.loses_logs.load(Ordering::Relaxed) {
            self.inner.put_logs(records);
        }
    }

    fn dropped_logs(&self) -> u64 {
        self.inner.dropped_logs()
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.inner.flush()
    }

    fn run(&self, id: RunId) -> BoxFuture<'_, Result<Option<Run>, StoreError>> {
        self.inner.run(id)
    }

    fn runs(&self, query: RunQuery) -> BoxFuture<'_, Result<Vec<Run>, StoreError>> {
        self.inner.runs(query)
    }

    fn count_runs(&self, query: RunQuery) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.inner.count_runs(query)
    }

    fn tally_runs(&self, query: TallyQuery) -> BoxFuture<'_, Result<Vec<Tally>, StoreError>> {
        self.inner.tally_runs(query)
    }

    fn count_calls(
        &self,
        flow_runs: Vec<RunId>,
    ) -> BoxFuture<'_, Result<Vec<CallCount>, StoreError>> {
        self.inner.count_calls(flow_runs)
    }

    fn definitions(
        &self,
        kind: RunKind,
    ) -> BoxFuture<'_, Result<Vec<DefinitionRecord>, StoreError>> {
        self.inner.definitions(kind)
    }

    fn recorded_calls(
        &self,
        flow_run: RunId,
    ) -> BoxFuture<'_, Result<Vec<RecordedCall>, StoreError>> {
        self.inner.recorded_calls(flow_run)
    }

    fn leases(&self) -> BoxFuture<'_, Result<Vec<Lease>, StoreError>> {
        self.inner.leases()
    }

    fn end_lease(
        &self,
        id: LeaseId,
        expires: Timestamp,
    ) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.inner.end_lease(id, expires)
    }

    fn orphans(&self, limit: u64) -> BoxFuture<'_, Result<Vec<Run>, StoreError>> {
        self.inner.orphans(limit)
    }

    fn inputs(&self, query: InputQuery) -> BoxFuture<'_, Result<Vec<RunInput>, StoreError>> {
        self.inner.inputs(query)
    }

    fn delete_input(&self, run: RunId, key: String) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.inner.delete_input(run, key)
    }

    fn requests(&self, query: RequestQuery) -> BoxFuture<'_, Result<Vec<Request>, StoreError>> {
        self.inner.requests(query)
    }

    fn artifacts(
        &self,
        query: ArtifactQuery,
    ) -> BoxFuture<'_, Result<Vec<ArtifactRecord>, StoreError>> {
        self.inner.artifacts(query)
    }

    fn delete_artifact(&self, id: ArtifactId) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.inner.delete_artifact(id)
    }

    fn variables(
        &self,
        query: VariableQuery,
    ) -> BoxFuture<'_, Result<Vec<VariableRecord>, StoreError>> {
        self.inner.variables(query)
    }

    fn change_variable(
        &self,
        change: VariableChange,
    ) -> BoxFuture<'_, Result<VariableAnswer, StoreError>> {
        self.inner.change_variable(change)
    }

    fn api_keys(&self) -> BoxFuture<'_, Result<Vec<ApiKeyRecord>, StoreError>> {
        self.inner.api_keys()
    }

    fn change_api_key(
        &self,
        change: ApiKeyChange,
    ) -> BoxFuture<'_, Result<ApiKeyAnswer, StoreError>> {
        self.inner.change_api_key(change)
    }

    fn events(&self, query: EventQuery) -> BoxFuture<'_, Result<Vec<EventRecord>, StoreError>> {
        self.inner.events(query)
    }

    fn cached(&self, key: CacheKey) -> BoxFuture<'_, Result<Option<CacheEntry>, StoreError>> {
        self.inner.cached(key)
    }

    fn lock(
        &self,
        key: CacheKey,
        lease: LeaseId,
        now: Timestamp,
    ) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.inner.lock(key, lease, now)
    }

    fn take_slots(&self, request: SlotRequest) -> BoxFuture<'_, Result<SlotAnswer, StoreError>> {
        self.asked_for_slots.fetch_add(1, Ordering::Relaxed);
        self.inner.take_slots(request)
    }

    fn change_limit(
        &self,
        change: LimitChange,
        now: Timestamp,
    ) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.inner.change_limit(change, now)
    }

    fn limits(&self, names: Vec<String>) -> BoxFuture<'_, Result<Vec<LimitUse>, StoreError>> {
        self.asked_for_limits.fetch_add(1, Ordering::Relaxed);
        self.inner.limits(names)
    }

    fn change_blocks(&self, change: BlockChange) -> BoxFuture<'_, Result<BlockAnswer, StoreError>> {
        self.inner.change_blocks(change)
    }

    fn block_types(
        &self,
        query: BlockTypeQuery,
    ) -> BoxFuture<'_, Result<Vec<BlockType>, StoreError>> {
        self.inner.block_types(query)
    }

    fn block_schemas(
        &self,
        query: BlockSchemaQuery,
    ) -> BoxFuture<'_, Result<Vec<BlockSchema>, StoreError>> {
        self.inner.block_schemas(query)
    }

    fn block_documents(
        &self,
        query: BlockDocumentQuery,
    ) -> BoxFuture<'_, Result<Vec<BlockDocument>, StoreError>> {
        self.inner.block_documents(query)
    }

    fn slot_holders(&self, limit: String) -> BoxFuture<'_, Result<Vec<SlotHolder>, StoreError>> {
        self.inner.slot_holders(limit)
    }

    fn transactions(
        &self,
        run: RunId,
    ) -> BoxFuture<'_, Result<Vec<TransactionRecord>, StoreError>> {
        self.inner.transactions(run)
    }

    fn logs(&self, query: LogQuery) -> BoxFuture<'_, Result<Vec<LogRecord>, StoreError>> {
        self.inner.logs(query)
    }

    fn apply(
        &self,
        batch: Batch,
        now: Timestamp,
    ) -> BoxFuture<'_, Result<BatchAnswer, StoreError>> {
        self.inner.apply(batch, now)
    }

    fn new_logs(
        &self,
        after: Option<u64>,
        limit: u64,
    ) -> BoxFuture<'_, Result<(Vec<LogRecord>, u64), StoreError>> {
        self.inner.new_logs(after, limit)
    }

    fn delete_runs(
        &self,
        expired: Expired,
        at_most: u64,
    ) -> BoxFuture<'_, Result<Deleted, StoreError>> {
        self.inner.delete_runs(expired, at_most)
    }

    fn vacuum(&self) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.inner.vacuum()
    }

    fn backup(&self, path: &Path, if_exists: IfExists) -> BoxFuture<'_, Result<(), StoreError>> {
        self.inner.backup(path, if_exists)
    }

    /// The disk is full when it comes to the commit.
    fn transact(&self, work: SqlWork) -> BoxFuture<'_, Result<(), StoreError>> {
        let Err(full) = self.judge_state(StateType::Completed) else {
            return self.inner.transact(work);
        };
        let undone = self.inner.transact(Box::new(|transaction| {
            let _ = work(transaction);
            TransactionEnd::RollBack
        }));
        Box::pin(async move { undone.await.and(Err(full)) })
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        if self.stays_open.load(Ordering::Relaxed) {
            return self.inner.flush();
        }
        self.inner.close()
    }
}
