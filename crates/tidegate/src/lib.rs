#![doc = include_str!("../README.md")]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod block_on;
mod call;
mod capture;
mod context;
mod definition;
mod duration;
mod engine;
mod error;
mod hook;
pub mod logging;
mod names;
mod options;
mod output;
mod parameters;
pub mod prelude;
mod query;
pub mod runtime;
mod settings;
#[cfg(feature = "testing")]
pub mod testing;

pub use call::{FlowCall, RunHandle, Step, TaskCall, step};
pub use context::with_tags;
pub use definition::Definition;
pub use duration::{IntoDelays, IntoDuration, InvalidDuration};
pub use engine::{Callable, Engine, EngineBuilder};
pub use error::{BoxError, Error, Result};
pub use hook::{Hook, HookOutcome, IntoHook, IntoRetryCondition, RetryCondition};
pub use logging::{RunLogger, run_logger};
pub use options::{Options, RunName};
pub use output::{FinalState, StandsForState};
pub use parameters::InvalidParameters;
pub use query::{Logs, Runs};
pub use settings::Durability;
pub use tidegate_core::store;
pub use tidegate_core::{
    Clock, Delays, DeploymentId, LogLevel, LogRecord, Parameter, Parameters, RetryPolicy, Run,
    RunId, RunKind, State, StateData, StateResult, StateType, Timestamp, exponential_backoff,
};
pub use tidegate_macros::{flow, task, test};
