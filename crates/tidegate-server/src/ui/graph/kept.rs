//! Graphs that were looked at lately, so that whoever looks again is told differences. They are made from records and can be forgotten at
//! any time: then everything is told once more.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tidegate_core::graph::GraphBuilder;
use tidegate_core::{ArtifactQuery, Order, Run, RunId, RunKind, RunQuery, StoreError, Timestamp};

use super::drawn::{Drawn, Sight};
use crate::state::AppState;

/// How many calls are drawn at most.
const MOST: u64 = 20_000;

/// How many calls all graphs together have that are kept.
const KEPT: usize = 100_000;

/// How many graphs are kept, however small.
const GRAPHS: usize = 64;

/// How many artifacts are marked at most.
const ARTIFACTS: u64 = 500;

/// Reading takes at most one part in so many of the time while somebody looks.
const REST: u32 = 5;

/// A flow run that ended so long ago has nothing told of it any more.
const SETTLED: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    graphs: Mutex<HashMap<RunId, Place>>,
    tickets: AtomicU64,
}

/// Where one graph is kept; and when it was asked for last.
#[derive(Debug)]
struct Place {
    entry: Arc<Mutex<Option<Entry>>>,
    used: Timestamp,
}

#[derive(Debug)]
struct Entry {
    drawn: Arc<Drawn>,
    /// Which reading it was made from: a later one has a greater number.
    ticket: u64,
    began: Timestamp,
    took: Duration,
    /// How many states the flow run had, when it had ended long before.
    settled: Option<usize>,
}

/// The graph of a flow run as it is now, or was a moment ago.
pub(in crate::ui) async fn look(
    state: &AppState,
    flow_run: &Run,
) -> Result<Arc<Drawn>, StoreError> {
    let now = state.now();
    let place = state.graphs().place(flow_run.id, now);
    if let Some(drawn) = fresh(&locked(&place), flow_run, now) {
        return Ok(drawn);
    }
    let ticket = state.graphs().tickets.fetch_add(1, Ordering::Relaxed) + 1;
    let (builder, left_out) = read(state, flow_run).await?;
    let artifacts = artifacts(state, flow_run.id).await?;
    let ended = flow_run.end_time.filter(|_| flow_run.is_terminal());
    let settled = ended.is_some_and(|end| (now - end).to_std().is_ok_and(|since| since > SETTLED));

    let mut entry = locked(&place);
    let before = entry.as_ref();
    // Of two who read at the same time, the one who began later knows more.
    if let Some(later) = before.filter(|before| before.ticket > ticket) {
        return Ok(Arc::clone(&later.drawn));
    }
    let sight = Sight { graph: builder.build(state.now()), artifacts, left_out };
    let epoch = now.timestamp_micros().unsigned_abs();
    let drawn = Arc::new(Drawn::of(sight, before.map(|before| &*before.drawn), epoch));
    *entry = Some(Entry {
        drawn: Arc::clone(&drawn),
        ticket,
        began: now,
        took: (state.now() - now).to_std().unwrap_or_default(),
        settled: settled.then_some(flow_run.states.len()),
    });
    Ok(drawn)
}

/// The graph that is kept, if reading again would tell nothing or is too soon.
fn fresh(entry: &Option<Entry>, flow_run: &Run, now: Timestamp) -> Option<Arc<Drawn>> {
    let entry = entry.as_ref()?;
    let since = (now - entry.began).to_std().unwrap_or_default();
    let settled = entry.settled == Some(flow_run.states.len());
    // The last look at a run that has ended must not be one from before.
    let resting = !flow_run.is_terminal() && since < entry.took * REST;
    (settled || resting).then(|| Arc::clone(&entry.drawn))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a flow run has called so far; and whether there was more than is drawn.
pub(in crate::ui) async fn read(
    state: &AppState,
    flow_run: &Run,
) -> Result<(GraphBuilder, bool), StoreError> {
    let mut builder = GraphBuilder::new(flow_run);
    let (mut flow_runs, mut left) = (vec![flow_run.id], MOST);
    while let Some(flow_run_id) = flow_runs.pop().filter(|_| left > 0) {
        let query = RunQuery {
            flow_run_id: Some(flow_run_id),
            order: Order::OldestFirst,
            limit: Some(left),
            ..RunQuery::default()
        };
        let runs = state.store().runs(query).await?;
        left = left.saturating_sub(runs.len() as u64);
        for run in &runs {
            builder.add(run);
            if run.kind() == RunKind::Flow {
                flow_runs.push(run.id);
            }
        }
    }
    Ok((builder, left == 0))
}

/// How many artifacts which run has made.
async fn artifacts(state: &AppState, id: RunId) -> Result<HashMap<RunId, u32>, StoreError> {
    let query =
        ArtifactQuery { flow_run_id: Some(id), limit: Some(ARTIFACTS), ..ArtifactQuery::default() };
    let mut counts = HashMap::new();
    for artifact in state.store().artifacts(query).await? {
        if let Some(run) = artifact.task_run_id {
            *counts.entry(run).or_default() += 1;
        }
    }
    Ok(counts)
}

impl Kept {
    /// Where the graph of this flow run is kept. What nobody asked for longest is forgotten, if it is too much together.
    fn place(&self, id: RunId, now: Timestamp) -> Arc<Mutex<Option<Entry>>> {
        let mut graphs = locked(&self.graphs);
        let place = graphs.entry(id).or_insert_with(|| Place { entry: Arc::default(), used: now });
        place.used = now;
        let found = Arc::clone(&place.entry);
        let calls = |place: &Place| {
            let entry = place.entry.try_lock().ok();
            entry.and_then(|entry| entry.as_ref().map(|entry| entry.drawn.calls())).unwrap_or(1)
        };
        let mut left: usize = graphs.values().map(calls).sum();
        while left > KEPT || graphs.len() > GRAPHS {
            let oldest = graphs.iter().filter(|(each, _)| **each != id);
            let Some(oldest) = oldest.min_by_key(|(_, place)| place.used).map(|(id, _)| *id) else {
                break;
            };
            left -= graphs.remove(&oldest).map_or(0, |place| calls(&place)).min(left);
        }
        found
    }
}
