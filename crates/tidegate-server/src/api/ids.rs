//! Ids of what has none in our records: a flow is its name, a state its run and its place there. They are made from those, so that
//! each is the same whenever it is asked for.

use tidegate_core::{LogRecord, RunId, RunInput};
use uuid::{Builder, Uuid};

/// The id of the flow of this name.
pub(crate) fn flow(name: &str) -> Uuid {
    made_of("flow", &[name.as_bytes()])
}

/// The id of the flow run that was asked for with this key.
pub(crate) fn idempotent_flow_run(flow: &str, key: &str) -> RunId {
    made_of("flow run", &[flow.as_bytes(), key.as_bytes()]).into()
}

/// The id of the task run of this call.
pub(crate) fn task_run(flow_run: Option<RunId>, task_key: &str, dynamic_key: &str) -> RunId {
    let nil = Uuid::nil();
    let flow_run = flow_run.as_ref().map_or(&nil, RunId::as_uuid);
    made_of("task run", &[flow_run.as_bytes(), task_key.as_bytes(), dynamic_key.as_bytes()]).into()
}

/// The id of the state at this place, counted from 0, in the history of a run.
pub(crate) fn state(run: RunId, place: usize) -> Uuid {
    // Only the last bytes differ within a run, so that what a state belongs to can be looked up by the run's own.
    let mut bytes = *run.as_uuid().as_bytes();
    let place = (place as u32 + 1).to_be_bytes();
    for (byte, place) in bytes[10..].iter_mut().rev().zip(place.iter().rev()) {
        *byte ^= place;
    }
    Builder::from_custom_bytes(bytes).into_uuid()
}

/// The id of the concurrency limit of this name.
pub(crate) fn limit(name: &str) -> Uuid {
    made_of("concurrency limit", &[name.as_bytes()])
}

/// The id of an input of a flow run.
pub(crate) fn input(input: &RunInput) -> Uuid {
    made_of("input", &[input.flow_run_id.as_uuid().as_bytes(), input.key.as_bytes()])
}

/// The id of a log line.
pub(crate) fn log(line: &LogRecord) -> Uuid {
    let time = line.timestamp.timestamp_micros().to_be_bytes();
    let run = line.task_run_id.or(line.flow_run_id).map(|id| id.as_uuid().into_bytes());
    made_of("log", &[&time, &run.unwrap_or_default(), line.message.as_bytes()])
}

/// A UUID of the version that is free for such things (8, RFC 9562).
fn made_of(what: &str, parts: &[&[u8]]) -> Uuid {
    let mut hasher = blake3::Hasher::new();
    hasher.update(what.as_bytes());
    for part in parts {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    Builder::from_custom_bytes(bytes).into_uuid()
}

/// Where the id of the run is whose state has this id: between the first and the last of one of these.
pub(crate) fn runs_of_state(state: Uuid) -> impl Iterator<Item = (RunId, RunId)> {
    let bytes = *state.as_bytes();
    // Of the version of a run's id nothing is left in that of its states.
    (0..16).map(move |version| {
        let (mut first, mut last) = (bytes, bytes);
        for byte in [&mut first[6], &mut last[6]] {
            *byte = (*byte & 0x0f) | (version << 4);
        }
        first[12..].fill(0);
        last[12..].fill(0xff);
        (Uuid::from_bytes(first).into(), Uuid::from_bytes(last).into())
    })
}
