//! The key of a call: what was called, with which arguments, and in which run. It is kept in records, so what goes into it is a
//! promise.

use tidegate_core::{CallKey, RunKind};

use crate::canonical::Digest;
use crate::definition::Definition;
use crate::engine::{Context, calls};
use crate::inputs::{Input, Inputs};

/// Names what is hashed, and how; another way of hashing would have another name.
const DOMAIN: &[u8] = b"tidegate call 1\0";

/// The same for transactions.
const TRANSACTION_DOMAIN: &[u8] = b"tidegate transaction 1\0";

/// The key of a call that is made now in this context; none where calls are not recorded in a flow run.
pub(crate) fn call_key(
    context: &Context,
    definition: &Definition,
    inputs: impl FnOnce() -> Inputs,
) -> Option<CallKey> {
    let flow = context.flow.as_ref().filter(|flow| flow.keeps_calls())?;
    // Calls in a task are counted by themselves: tasks that run at once make them in any order.
    let caller = context.task.as_ref().and_then(|task| task.record().call_key);
    let key = key_of(caller, definition, &inputs());
    flow.calls().map(|mut calls| calls.number(key))
}

/// The key of a transaction that is made now in this context; none where calls are not recorded in a flow run.
pub(crate) fn transaction_key(context: &Context, name: Option<&str>) -> Option<CallKey> {
    let flow = context.flow.as_ref()?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(TRANSACTION_DOMAIN);
    let caller = context.task.as_ref().and_then(|task| task.record().call_key);
    hasher.update(&caller.map_or([0; 16], CallKey::to_bytes));
    text(&mut hasher, name.unwrap_or_default());
    let key = calls::shortened(&hasher);
    flow.calls().map(|mut calls| calls.number(key))
}

/// What the calls of a map that is made now have in common, where what it maps over is known only later: it is numbered as a call
/// is, so that its calls can be told from those of another map although nobody knows which will be made first.
pub(crate) fn map_key(
    context: &Context,
    definition: &Definition,
    lists: &[Option<Digest>],
) -> Option<CallKey> {
    let flow = context.flow.as_ref().filter(|flow| flow.keeps_calls())?;
    let caller = context.task.as_ref().and_then(|task| task.record().call_key);
    let mut hasher = hasher(b"tidegate map 1\0", caller, definition);
    for digest in lists {
        hasher.update(&(*digest)?);
    }
    let key = calls::shortened(&hasher);
    flow.calls().map(|mut calls| calls.number(key))
}

/// The key of a call of such a map.
pub(crate) fn mapped_key(
    map: CallKey,
    index: usize,
    definition: &Definition,
    inputs: &Inputs,
) -> CallKey {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&key_of(Some(map), definition, inputs).to_bytes());
    hasher.update(&(index as u64).to_be_bytes());
    calls::shortened(&hasher)
}

/// The key of the run that a handle will be of, when nobody knows yet what it will be a run of.
pub(crate) fn then_key(context: &Context, upstream: Option<Digest>) -> Option<CallKey> {
    let flow = context.flow.as_ref().filter(|flow| flow.keeps_calls())?;
    let caller = context.task.as_ref().and_then(|task| task.record().call_key);
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"tidegate then 1\0");
    hasher.update(&caller.map_or([0; 16], CallKey::to_bytes));
    hasher.update(&upstream?);
    let key = calls::shortened(&hasher);
    flow.calls().map(|mut calls| calls.number(key))
}

/// An argument without a hash counts by its name alone: it is mostly a client or a pool, and is not what tells calls apart.
fn key_of(caller: Option<CallKey>, definition: &Definition, inputs: &Inputs) -> CallKey {
    let mut hasher = hasher(DOMAIN, caller, definition);
    for (name, input) in inputs.iter() {
        text(&mut hasher, name);
        match input {
            Input::Hashed(digest) => {
                hasher.update(b"#");
                hasher.update(digest);
            }
            Input::Opaque { .. } => {
                hasher.update(b"-");
            }
        }
    }
    calls::shortened(&hasher)
}

/// A hasher that knows what is called, and where.
fn hasher(domain: &[u8], caller: Option<CallKey>, definition: &Definition) -> blake3::Hasher {
    let mut hasher = blake3::Hasher::new();
    hasher.update(domain);
    hasher.update(&caller.map_or([0; 16], CallKey::to_bytes));
    hasher.update(match definition.kind() {
        RunKind::Flow => b"f",
        RunKind::Task => b"t",
    });
    text(&mut hasher, definition.key());
    hasher
}

/// A text, and where it ends.
fn text(hasher: &mut blake3::Hasher, text: &str) {
    hasher.update(&(text.len() as u64).to_be_bytes());
    hasher.update(text.as_bytes());
}
