//! What is written to a store, with every secret masked. Results are not changed: one with a secret in it is no result that is kept.

use std::borrow::Cow;

use serde_json::{Map, Value};
use tidegate_core::store::Advance;
use tidegate_core::{
    ArtifactRecord, EventRecord, HookStatus, LogRecord, Parameters, RequestKind, Resource, Run,
    RunPolicy, State, StateData, StateResult, TransactionRecord, Write,
};

use super::{MASK, is_active, is_in, redact, redact_in_place};

/// A write with every secret masked.
pub(super) fn redacted(mut write: Write) -> Write {
    if !is_active() {
        return write;
    }
    match &mut write {
        Write::Begin(record) => run(record),
        Write::Advance(record) => advance(record),
        Write::Artifact(record) => artifact(record),
        Write::Event(record) => event(record),
        Write::Transaction { record, .. } => transaction(record),
        Write::Cache { entry, .. } => result(&mut entry.result),
        Write::Request(request) => match &mut request.kind {
            RequestKind::Resume { pause_key } => redact_in_place(pause_key),
            RequestKind::Cancel | RequestKind::Suspend => {}
        },
        // What is handed to a run is refused before, if there is a secret in it: with a mask it would be something else.
        Write::Input { .. }
        // These hold numbers and names that Tidegate has made.
        | Write::TakeLease(_)
        | Write::RenewLease { .. }
        | Write::ReleaseLease(_)
        | Write::Unlock { .. }
        | Write::ReleaseSlots(_)
        | Write::EndRequest(_) => {}
    }
    write
}

/// Log lines with every secret masked.
pub(super) fn redacted_logs(mut records: Vec<LogRecord>) -> Vec<LogRecord> {
    if is_active() {
        for record in &mut records {
            redact_in_place(&mut record.message);
            redact_in_place(&mut record.target);
            object(&mut record.fields);
        }
    }
    records
}

/// Masks the secrets in a value: in texts, in names of fields, and in numbers.
pub(crate) fn value(value: &mut Value) {
    if !is_active() {
        return;
    }
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => {
            if is_in(number.to_string().as_bytes()) {
                *value = Value::from(MASK);
            }
        }
        Value::String(text) => redact_in_place(text),
        Value::Array(list) => list.iter_mut().for_each(self::value),
        Value::Object(entries) => object(entries),
    }
}

fn object(entries: &mut Map<String, Value>) {
    if entries.keys().any(|name| is_in(name.as_bytes())) {
        let named = std::mem::take(entries).into_iter();
        *entries = named.map(|(name, value)| (redact(&name).into_owned(), value)).collect();
    }
    entries.values_mut().for_each(value);
}

fn run(run: &mut Run) {
    redact_in_place(&mut run.name);
    run.tags.iter_mut().for_each(redact_in_place);
    parameters(&mut run.parameters);
    policy(&mut run.policy);
    run.states.iter_mut().for_each(state);
}

fn advance(advance: &mut Advance) {
    advance.name.iter_mut().for_each(redact_in_place);
    advance.parameters.iter_mut().for_each(|known| parameters(known));
    advance.policy.iter_mut().for_each(|known| policy(known));
    advance.states.iter_mut().for_each(state);
}

fn parameters(parameters: &mut Parameters) {
    if parameters.is_empty() {
        return;
    }
    let masked = parameters.iter().map(|(name, recorded)| {
        let mut recorded = recorded.clone();
        value(&mut recorded);
        (redact(name).into_owned(), recorded)
    });
    *parameters = masked.collect();
}

fn policy(policy: &mut RunPolicy) {
    policy.pause_keys.iter_mut().for_each(redact_in_place);
}

fn state(state: &mut State) {
    word(&mut state.name);
    state.message.iter_mut().for_each(word);
    state.result.iter_mut().for_each(result);
    match &mut state.data {
        StateData::Paused { key, .. } => key.iter_mut().for_each(redact_in_place),
        StateData::Scheduled { .. }
        | StateData::Pending { .. }
        | StateData::Running
        | StateData::Completed
        | StateData::Failed { .. }
        | StateData::Cancelled
        | StateData::Crashed
        | StateData::Cancelling => {}
    }
}

fn word(text: &mut Cow<'static, str>) {
    if let Cow::Owned(masked) = redact(text) {
        *text = Cow::Owned(masked);
    }
}

/// A result with a secret in it, which was refused when it was made, was made by hand.
fn result(result: &mut StateResult) {
    match result {
        StateResult::Recorded { json } if is_in(json.as_bytes()) => {
            *result = StateResult::Unpersisted;
        }
        StateResult::Recorded { .. } | StateResult::Persisted { .. } | StateResult::Unpersisted => {
        }
    }
}

fn artifact(artifact: &mut ArtifactRecord) {
    artifact.key.iter_mut().for_each(redact_in_place);
    artifact.description.iter_mut().for_each(redact_in_place);
    value(&mut artifact.data);
}

fn event(event: &mut EventRecord) {
    redact_in_place(&mut event.event);
    resource(&mut event.resource);
    event.related.iter_mut().for_each(resource);
    value(&mut event.payload);
}

fn resource(resource: &mut Resource) {
    let masked = resource.labels().map(|(name, label)| (redact(name), redact(label)));
    *resource = masked.fold(Resource::new(redact(resource.id())), |masked, (name, label)| {
        masked.label(name, label)
    });
}

fn transaction(transaction: &mut TransactionRecord) {
    transaction.key.iter_mut().for_each(redact_in_place);
    // A hook that does not find a value says so; one that finds a mask would take it for the value.
    transaction.values.retain(|name, json| !is_in(name.as_bytes()) && !is_in(json.as_bytes()));
    for hook in &mut transaction.hooks {
        redact_in_place(&mut hook.name);
        match &mut hook.status {
            HookStatus::Failed(said) => redact_in_place(said),
            HookStatus::Pending | HookStatus::Done | HookStatus::Skipped => {}
        }
    }
}
