//! What becomes of the value of a run that completes: it is recorded with its state, where it can be. It never reads results.

use erased_serde::Serialize;
use tidegate_core::{State, StateResult};

use crate::engine::panics::Panic;
use crate::engine::{Body, Execution, LiveRun};
use crate::result::json;

/// A result of so many bytes is part of the record of its run.
const INLINE_LIMIT: usize = 1 << 20;

impl Execution {
    /// The state with the value of the last attempt as its result; without, where the value cannot be written, or nothing keeps
    /// records. A returned state that has a result keeps it.
    pub(super) fn with_result(&self, state: State, body: &dyn Body) -> State {
        self.live.with_result(state, || body.encode())
    }
}

impl LiveRun {
    /// See [`Execution::with_result`].
    pub(super) fn with_result<'a>(
        &self,
        state: State,
        value: impl FnOnce() -> Option<&'a dyn Serialize>,
    ) -> State {
        if !state.is_completed() || state.result.is_some() || self.engine().store().is_none() {
            return state;
        }
        let Some(value) = value() else { return state };
        let why = match Panic::catch_sync(|| json::encode(value)) {
            Ok(Ok(json)) if json.len() <= INLINE_LIMIT => {
                return state.with_result(StateResult::Recorded { json });
            }
            Ok(Ok(json)) => format!("it has {} bytes, and {INLINE_LIMIT} are allowed", json.len()),
            Ok(Err(error)) => error.to_string(),
            Err(panic) => panic.to_string(),
        };
        self.logger().warning(format_args!(
            "The result of '{}' is not recorded, so it runs again when its flow is resumed: {why}",
            self.name()
        ));
        state.with_result(StateResult::Unpersisted)
    }
}
