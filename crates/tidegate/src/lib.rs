#![doc = include_str!("../README.md")]

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
mod argument;
mod artifact;
mod backup;
#[cfg(feature = "blocks")]
pub mod block;
mod block_on;
mod builder;
pub mod cache;
mod call;
mod cancel;
mod canonical;
mod capture;
#[cfg(feature = "cli")]
pub mod cli;
mod concurrency;
mod default_engine;
mod definition;
mod duration;
mod engine;
mod error;
mod event;
pub mod graph;
mod hook;
mod inputs;
mod isolation;
mod log;
pub mod logging;
mod names;
mod nearest;
mod options;
mod output;
mod parameters;
mod pause;
pub mod prelude;
mod prints;
mod query;
mod redact;
mod registry;
mod result;
mod resume;
mod retention;
mod run_input;
mod runner;
pub mod runtime;
pub mod secret;
#[cfg(feature = "server")]
mod serve;
pub mod settings;
mod subscriber;
mod suspend;
mod tags;
#[cfg(feature = "testing")]
pub mod testing;
pub mod transaction;
mod variable;

pub use erased_serde;
pub use schemars;

pub use argument::{
    AllowFailure, Argument, Gather, Given, MapArgument, Mapped, Tolerable, Unmapped, allow_failure,
    gather, mapped, unmapped,
};
pub use artifact::{Artifact, Artifacts, Progress};
pub use backup::Backup;
#[cfg(feature = "blocks")]
pub use block::Block;
pub use builder::EngineBuilder;
pub use cache::{CacheKeyFn, CacheKeyOutcome, CachePolicy};
pub use call::{
    AsCompleted, Callable, FlowCall, MapCall, MapProgress, RunHandle, RunHandles, Step,
    Submittable, TaskCall, WaitFor, as_completed, step, wait,
};
pub use cancel::cancel;
pub use concurrency::{
    Concurrency, ConcurrencyError, ConcurrencyGuard, ConcurrencyLimitState, ConcurrencyLimits,
    LimitNames, RateLimit, concurrency, rate_limit,
};
pub use definition::Definition;
pub use duration::{IntoDelays, IntoDuration, InvalidDuration};
pub use engine::Engine;
pub use error::{Error, Result};
pub use event::{EmitEvent, EventStream, Events, emit_event};
pub use graph::Graph;
pub use hook::{Hook, HookOutcome, IntoHook, IntoRetryCondition, RetryCondition};
pub use isolation::IsolationLevel;
pub use logging::{RunLogger, run_logger};
pub use options::{Options, RunName};
pub use output::{FinalState, StandsForState};
pub use parameters::InvalidParameters;
pub use pause::{FlowPauseTimeout, PauseCall, pause_flow_run, suspend_flow_run};
pub use query::{Logs, Runs};
#[cfg(feature = "object-store")]
pub use result::ObjectStorage;
pub use result::{
    CompressedJsonSerializer, IntoResultSerializer, IntoResultStorage, JsonSerializer, LocalFiles,
    MemoryStorage, Recordable, ResultSerializer, ResultStorage, SerializerError, TakeValue,
};
pub use resume::{Resume, resume};
pub use retention::Retention;
pub use run_input::{InputReceiver, InputTimeout, Received, SendInput, receive_input, send_input};
#[cfg(feature = "cpu")]
pub use runner::Cpu;
pub use runner::{Blocking, Concurrent, TaskRunner, WorkKind};
#[cfg(feature = "blocks")]
pub use secret::Secret;
#[cfg(feature = "server")]
pub use serve::{Serve, ServerHandle};
pub use settings::Durability;
pub use suspend::suspend;
pub use tags::with_tags;
pub use tidegate_core::store;
pub use tidegate_core::store::{SqlError, SqlRow, SqlTransaction, SqlValue};
pub use tidegate_core::{ApiKeyAnswer, ApiKeyChange, ApiKeyId, ApiKeyRecord, KeyScope};
pub use tidegate_core::{
    ArtifactId, ArtifactRecord, ArtifactType, EventId, EventRecord, RESOURCE_ID, RESOURCE_NAME,
    RESOURCE_ROLE, Resource,
};
pub use tidegate_core::{
    BlockAnswer, BlockChange, BlockDocument, BlockDocumentId, BlockDocumentQuery, BlockSchema,
    BlockSchemaId, BlockSchemaQuery, BlockType, BlockTypeId, BlockTypeQuery,
};
pub use tidegate_core::{
    CacheEntry, CacheKey, CallKey, CallPlace, Clock, DefinitionRecord, Delays, DeploymentId,
    Holder, Lease, LeaseId, LogLevel, LogRecord, Parameter, Parameters, Request, RequestId,
    RequestKind, ResultReference, RetryPolicy, Run, RunId, RunInput, RunKind, State, StateData,
    StateResult, StateType, Timestamp, exponential_backoff,
};
pub use tidegate_core::{
    ConcurrencyLimit, HoldId, InvalidConcurrencyLimit, LimitChange, LimitUse, MissingLimit,
    SlotAnswer, SlotHolder, SlotMode, SlotRelease, SlotRequest, SlotRoom, SlotStanding, SlotWaiter,
    Taken,
};
pub use tidegate_core::{
    InvalidVariable, VariableAnswer, VariableChange, VariableId, VariableKey, VariableRecord,
    VariableUpdate,
};
#[cfg(feature = "blocks")]
pub use tidegate_macros::Block;
pub use tidegate_macros::{flow, task, test};
pub use transaction::{CommitMode, Transaction, TransactionHook, transaction};
pub use variable::{SetVariable, Variable, VariableCall, VariableError, Variables};
