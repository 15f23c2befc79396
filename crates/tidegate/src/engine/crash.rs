//! How a run ends that is not allowed to finish: its future was dropped, or its start could not be recorded. It is recorded
//! as CRASHED without waiting, since a drop cannot wait.

use std::sync::Arc;

use tidegate_core::{State, StateType, Verdict};

use crate::engine::control::Gate;
use crate::engine::{Execution, LiveRun, hooks};
use crate::error::Error;
use crate::transaction::Transaction;

/// A run whose execution is dropped before it has ended has crashed.
impl Drop for Execution {
    fn drop(&mut self) {
        self.crash("Execution was aborted: its future was dropped before it had ended.");
        Transaction::abandon_run(&self.live);
        self.stand_up();
    }
}

impl Execution {
    /// Ends a run whose beginning could not be recorded. A run that another process has taken over is left to that.
    pub(super) fn give_up(&mut self, error: &Error) {
        if error.is_fenced() {
            self.ended = true;
        }
        self.crash(&error.to_string());
    }

    /// Ends a run that has not ended; one that has stays as it is.
    pub(super) fn crash(&mut self, message: &str) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let _ = self.live.stop_submitted();
        if self.was_turned_back() {
            return;
        }
        let now = self.live.engine().now();
        let called_off = self.live.is_called_off();
        if called_off {
            self.propose_cancelling();
        }
        let crashed =
            (!called_off).then(|| self.propose(State::crashed(now).message(message.to_owned())));
        if let None | Some(Verdict::Reject(_) | Verdict::Wait(_)) = crashed {
            // A run that was asked to cancel, and is dropped for it, has done what it was asked.
            let message = if called_off { self.live.why_called_off() } else { message.to_owned() };
            let _ = self.propose(State::cancelled(now).message(message));
        }
        let Some(state) = self.live.state() else { return };
        if state.state_type() == StateType::Crashed {
            self.live.logger().error(format_args!("Crash detected! {message}"));
        }
        let line = self.live.finished(&state);
        line.store();
        line.print();
        if let Some(write) = self.unrecorded()
            && let Some(store) = self.live.engine().store()
        {
            // The write is taken even when nobody waits for room.
            drop(store.put(write));
            self.live.engine().feed().recorded();
        }
        self.end_requests_later();
        if !self.told_of_cancellation {
            self.call_end_hooks_later(state.state_type());
        }
    }

    /// Whether nothing has happened to it because its flow run was suspended: the call is made anew when that is resumed.
    fn was_turned_back(&self) -> bool {
        let suspended = |flow: &Arc<LiveRun>| flow.control().gate() == Gate::Closed;
        self.recorded.is_none()
            && self.live.record().run_count == 0
            && self.live.flow().is_some_and(suspended)
    }

    /// Calls hooks from where nothing can be awaited: the engine waits for them when it is closed.
    fn call_end_hooks_later(&self, entered: StateType) {
        if hooks::hooks_for(&self.options, entered).is_empty()
            || self.live.engine().dry_run().is_some()
            || tokio::runtime::Handle::try_current().is_err()
        {
            return;
        }
        let (live, context, options) =
            (Arc::clone(&self.live), Arc::clone(&self.context), Arc::clone(&self.options));
        self.live.engine().nursery().spawn(async move {
            hooks::call(&live, context, hooks::hooks_for(&options, entered)).await;
        });
    }
}
