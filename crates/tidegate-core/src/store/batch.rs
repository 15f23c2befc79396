//! Changes that reach a store over a way on which answers get lost: they come in numbered batches, and a batch that comes again is
//! applied once. Nothing here knows what the way is.

use serde::{Deserialize, Serialize};

use super::{Deleted, Expired, StoreError, Write};
use crate::id::identifier;
use crate::{
    ArtifactId, BlockAnswer, BlockChange, CacheKey, LeaseId, LimitChange, LogRecord, RunId,
    SlotAnswer, SlotRequest, Timestamp, VariableAnswer, VariableChange,
};

identifier! {
    /// The id of one who sends batches: of one store that is open in one process.
    ClientId
}

/// Changes that are applied together, once, in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// Who sends it.
    pub client: ClientId,
    /// Its number among the batches of its client, which begin at 1. A client sends the next one when it has the answer of this one, so
    /// that one answer of each client has to be remembered.
    pub number: u64,
    /// What is changed.
    pub changes: Vec<Change>,
    /// Log lines that are stored besides.
    pub logs: Vec<LogRecord>,
}

/// One change of a batch: what a method of [`Store`](super::Store) is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// As by [`put`](super::Store::put).
    Write(Write),
    /// As by [`end_lease`](super::Store::end_lease).
    EndLease {
        /// The lease.
        id: LeaseId,
        /// When it was seen to expire.
        expires: Timestamp,
    },
    /// As by [`delete_artifact`](super::Store::delete_artifact).
    DeleteArtifact(ArtifactId),
    /// As by [`delete_input`](super::Store::delete_input).
    DeleteInput {
        /// The flow run it is for.
        run: RunId,
        /// What it is found by.
        key: String,
    },
    /// As by [`change_variable`](super::Store::change_variable).
    Variable(VariableChange),
    /// As by [`lock`](super::Store::lock).
    Lock {
        /// What is locked.
        key: CacheKey,
        /// The lease it is held under.
        lease: LeaseId,
        /// When it is asked for.
        now: Timestamp,
    },
    /// As by [`take_slots`](super::Store::take_slots).
    Slots(SlotRequest),
    /// As by [`change_limit`](super::Store::change_limit).
    Limit {
        /// The change.
        change: LimitChange,
        /// When it is asked for.
        now: Timestamp,
    },
    /// As by [`change_blocks`](super::Store::change_blocks).
    Blocks(BlockChange),
    /// As by [`delete_runs`](super::Store::delete_runs).
    DeleteRuns {
        /// Which.
        expired: Expired,
        /// How many runs, log lines and artifacts at most.
        at_most: u64,
    },
}

/// What came of one change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Changed {
    /// The write is stored.
    Written,
    /// Whether it was done: of a lease, an artifact, an input, a lock and a limit.
    Was(bool),
    /// Of a variable.
    Variable(VariableAnswer),
    /// Of slots.
    Slots(SlotAnswer),
    /// Of blocks.
    Blocks(BlockAnswer),
    /// Of a deletion.
    Deleted(Deleted),
}

/// What came of a batch.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchAnswer {
    /// It is applied, now or when it came before. Of each change that is not simply written, its place and what came of it; what could
    /// not be done is refused for good.
    Applied(Vec<(usize, Result<Changed, StoreError>)>),
    /// It is not the one that comes after the last of its client, nor that one itself; nothing is applied.
    OutOfTurn {
        /// The number of the last that was applied; 0 of a client that is not known.
        last: u64,
    },
}
