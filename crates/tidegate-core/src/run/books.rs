//! The books of a run: its times and counters as it enters a state. They never question the state.

use std::time::Duration;

use chrono::TimeDelta;

use crate::{Run, RunKind, State, StateData, StateType, Timestamp};

impl Run {
    /// Enters a state that the rules allow, and keeps the books.
    pub(crate) fn enter(&mut self, mut state: State) {
        let entered = state.state_type();
        if self.state().is_some_and(State::is_not_ready) {
            self.end_time = None;
        }
        if let Some(before) = self.state() {
            // Order in time is order in history.
            state.timestamp = state.timestamp.max(before.timestamp + TimeDelta::microseconds(1));
            if before.state_type() == StateType::Running {
                let spent = (state.timestamp - before.timestamp).to_std().unwrap_or_default();
                self.total_run_time = self.total_run_time.saturating_add(spent);
            }
        }
        let scheduled_time = match state.data {
            StateData::Scheduled { scheduled_time } => Some(scheduled_time),
            StateData::Pending { .. }
            | StateData::Running
            | StateData::Completed
            | StateData::Failed { .. }
            | StateData::Cancelled
            | StateData::Crashed
            | StateData::Paused { .. }
            | StateData::Cancelling => None,
        };
        self.next_scheduled_start_time = scheduled_time;
        if self.expected_start_time.is_none() {
            self.expected_start_time = Some(scheduled_time.unwrap_or(state.timestamp));
        }
        if entered == StateType::Running {
            self.start_time.get_or_insert(state.timestamp);
            self.count_attempt();
        }
        if entered.is_terminal() {
            if self.end_time.is_none() {
                self.start_time.get_or_insert(state.timestamp);
                self.end_time = Some(state.timestamp);
            }
            self.policy.resuming = false;
        } else {
            self.end_time = state.is_not_ready().then_some(state.timestamp);
        }
        self.states.push(state);
    }

    /// Counts an entry into RUNNING, unless it only goes on after a pause.
    fn count_attempt(&mut self) {
        let resumes = self.kind() == RunKind::Flow && self.policy.resuming;
        if !resumes {
            self.run_count = self.run_count.saturating_add(1);
        }
        self.policy.resuming = false;
    }

    /// The time it has spent in RUNNING so far, the current state included.
    #[must_use]
    pub fn estimated_run_time(&self, now: Timestamp) -> Duration {
        match self.state() {
            Some(state) if state.state_type() == StateType::Running => {
                let spent = (now - state.timestamp).to_std().unwrap_or_default();
                self.total_run_time.saturating_add(spent)
            }
            Some(_) | None => self.total_run_time,
        }
    }
}
