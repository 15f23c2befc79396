//! The record of a run that nothing has happened to yet: its name, its place, what it was called with and how it is tried again.

use std::sync::Arc;

use tidegate_core::{Parameters, Run, RunId, RunKind};

use crate::cache::CachePolicy;
use crate::definition::Definition;
use crate::engine::panics::Panic;
use crate::engine::{Body, Context, Engine, LiveRun, Plan, Told, union};
use crate::error::{Error, Result};
use crate::names;
use crate::options::Options;
use crate::redact;
use crate::result::{KeyPart, compose_key};

/// Where a call is made: where it was described, under the tags of where it is polled too, so that `with_tags(tags, call)`
/// is what it looks like.
pub(crate) fn place(described: Arc<Context>) -> Arc<Context> {
    let tags = Context::with(|polled| {
        let differ = polled.tags != described.tags;
        differ.then(|| union(&described.tags, polled.tags.iter().cloned()))
    });
    match tags.flatten() {
        Some(tags) => Arc::new(Context { tags: tags.into(), ..(*described).clone() }),
        None => described,
    }
}

/// What the arguments of a call tell. Code of the user shows them, and may panic.
pub(super) fn tell_of(
    definition: &Definition,
    body: &dyn Body,
    variables: &[String],
) -> Result<Told> {
    Panic::catch_sync(|| body.tell(variables)).map_err(|panic| {
        let name = definition.name();
        Error::configuration(format!(
            "'{name}': its run cannot be named, nor its arguments recorded: {panic}"
        ))
    })
}

/// The name that arguments make, where the attribute says how.
pub(super) fn made_name(
    definition: &Definition,
    options: &Options,
    told: Option<String>,
    parameters: &Parameters,
) -> Result<Option<String>> {
    let Some(run_name) = options.run_name.as_ref().filter(|_| told.is_none()) else {
        return Ok(told);
    };
    Panic::catch_sync(|| run_name.make(parameters)).map(Some).map_err(|panic| {
        let name = definition.name();
        Error::configuration(format!("'{name}': its run name cannot be made: {panic}"))
    })
}

/// The key of the result of a run called in this flow run.
pub(super) fn result_key(
    parts: &[KeyPart],
    record: &Run,
    flow: Option<&Arc<LiveRun>>,
) -> Result<String> {
    let flow_run = flow.map(|flow| flow.record());
    let name = &record.definition.name;
    let key = compose_key(parts, record, flow_run.as_deref()).map_err(|why| {
        Error::configuration(format!("'{name}': its `result_storage_key` has no meaning: {why}"))
    })?;
    if redact::is_in(key.as_bytes()) {
        // Masked, the keys of two secrets would be one.
        return Err(Error::configuration(format!(
            "'{name}': there is a secret in its `result_storage_key`, which names a file: make the key of something else"
        )));
    }
    Ok(key)
}

/// The name of a run that was given none.
fn default_name(definition: &Definition, id: RunId, in_flow: bool) -> String {
    match definition.kind() {
        RunKind::Flow => names::flow_run(),
        RunKind::Task if in_flow => names::task_run(definition.name(), id),
        RunKind::Task => definition.name().to_owned(),
    }
}

/// The record of a run that nothing has happened to yet.
pub(super) fn first_record(
    engine: &Engine,
    outer: &Context,
    plan: &mut Plan,
    told: Told,
) -> Result<Run> {
    let (definition, options) = (&plan.definition, &plan.options);
    let (id, now) = plan.born.unwrap_or_else(|| (RunId::new(), engine.now()));
    let mut record = Run::new(Arc::clone(definition.record()), String::new(), now);
    record.id = id;
    let mut name = plan.name.take();
    // What arguments and variables make of it is known when they are.
    if name.is_none() && !told.partly && told.variables.is_empty() {
        name = made_name(definition, options, told.name, &told.parameters)?;
    }
    record.name = name.unwrap_or_else(|| default_name(definition, id, outer.flow.is_some()));
    if let Some(Err(error)) = options.cache_policy.as_ref().map(CachePolicy::isolation_level) {
        return Err(Error::configuration(format!("'{}': {error}", definition.name())));
    }
    let own_tags = plan.tags.take().unwrap_or_else(|| definition.tags().to_vec());
    record.tags = union(&outer.tags, own_tags);
    record.parameters = told.parameters;
    record.call_key = plan.call_key;
    record.policy.recover = options.recover.unwrap_or(false);
    record.flow_run_id = outer.flow.as_ref().map(|flow| flow.id());
    record.task_run_id = outer.task.as_ref().map(|task| task.id());
    record.root_flow_run_id = match &outer.flow {
        Some(flow) => flow.record().root_flow_run_id,
        None => (definition.kind() == RunKind::Flow).then_some(record.id),
    };
    let settings = engine.settings();
    let (retries, delay) = match definition.kind() {
        RunKind::Flow => (settings.flow_retries, settings.flow_retry_delay),
        RunKind::Task => (settings.task_retries, settings.task_retry_delay),
    };
    record.policy.retry = options
        .retry_policy(retries, delay)
        .map_err(|error| Error::configuration(format!("'{}': {error}", definition.name())))?;
    Ok(record)
}
