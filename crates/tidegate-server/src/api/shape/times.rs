//! What flow runs and task runs have in common: names of states, counters and times.

use schemars::JsonSchema;
use serde::Serialize;
use tidegate_core::{Run, State, StateType, Timestamp};

/// The state of a run in short, how often it was tried, and when. Durations are in seconds.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Times<'a> {
    state_type: Option<StateType>,
    state_name: Option<&'a str>,
    run_count: u32,
    expected_start_time: Option<Timestamp>,
    next_scheduled_start_time: Option<Timestamp>,
    start_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
    total_run_time: f64,
    estimated_run_time: f64,
    /// By how many seconds it started too late, or is late by now.
    estimated_start_time_delta: f64,
}

impl<'a> Times<'a> {
    pub(super) fn of(run: &'a Run, now: Timestamp) -> Self {
        Self {
            state_type: run.state().map(State::state_type),
            state_name: run.state().map(|state| &*state.name),
            run_count: run.run_count,
            expected_start_time: run.expected_start_time,
            next_scheduled_start_time: run.next_scheduled_start_time,
            start_time: run.start_time,
            end_time: run.end_time,
            total_run_time: run.total_run_time.as_secs_f64(),
            estimated_run_time: run.estimated_run_time(now).as_secs_f64(),
            estimated_start_time_delta: run.lateness(now).as_secs_f64(),
        }
    }
}
