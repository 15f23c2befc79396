//! What a connection answers when it is asked. It changes nothing.

use tidegate_core::{
    ApiKeyRecord, ArtifactQuery, ArtifactRecord, BlockDocument, BlockDocumentQuery, BlockSchema,
    BlockSchemaQuery, BlockType, BlockTypeQuery, CacheEntry, CacheKey, CallCount, DefinitionRecord,
    EventQuery, EventRecord, Expired, InputQuery, Lease, LimitUse, LogQuery, LogRecord,
    RecordedCall, Request, RequestQuery, Run, RunId, RunInput, RunKind, RunQuery, SlotHolder,
    StoreError, Tally, TallyQuery, TransactionRecord, VariableQuery, VariableRecord,
};

use super::{Database, find};
use crate::sqlite::backup::Copy;
use crate::sqlite::error::{Doing, failed, unreadable};
use crate::sqlite::expired::{self, Candidates};
use crate::sqlite::{
    api_key_row, artifact_row, block_row, cache, event_query, input_row, leases, limits, log_row,
    request_row, run_query, run_row, run_tally, slots, transaction_row, variable_row,
};

impl Database {
    pub(in crate::sqlite) fn run(&mut self, id: RunId) -> Result<Option<Run>, StoreError> {
        let Self { connection, place, known, .. } = self;
        find(connection, known, id)
            .and_then(|found| {
                let mut last = leases::Last::default();
                found.map(|found| run_row::with_lease(connection, &mut last, found)).transpose()
            })
            .map_err(|error| unreadable(place, error))
    }

    pub(in crate::sqlite) fn definitions(
        &mut self,
        kind: RunKind,
    ) -> Result<Vec<DefinitionRecord>, StoreError> {
        let Self { connection, place, known, .. } = self;
        run_query::definitions(connection, known, kind).map_err(|error| unreadable(place, error))
    }

    pub(in crate::sqlite) fn recorded_calls(
        &mut self,
        flow_run: RunId,
    ) -> Result<Vec<RecordedCall>, StoreError> {
        let Self { connection, place, known, .. } = self;
        run_query::recorded_calls(connection, known, flow_run)
            .map_err(|error| unreadable(place, error))
    }

    pub(in crate::sqlite) fn orphans(&mut self, limit: u64) -> Result<Vec<Run>, StoreError> {
        let Self { connection, place, known, .. } = self;
        run_query::orphans(connection, known, limit).map_err(|error| unreadable(place, error))
    }

    pub(in crate::sqlite) fn cached(
        &self,
        key: CacheKey,
    ) -> Result<Option<CacheEntry>, StoreError> {
        cache::find(&self.connection, key).map_err(|error| unreadable(&self.place, error))
    }

    pub(in crate::sqlite) fn transactions(
        &self,
        run: RunId,
    ) -> Result<Vec<TransactionRecord>, StoreError> {
        transaction_row::of_run(&self.connection, run)
            .map_err(|error| unreadable(&self.place, error))
    }

    pub(in crate::sqlite) fn requests(
        &self,
        query: &RequestQuery,
    ) -> Result<Vec<Request>, StoreError> {
        request_row::select(&self.connection, query).map_err(|error| unreadable(&self.place, error))
    }

    pub(in crate::sqlite) fn leases(&self) -> Result<Vec<Lease>, StoreError> {
        leases::all(&self.connection).map_err(|error| unreadable(&self.place, error))
    }

    pub(in crate::sqlite) fn limits(&self, names: &[String]) -> Result<Vec<LimitUse>, StoreError> {
        limits::uses(&self.connection, names).map_err(|error| unreadable(&self.place, error))
    }

    pub(in crate::sqlite) fn slot_holders(
        &self,
        limit: &str,
    ) -> Result<Vec<SlotHolder>, StoreError> {
        slots::holders(&self.connection, limit).map_err(|error| unreadable(&self.place, error))
    }

    pub(in crate::sqlite) fn runs(&mut self, query: &RunQuery) -> Result<Vec<Run>, StoreError> {
        let Self { connection, place, known, .. } = self;
        run_query::runs(connection, known, query).map_err(|error| unreadable(place, error))
    }

    pub(in crate::sqlite) fn tally_runs(
        &self,
        query: &TallyQuery,
    ) -> Result<Vec<Tally>, StoreError> {
        run_tally::tally(&self.connection, query).map_err(|error| unreadable(&self.place, error))
    }

    pub(in crate::sqlite) fn count_calls(
        &self,
        flow_runs: &[RunId],
    ) -> Result<Vec<CallCount>, StoreError> {
        run_tally::calls(&self.connection, flow_runs)
            .map_err(|error| unreadable(&self.place, error))
    }

    pub(in crate::sqlite) fn count_runs(&self, query: &RunQuery) -> Result<u64, StoreError> {
        run_query::count(&self.connection, query)
            .map_err(|error| failed(&self.place, Doing::Reading, error))
    }

    /// The top-level runs of which some can be deleted.
    pub(in crate::sqlite) fn deletable(
        &self,
        which: &Expired,
        at_most: u64,
    ) -> Result<Candidates, StoreError> {
        expired::candidates(&self.connection, which, at_most)
            .map_err(|error| failed(&self.place, Doing::Reading, error))
    }

    /// Makes a backup.
    pub(in crate::sqlite) fn copy(&self, copy: &Copy) -> Result<(), StoreError> {
        copy.make(&self.connection, &self.place)
    }

    pub(in crate::sqlite) fn artifacts(
        &self,
        query: &ArtifactQuery,
    ) -> Result<Vec<ArtifactRecord>, StoreError> {
        artifact_row::select(&self.connection, query)
            .map_err(|error| unreadable(&self.place, error))
    }

    pub(in crate::sqlite) fn api_keys(&self) -> Result<Vec<ApiKeyRecord>, StoreError> {
        api_key_row::select(&self.connection).map_err(|error| unreadable(&self.place, error))
    }

    pub(in crate::sqlite) fn variables(
        &self,
        query: &VariableQuery,
    ) -> Result<Vec<VariableRecord>, StoreError> {
        variable_row::select(&self.connection, query)
            .map_err(|error| unreadable(&self.place, error))
    }

    pub(in crate::sqlite) fn block_types(
        &self,
        query: &BlockTypeQuery,
    ) -> Result<Vec<BlockType>, StoreError> {
        block_row::types(&self.connection, query).map_err(|error| unreadable(&self.place, error))
    }

    pub(in crate::sqlite) fn block_schemas(
        &self,
        query: &BlockSchemaQuery,
    ) -> Result<Vec<BlockSchema>, StoreError> {
        block_row::schemas(&self.connection, query).map_err(|error| unreadable(&self.place, error))
    }

    pub(in crate::sqlite) fn block_documents(
        &self,
        query: &BlockDocumentQuery,
    ) -> Result<Vec<BlockDocument>, StoreError> {
        block_row::documents(&self.connection, query)
            .map_err(|error| unreadable(&self.place, error))
    }

    pub(in crate::sqlite) fn inputs(
        &self,
        query: &InputQuery,
    ) -> Result<Vec<RunInput>, StoreError> {
        input_row::select(&self.connection, query).map_err(|error| unreadable(&self.place, error))
    }

    pub(in crate::sqlite) fn events(
        &mut self,
        query: &EventQuery,
    ) -> Result<Vec<EventRecord>, StoreError> {
        let Self { connection, place, known, .. } = self;
        event_query::select(connection, known, query).map_err(|error| unreadable(place, error))
    }

    pub(in crate::sqlite) fn new_logs(
        &self,
        after: Option<u64>,
        limit: u64,
    ) -> Result<(Vec<LogRecord>, u64), StoreError> {
        log_row::after(&self.connection, after, limit)
            .map_err(|error| unreadable(&self.place, error))
    }

    pub(in crate::sqlite) fn logs(&self, query: &LogQuery) -> Result<Vec<LogRecord>, StoreError> {
        log_row::select(&self.connection, query).map_err(|error| unreadable(&self.place, error))
    }
}
