//! How many runs there were in which state, in steps of time or in flow runs: what bars of activity and of progress are drawn from. It counts
//! and sums, and shows no run.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Order, RunQuery, RunTime, Store, StoreError};
use crate::{Run, RunId, State, StateType, Timestamp};

/// How many runs are looked at at once where a store cannot count by itself.
const PAGE: u64 = 2000;

/// What is counted.
#[derive(Clone, Debug, PartialEq)]
pub struct TallyQuery {
    /// Which runs; its limit and offset do not matter.
    pub runs: RunQuery,
    /// In which steps of time; none for all in one.
    pub steps: Option<Steps>,
    /// Whether times are summed too, which takes longer.
    pub sums: bool,
    /// The time by which runs that have not ended are measured.
    pub now: Timestamp,
}

/// Steps of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steps {
    /// By which time of a run it is counted; runs that have none are not counted.
    pub by: RunTime,
    /// The beginning of the first step.
    pub start: Timestamp,
    /// The end of the last.
    pub end: Timestamp,
    /// How long each is; less than a microsecond is taken as one.
    pub length: Duration,
}

/// The runs of one step that are in one state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Which step, from 0 on.
    pub step: u64,
    /// The type of the state.
    pub state_type: StateType,
    /// The name of the state.
    pub state_name: String,
    /// How many there are.
    pub runs: u64,
    /// How long they ran, taken together; nothing if it was not to be summed.
    pub run_time: Duration,
    /// By how long they started too late, taken together; nothing if it was not to be summed.
    pub lateness: Duration,
}

/// The calls of one flow run that are in states of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallCount {
    /// The flow run that made them itself, and not by way of its subflows.
    pub flow_run_id: RunId,
    /// The type of the state that they are in.
    pub state_type: StateType,
    /// How many there are.
    pub calls: u64,
}

impl Steps {
    /// The step that a time is in.
    #[must_use]
    pub fn step_of(&self, time: Timestamp) -> Option<u64> {
        if time < self.start || time >= self.end {
            return None;
        }
        let since = (time - self.start).num_microseconds()?;
        u64::try_from(since / self.micros()).ok()
    }

    /// The length in microseconds.
    #[must_use]
    pub fn micros(&self) -> i64 {
        i64::try_from(self.length.as_micros()).unwrap_or(i64::MAX).max(1)
    }
}

impl Run {
    /// By how long it started too late, or is late by now.
    #[must_use]
    pub fn lateness(&self, now: Timestamp) -> Duration {
        let Some(expected) = self.expected_start_time else { return Duration::ZERO };
        let ended = self.state().map(State::state_type).is_some_and(StateType::is_terminal);
        let started = match self.start_time {
            Some(started) => started,
            None if !ended => now,
            None => return Duration::ZERO,
        };
        (started - expected).to_std().unwrap_or_default()
    }
}

/// Counts by looking at each run: what a store does that has nothing better.
pub(in crate::store) async fn tally<S: Store + ?Sized>(
    store: &S,
    query: TallyQuery,
) -> Result<Vec<Tally>, StoreError> {
    let TallyQuery { runs, steps, sums, now } = query;
    let mut tallies: BTreeMap<(u64, StateType, String), Tally> = BTreeMap::new();
    let mut offset = 0;
    loop {
        let page = RunQuery {
            limit: Some(PAGE),
            offset,
            order: Order::OldestFirst,
            sort: super::RunSort::Created,
            ..runs.clone()
        };
        let found = store.runs(page).await?;
        offset += found.len() as u64;
        for run in &found {
            let step = match &steps {
                None => Some(0),
                Some(steps) => steps.by.of(run).and_then(|time| steps.step_of(time)),
            };
            let (Some(step), Some(state)) = (step, run.state()) else { continue };
            let key = (step, state.state_type(), state.name.to_string());
            let tally = tallies.entry(key.clone()).or_insert_with(|| Tally {
                step,
                state_type: key.1,
                state_name: key.2,
                runs: 0,
                run_time: Duration::ZERO,
                lateness: Duration::ZERO,
            });
            tally.runs += 1;
            if sums {
                tally.run_time += run.estimated_run_time(now);
                tally.lateness += run.lateness(now);
            }
        }
        if (found.len() as u64) < PAGE {
            return Ok(tallies.into_values().collect());
        }
    }
}

/// Counts calls by looking at each: what a store does that has nothing better.
pub(in crate::store) async fn count_calls<S: Store + ?Sized>(
    store: &S,
    flow_runs: Vec<RunId>,
) -> Result<Vec<CallCount>, StoreError> {
    let mut counts: BTreeMap<(RunId, StateType), u64> = BTreeMap::new();
    for id in flow_runs {
        let runs = RunQuery { flow_run_id: Some(id), ..RunQuery::default() };
        let query = TallyQuery { runs, steps: None, sums: false, now: Timestamp::UNIX_EPOCH };
        for tally in tally(store, query).await? {
            *counts.entry((id, tally.state_type)).or_default() += tally.runs;
        }
    }
    let count = |((flow_run_id, state_type), calls)| CallCount { flow_run_id, state_type, calls };
    Ok(counts.into_iter().map(count).collect())
}
