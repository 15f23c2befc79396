//! What a run *is*: ids, states, the rules that move a run from one state to the next, retry
//! decisions, records, and the one seam to storage, the [`Store`] trait.
//!
//! This crate never runs user code and contains no SQL and no HTTP.

mod api_key;
mod artifact;
mod block;
mod cache;
mod call_key;
mod clock;
mod concurrency;
mod definition;
mod event;
pub mod form;
pub mod graph;
mod id;
#[cfg(feature = "json-schema")]
mod json_schema;
mod lease;
mod log;
mod owner;
mod parameters;
pub mod pause;
mod request;
mod retry;
mod rules;
mod run;
mod run_input;
mod state;
pub mod store;
mod transaction;
mod variable;
mod vault;

pub use api_key::{
    ApiKeyAnswer, ApiKeyChange, ApiKeyId, ApiKeyRecord, InvalidKeyName, KeyScope,
    ParseKeyScopeError,
};
pub use artifact::{ArtifactId, ArtifactRecord, ArtifactType, is_artifact_key};
pub use block::{
    BlockAnswer, BlockChange, BlockDocument, BlockDocumentId, BlockDocumentQuery, BlockSchema,
    BlockSchemaId, BlockSchemaQuery, BlockType, BlockTypeId, BlockTypeQuery, block_reference,
    block_references, block_schema_checksum, is_block_name, push_json_pointer, referenced_block,
    replace_sealed_in_block, sealed_block_place, sealed_block_value, sealed_in_block,
};
pub use cache::{CacheEntry, CacheKey};
pub use call_key::CallKey;
pub use clock::{Clock, Timestamp};
pub use concurrency::{
    ConcurrencyLimit, HoldId, InvalidConcurrencyLimit, LimitChange, LimitUse, MissingLimit,
    SlotAnswer, SlotHolder, SlotMode, SlotRelease, SlotRequest, SlotRoom, SlotStanding, SlotWaiter,
    Taken,
};
pub use definition::{Definition, DefinitionRecord, Parameter, RunKind};
pub use event::{
    EventId, EventRecord, RESOURCE_ID, RESOURCE_NAME, RESOURCE_ROLE, Resource, state_events,
};
pub use form::check_json;
pub use graph::{CallPlace, Graph};
pub use id::{DeploymentId, RunId};
pub use lease::{Holder, Lease, LeaseId};
pub use log::{LogLevel, LogRecord};
pub use owner::Owner;
pub use parameters::Parameters;
pub use request::{Request, RequestId, RequestKind};
pub use retry::{Delays, Failure, InvalidRetryPolicy, RetryPolicy, exponential_backoff};
pub use rules::{
    Effect, Effects, FlowView, Judgement, Policy, Proposal, Rejection, Replacement, SlotsView,
    Verdict, judge, transition,
};
pub use run::{RetryType, Run, RunPolicy};
pub use run_input::RunInput;
pub use state::{
    ParseStateTypeError, ResultReference, State, StateData, StateResult, StateType, StateTypes,
};
pub use store::{
    Acknowledgement, Acknowledger, Advance, ArtifactQuery, CallCount, CompletedCall, Deleted,
    Durability, EventQuery, Expired, IfExists, InputQuery, LogQuery, Order, ParseDurabilityError,
    RecordedCall, RelatedRuns, RequestQuery, Room, RoomMaker, RunCondition, RunField, RunQuery,
    RunSort, RunTime, Steps, Store, StoreError, StoreErrorKind, StoreInfo, Tally, TallyQuery,
    VariableQuery, Write,
};
pub use transaction::{
    HookKind, HookRecord, HookStatus, TransactionId, TransactionRecord, TransactionState,
};
pub use variable::{
    InvalidVariable, VariableAnswer, VariableChange, VariableId, VariableKey, VariableRecord,
    VariableUpdate,
};
pub use vault::{Vault, VaultError};
