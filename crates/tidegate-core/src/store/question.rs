//! Questions to a store as data, one for each of its methods that only reads or has no more to say than that it is done. What is changed
//! comes in batches.

use serde::{Deserialize, Serialize};

use super::{
    ArtifactQuery, EventQuery, InputQuery, LogQuery, RequestQuery, RunQuery, StoreInfo,
    VariableQuery,
};
use crate::{BlockDocumentQuery, BlockSchemaQuery, BlockTypeQuery, CacheKey, RunId, RunKind};

/// A question. Its answer is that of the method of [`Store`](super::Store) that it is named after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Nothing is asked but whether everything is durable.
    Flush,
    /// One run.
    Run(RunId),
    /// Runs.
    Runs(Box<RunQuery>),
    /// How many runs.
    CountRuns(Box<RunQuery>),
    /// Flows or tasks.
    Definitions(RunKind),
    /// The calls made in a flow run.
    RecordedCalls(RunId),
    /// The transactions of a run.
    Transactions(RunId),
    /// Leases.
    Leases,
    /// At most so many runs that a dead owner left behind.
    Orphans(u64),
    /// Inputs of a flow run.
    Inputs(InputQuery),
    /// Open requests.
    Requests(RequestQuery),
    /// Artifacts.
    Artifacts(ArtifactQuery),
    /// Variables.
    Variables(VariableQuery),
    /// Events.
    Events(Box<EventQuery>),
    /// A cached result.
    Cached(CacheKey),
    /// Limits of these names.
    Limits(Vec<String>),
    /// Who holds slots of this limit.
    SlotHolders(String),
    /// Types of blocks.
    BlockTypes(BlockTypeQuery),
    /// Schemas of blocks.
    BlockSchemas(BlockSchemaQuery),
    /// Blocks.
    BlockDocuments(BlockDocumentQuery),
    /// Log lines.
    Logs(LogQuery),
    /// Gives room back.
    Vacuum,
}

/// What a store says to one who wants to use it from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greeting {
    /// Which questions, changes and answers it understands: it has to be [`PROTOCOL`](Self::PROTOCOL).
    pub protocol: u32,
    /// What it tells of itself.
    pub info: StoreInfo,
}

impl Greeting {
    /// What is spoken here. Another number is another shape of questions, changes or answers.
    pub const PROTOCOL: u32 = 1;

    /// The greeting of a store that tells this of itself.
    #[must_use]
    pub const fn new(info: StoreInfo) -> Self {
        Self { protocol: Self::PROTOCOL, info }
    }
}
