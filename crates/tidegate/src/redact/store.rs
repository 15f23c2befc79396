//! The store of an engine, which gets to see no secret: what is written goes through the redactor first. What is read, and how things
//! are stored, is the business of the store in it.

use std::path::Path;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tidegate_core::store::{
    Acknowledgement, ArtifactQuery, Batch, BatchAnswer, CallCount, Change, Deleted, EventQuery,
    Expired, IfExists, InputQuery, LogQuery, RecordedCall, RequestQuery, Room, RunQuery, SqlWork,
    Store, StoreError, StoreErrorKind, StoreInfo, Tally, TallyQuery, TransactionEnd, Write,
};
use tidegate_core::{
    ApiKeyAnswer, ApiKeyChange, ApiKeyRecord, ArtifactId, ArtifactRecord, BlockAnswer, BlockChange,
    BlockDocument, BlockDocumentQuery, BlockSchema, BlockSchemaQuery, BlockType, BlockTypeQuery,
    CacheEntry, CacheKey, DefinitionRecord, EventRecord, Lease, LeaseId, LimitChange, LimitUse,
    LogRecord, Request, RequestId, Run, RunId, RunInput, RunKind, SlotAnswer, SlotHolder,
    SlotRequest, Timestamp, TransactionRecord, VariableAnswer, VariableChange, VariableQuery,
    VariableRecord,
};

use super::{is_active, is_in, record};

/// A store behind the redactor.
#[derive(Debug)]
pub(crate) struct Redacting {
    inner: Arc<dyn Store>,
}

impl Redacting {
    pub(crate) fn around(inner: Arc<dyn Store>) -> Arc<dyn Store> {
        Arc::new(Self { inner })
    }
}

/// What would be stored in the clear, or with a mask in it be something else.
fn refusal(what: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Unsupported,
        format_args!(
            "there is a secret in {what}, where anybody may read it: save it in a block, as a `Secret`"
        ),
    )
}

fn refused<T: Send + 'static>(what: &str) -> BoxFuture<'static, Result<T, StoreError>> {
    Box::pin(std::future::ready(Err(refusal(what))))
}

fn name_of(change: &LimitChange) -> &[u8] {
    match change {
        LimitChange::Create(limit) | LimitChange::Update(limit) => limit.name.as_bytes(),
        LimitChange::Delete(_) => &[],
    }
}

fn has_secret(change: &VariableChange) -> bool {
    let (name, value, tags) = match change {
        VariableChange::Create(variable) | VariableChange::Set(variable) => {
            (Some(&variable.name), Some(&variable.value), &*variable.tags)
        }
        VariableChange::Update { update, .. } => (
            update.name.as_ref(),
            update.value.as_ref(),
            update.tags.as_deref().unwrap_or_default(),
        ),
        VariableChange::Delete(_) => (None, None, &[][..]),
    };
    name.into_iter().chain(tags).any(|text| is_in(text.as_bytes()))
        || value.is_some_and(|value| is_in(value.to_string().as_bytes()))
}

impl Store for Redacting {
    fn info(&self) -> StoreInfo {
        self.inner.info()
    }

    fn put(&self, write: Write) -> Room {
        self.inner.put(record::redacted(write))
    }

    fn put_acknowledged(&self, write: Write) -> Acknowledgement {
        self.inner.put_acknowledged(record::redacted(write))
    }

    fn put_logs(&self, records: Vec<LogRecord>) {
        self.inner.put_logs(record::redacted_logs(records))
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

    fn transactions(
        &self,
        run: RunId,
    ) -> BoxFuture<'_, Result<Vec<TransactionRecord>, StoreError>> {
        self.inner.transactions(run)
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
        if is_active() && has_secret(&change) {
            return refused("a variable");
        }
        self.inner.change_variable(change)
    }

    fn api_keys(&self) -> BoxFuture<'_, Result<Vec<ApiKeyRecord>, StoreError>> {
        self.inner.api_keys()
    }

    fn change_api_key(
        &self,
        change: ApiKeyChange,
    ) -> BoxFuture<'_, Result<ApiKeyAnswer, StoreError>> {
        if let ApiKeyChange::Create(key) = &change
            && is_active()
            && is_in(key.name.as_bytes())
        {
            return refused("the name of a key");
        }
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
        self.inner.take_slots(request)
    }

    fn change_limit(
        &self,
        change: LimitChange,
        now: Timestamp,
    ) -> BoxFuture<'_, Result<bool, StoreError>> {
        if is_in(name_of(&change)) {
            return refused("the name of a limit");
        }
        self.inner.change_limit(change, now)
    }

    fn limits(&self, names: Vec<String>) -> BoxFuture<'_, Result<Vec<LimitUse>, StoreError>> {
        self.inner.limits(names)
    }

    fn slot_holders(&self, limit: String) -> BoxFuture<'_, Result<Vec<SlotHolder>, StoreError>> {
        self.inner.slot_holders(limit)
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

    fn logs(&self, query: LogQuery) -> BoxFuture<'_, Result<Vec<LogRecord>, StoreError>> {
        self.inner.logs(query)
    }

    fn apply(
        &self,
        mut batch: Batch,
        now: Timestamp,
    ) -> BoxFuture<'_, Result<BatchAnswer, StoreError>> {
        if !is_active() {
            return self.inner.apply(batch, now);
        }
        let mut refused = Vec::new();
        for (place, change) in batch.changes.iter_mut().enumerate() {
            let what = match change {
                Change::Write(write) => {
                    *write = record::redacted(write.clone());
                    continue;
                }
                Change::Variable(change) if has_secret(change) => "a variable",
                Change::Limit { change, .. } if is_in(name_of(change)) => "the name of a limit",
                Change::Variable(_)
                | Change::Limit { .. }
                | Change::EndLease { .. }
                | Change::DeleteArtifact(_)
                | Change::DeleteInput { .. }
                | Change::Lock { .. }
                | Change::Slots(_)
                | Change::Blocks(_)
                | Change::DeleteRuns { .. } => continue,
            };
            refused.push((place, Err(refusal(what))));
            // Nothing takes its place, so that the others keep theirs.
            *change = Change::Write(Write::EndRequest(RequestId::new()));
        }
        batch.logs = record::redacted_logs(batch.logs);
        Box::pin(async move {
            let mut answer = self.inner.apply(batch, now).await?;
            if let BatchAnswer::Applied(answers) = &mut answer {
                answers.extend(refused);
            }
            Ok(answer)
        })
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

    fn transact(&self, work: SqlWork) -> BoxFuture<'_, Result<(), StoreError>> {
        if !is_active() {
            return self.inner.transact(work);
        }
        self.inner.transact(Box::new(|transaction| match work(transaction) {
            TransactionEnd::Commit(writes) => {
                TransactionEnd::Commit(writes.into_iter().map(record::redacted).collect())
            }
            TransactionEnd::RollBack => TransactionEnd::RollBack,
        }))
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.inner.close()
    }
}
