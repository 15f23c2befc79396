//! Questions about events: what was emitted, and the states of runs, in one order. It looks at runs from the one that moved last to the
//! one that has not moved for longest, and no further than the answer needs.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params_from_iter};
use tidegate_core::{EventQuery, EventRecord, Order, Run, RunId, RunKind, Timestamp, state_events};

use super::definitions::Known;
use super::event_row;
use super::row::UnreadableRow;
use super::run_query::Conditions;
use super::run_row::{self, SELECT, kind_number};

/// The events that match, in order.
pub(super) fn select(
    connection: &Connection,
    known: &mut Known,
    query: &EventQuery,
) -> Result<Vec<EventRecord>, UnreadableRow> {
    let mut page = Page::new(query);
    event_row::each(connection, query, |event| {
        let goes_on = page.may_take(event.occurred);
        page.take(event);
        goes_on
    })?;
    states(connection, known, query, &mut page)?;
    Ok(page.into_events(query.offset))
}

fn states(
    connection: &Connection,
    known: &mut Known,
    query: &EventQuery,
    page: &mut Page<'_>,
) -> Result<(), UnreadableRow> {
    let kinds = [RunKind::Flow, RunKind::Task].map(|kind| query.may_match_states_of(kind));
    let mut conditions = Conditions::default();
    match kinds {
        [false, false] => return Ok(()),
        [true, true] => {}
        [true, false] => conditions.holds("kind = ?", kind_number(RunKind::Flow)),
        [false, true] => conditions.holds("kind = ?", kind_number(RunKind::Task)),
    }
    if let Some(since) = query.since {
        conditions.holds("state_timestamp >= ?", since.timestamp_micros());
    }
    if let Some(id) = query.flow_run_id {
        let id = id.as_uuid().as_bytes();
        conditions.holds("(flow_run_id = ?", id.to_vec());
        conditions.continues(" OR id = ?)", id.to_vec());
    }
    if let Some(id) = query.task_run_id {
        conditions.holds("id = ?", id.as_uuid().as_bytes().to_vec());
    }
    let sql = format!("{SELECT}{} ORDER BY state_timestamp DESC", conditions.filter());
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(conditions.values))?;
    let mut flows = Flows::default();
    while let Some(row) = rows.next()? {
        let run = run_row::read(row, |number| known.definition(connection, number))?.run;
        if run.state().is_some_and(|state| !page.may_take(state.timestamp)) {
            break;
        }
        let flow = flows.name(connection, known, &run)?;
        for event in state_events(&run, flow.as_deref()) {
            page.take(event);
        }
    }
    Ok(())
}

/// The names of flows, by their runs.
#[derive(Default)]
struct Flows(HashMap<RunId, Option<Arc<str>>>);

impl Flows {
    /// The name of the flow that a run is of, or was called in.
    fn name(
        &mut self,
        connection: &Connection,
        known: &mut Known,
        run: &Run,
    ) -> Result<Option<Arc<str>>, UnreadableRow> {
        let Some(flow_run) = run.flow_run_id.filter(|_| run.kind() == RunKind::Task) else {
            let is_flow = run.kind() == RunKind::Flow;
            return Ok(is_flow.then(|| run.definition.name.as_str().into()));
        };
        if let Some(name) = self.0.get(&flow_run) {
            return Ok(name.clone());
        }
        let definition: Option<i64> = connection
            .prepare_cached("SELECT definition FROM runs WHERE id = ?1")?
            .query_row([flow_run.as_uuid().as_bytes().as_slice()], |row| row.get(0))
            .optional()?;
        let definition = definition.map(|number| known.definition(connection, number));
        let name = definition.transpose()?.map(|definition| definition.name.as_str().into());
        self.0.insert(flow_run, name.clone());
        Ok(name)
    }
}

/// The first events in order of those that were taken: as many as are asked for.
struct Page<'a> {
    query: &'a EventQuery,
    room: usize,
    /// The last of the page on top.
    events: BinaryHeap<Ranked>,
}

/// An event by its place in the answer.
struct Ranked {
    event: EventRecord,
    order: Order,
}

impl<'a> Page<'a> {
    fn new(query: &'a EventQuery) -> Self {
        let room = query.limit.map_or(u64::MAX, |limit| limit.saturating_add(query.offset));
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        Self { query, room, events: BinaryHeap::new() }
    }

    /// Whether an event of this time or before can be on the page.
    fn may_take(&self, newest: Timestamp) -> bool {
        if self.query.order == Order::OldestFirst || self.events.len() < self.room {
            return true;
        }
        self.events.peek().is_some_and(|last| newest >= last.event.occurred)
    }

    fn take(&mut self, event: EventRecord) {
        if !self.query.matches(&event) {
            return;
        }
        self.events.push(Ranked { event, order: self.query.order });
        if self.events.len() > self.room {
            self.events.pop();
        }
    }

    fn into_events(self, offset: u64) -> Vec<EventRecord> {
        let sorted = self.events.into_sorted_vec().into_iter();
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        sorted.skip(offset).map(|ranked| ranked.event).collect()
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |ranked: &Self| (ranked.event.occurred, ranked.event.id);
        let forwards = key(self).cmp(&key(other));
        match self.order {
            Order::OldestFirst => forwards,
            Order::NewestFirst => forwards.reverse(),
        }
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked {}
