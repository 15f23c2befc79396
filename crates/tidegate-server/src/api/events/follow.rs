//! The socket on which events come as they happen. It asks the store again and again for those since a little before the last, since
//! others write to it too; each is sent once.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::extract::ws::WebSocket;
use axum::response::Response;
use chrono::TimeDelta;
use serde_json::json;
use tidegate_core::{EventQuery, Timestamp};
use uuid::Uuid;

use super::filter::{EventFilter, EventOrder};
use super::list::Event;
use crate::api::extract::Upgrade;
use crate::api::socket::{Source, Wanted, follow, open, wanted};
use crate::error::ApiError;
use crate::route::Scope;
use crate::security::{Caller, Who};
use crate::state::AppState;

/// How far back a client may ask for what it has missed.
const BACKFILL: TimeDelta = TimeDelta::minutes(15);

/// How long after it happened an event may come into the store and still be sent: clocks differ, and writes take time.
const OVERLAP: TimeDelta = TimeDelta::seconds(10);

/// How many events are looked at at once.
const CHUNK: u64 = 500;

/// How many events are known to have been sent. When more come within the overlap, the overlap becomes shorter.
const SEEN: usize = 20_000;

pub(super) async fn events_out(
    State(state): State<AppState>,
    caller: axum::Extension<Caller>,
    who: axum::Extension<Who>,
    upgrade: Upgrade,
) -> Response {
    open(state, *caller, *who, Scope::Read, upgrade, serve)
}

async fn serve(socket: WebSocket, state: AppState) {
    let Some((socket, asked)) = wanted::<EventFilter>(socket, &state).await else { return };
    let source = Happening::new(asked, state.now());
    follow(socket, state, source).await;
}

/// The events that happen.
#[derive(Debug)]
struct Happening {
    filter: EventFilter,
    /// Nothing before this is looked at any more.
    since: Timestamp,
    /// Events from `since` on that were looked at.
    seen: BTreeSet<(Timestamp, Uuid)>,
    chunk: u64,
}

impl Happening {
    fn new(Wanted { mut filter, backfill }: Wanted<EventFilter>, now: Timestamp) -> Self {
        let asked = filter.occurred.since.unwrap_or(now);
        let since = if backfill { asked.clamp(now - BACKFILL, now) } else { now };
        filter.occurred.since = Some(since);
        filter.order = EventOrder::Asc;
        Self { filter, since, seen: BTreeSet::new(), chunk: CHUNK }
    }

    /// Forgets what will not be looked at again.
    fn forget(&mut self) {
        self.seen = self.seen.split_off(&(self.since, Uuid::nil()));
        if self.seen.len() > SEEN
            && let Some((latest, _)) = self.seen.last().copied()
        {
            self.since = latest;
            self.seen = self.seen.split_off(&(latest, Uuid::nil()));
        }
    }
}

impl Source for Happening {
    async fn next(&mut self, state: &AppState) -> Result<(Vec<String>, bool), ApiError> {
        let now = state.now();
        let limit = self.chunk + self.seen.len() as u64;
        let query =
            EventQuery { since: Some(self.since), limit: Some(limit), ..self.filter.query() };
        let events = state.store().events(query).await?;
        let more = events.len() as u64 == limit;
        let mut messages = Vec::new();
        for each in &events {
            let is_new = self.seen.insert((each.occurred, *each.id.as_uuid()));
            if is_new && self.filter.matches(each) {
                messages.push(json!({ "type": "event", "event": Event::of(each) }).to_string());
            }
        }
        if more {
            // Whatever comes next happened no earlier than the last of these.
            self.since = events.last().map_or(self.since, |last| last.occurred);
        } else {
            self.since = self.since.max(now - OVERLAP);
        }
        self.forget();
        Ok((messages, more))
    }
}
