//! What the attributes may name in the code they write. Not part of the public interface: it changes without notice.

mod probes;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tidegate_core::{self as core, Delays, Run, RunKind};

use crate::cache::{CacheKeyFn, CacheKeyOutcome};
use crate::definition::Definition;
use crate::duration::{IntoDelays, IntoDuration};
use crate::hook::{Hook, IntoHook, IntoRetryCondition, RetryCondition};
use crate::options::RunName;
use crate::result::{
    IntoResultSerializer, IntoResultStorage, Recordable, ResultSerializer, ResultStorage,
};
use crate::runner::TaskRunner;
use crate::transaction::{IntoTransactionHook, TransactionHook};

pub use crate::argument::{Each, Givens, HasList, Kinds, List, Lists, Whole};
#[cfg(feature = "blocks")]
pub use crate::block::BlockRegistration;
use crate::call::FlowCall;
pub use crate::call::{GivenParts, Parts, RunNameOf, each, flow, given, task, transactional};
pub use crate::engine::blocking;
pub use crate::inputs::{Input, Inputs};
pub use crate::options::Options;
pub use crate::parameters::Arguments;
pub use crate::prints::{Print, print};
pub use crate::registry::Registration;
pub use crate::result::{Codec, KeyPart};
pub use crate::{
    __argument as argument, __cloned as cloned, __codec as codec, __concluded as concluded,
    __default_json as default_json, __failure as failure, __given_hashed as given_hashed,
    __given_recorded as given_recorded, __hashed as hashed, __recorded as recorded,
    __schema as schema,
};
pub use inventory;
pub use probes::{
    CloneIfPossible, Concluding, ErrorOfABody, Failure, FromAnyhow, FromJson, HasSchema, HashInput,
    NoClone, NoHash, NoSchema, NotConcluding, NotFromJson, NotSerde, Probe, RecordDebug,
    RecordJson, RecordTypeName, Serde, TypeProbe,
};
pub use tidegate_core::{Parameter, Parameters};

/// The function behind a definition.
#[derive(Debug)]
pub struct Source {
    /// What tells it from others of its name: the path of the function.
    pub key: String,
    /// The name that people see.
    pub name: &'static str,
    /// What it does.
    pub description: Option<&'static str>,
    /// The number of its source, which changes with it.
    pub number: u128,
}

/// The definition of a task.
#[must_use]
pub fn task_definition(source: Source, parameters: Vec<Parameter>, options: Options) -> Definition {
    definition(RunKind::Task, source, parameters, options)
}

/// The definition of a flow.
#[must_use]
pub fn flow_definition(source: Source, parameters: Vec<Parameter>, options: Options) -> Definition {
    definition(RunKind::Flow, source, parameters, options)
}

fn definition(
    kind: RunKind,
    source: Source,
    parameters: Vec<Parameter>,
    options: Options,
) -> Definition {
    let record = core::Definition {
        kind,
        name: source.name.to_owned(),
        key: source.key,
        version: options.version.clone(),
        description: source.description.map(ToOwned::to_owned),
        tags: options.tags.clone(),
        parameters,
    };
    Definition::with_source(record, options, Some(source.number))
}

/// The same call, without its value.
pub fn forget<T: Send + 'static>(call: FlowCall<'static, T>) -> FlowCall<'static, ()> {
    call.forget()
}

/// The recorded arguments of a call.
#[must_use]
pub fn parameters<const N: usize>(entries: [(&'static str, Value); N]) -> Parameters {
    entries.into_iter().collect()
}

/// The hashes of the arguments of a call.
#[must_use]
pub fn inputs<const N: usize>(entries: [(&'static str, Input); N]) -> Inputs {
    Inputs::new(entries)
}

/// A type that a function has for one call.
#[must_use]
pub fn hashed_type<T: ?Sized>() -> Input {
    Input::of_type::<T>()
}

/// A length of time.
pub fn duration(value: impl IntoDuration) -> Duration {
    value.into_duration()
}

/// Retry delays.
pub fn delays(value: impl IntoDelays) -> Delays {
    value.into_delays()
}

/// A jitter factor.
pub fn retry_jitter_factor(value: impl Into<f64>) -> f64 {
    value.into()
}

/// A hook.
pub fn hook<Marker>(name: &'static str, function: impl IntoHook<Marker>) -> Hook {
    Hook::new(name, function)
}

/// A function that makes cache keys.
pub fn cache_key_fn<O: CacheKeyOutcome>(
    name: &'static str,
    function: impl Fn(&Run, &Parameters) -> O + Send + Sync + 'static,
) -> CacheKeyFn {
    CacheKeyFn::new(name, function)
}

/// A hook of a transaction.
pub fn transaction_hook<Marker>(
    name: &'static str,
    function: impl IntoTransactionHook<Marker>,
) -> TransactionHook {
    TransactionHook::new(name, function)
}

/// A retry condition.
pub fn retry_condition<Marker>(
    name: &'static str,
    function: impl IntoRetryCondition<Marker>,
) -> RetryCondition {
    RetryCondition::new(name, function)
}

/// Where results are kept.
pub fn result_storage(storage: impl IntoResultStorage) -> Arc<dyn ResultStorage> {
    storage.into_result_storage()
}

/// What runs the submitted task runs of a flow.
pub fn task_runner(runner: impl TaskRunner + 'static) -> Arc<dyn TaskRunner> {
    Arc::new(runner)
}

/// How results are written.
pub fn result_serializer(serializer: impl IntoResultSerializer) -> Arc<dyn ResultSerializer> {
    serializer.into_result_serializer()
}

/// Compiles only for results that can be kept.
pub const fn result_must_be_recordable<T: Recordable>() {}

/// A function that makes run names.
pub fn run_name(function: impl Fn(&Parameters) -> String + Send + Sync + 'static) -> RunName {
    RunName::new(function)
}

/// Compiles only for what can be used by more than one attempt.
pub fn argument_must_be_clone_to_be_retried<T: ArgumentOfARetriedRun>(_argument: &T) {}

/// An argument that more than one attempt can use.
#[diagnostic::on_unimplemented(
    message = "this argument must be `Clone`: with retries, more than one attempt needs it",
    label = "`{Self}` is not `Clone`",
    note = "derive `Clone` for it, wrap it in an `Arc`, borrow it, or take the retries away"
)]
pub trait ArgumentOfARetriedRun {}

impl<T: Clone> ArgumentOfARetriedRun for T {}
