//! Following events as they happen. The store is asked again whenever this process has recorded something, and each second where other
//! processes may have; nothing waits in a queue.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, Stream, ready};
use tidegate_core::{EventId, EventQuery, EventRecord, Order, Timestamp};

use crate::engine::Engine;
use crate::error::{Error, Result};

/// How often what other processes do is asked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// So long a follower rests after each question at least, however much happens.
const REST: Duration = Duration::from_millis(20);

/// A rest is so many times as long as the question before it took.
const RESTS: u32 = 4;

/// So late an event of this process may be recorded after it happened, and is seen all the same.
const LATE: chrono::Duration = chrono::Duration::seconds(1);

/// So late one of another process may be.
const LATE_ELSEWHERE: chrono::Duration = chrono::Duration::seconds(10);

/// Events as they happen. Made by [`Events::follow`](crate::Events::follow).
///
/// # Cancel safety
///
/// What a dropped `next()` would have given is given by the following one.
#[must_use = "a stream does nothing unless it is polled"]
pub struct EventStream {
    asking: BoxFuture<'static, (Follower, Result<Vec<EventRecord>>)>,
    found: VecDeque<EventRecord>,
}

struct Follower {
    following: Following,
    query: EventQuery,
    /// What was given that happened at `query.since` or later.
    seen: HashSet<EventId>,
    /// How long to rest before the next question.
    rest: Duration,
    late: chrono::Duration,
}

/// Counts as a follower of the engine's feed until it is dropped.
struct Following(Engine);

impl Following {
    fn new(engine: Engine) -> Self {
        engine.feed().follow();
        Self(engine)
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.0.feed().unfollow();
    }
}

impl EventStream {
    pub(super) fn new(engine: Engine, query: EventQuery) -> Self {
        let since = query.since.unwrap_or_else(|| engine.now());
        let query = EventQuery {
            since: Some(since),
            order: Order::OldestFirst,
            limit: None,
            offset: 0,
            ..query
        };
        let seen = HashSet::new();
        let late = if is_shared(&engine) { LATE_ELSEWHERE } else { LATE };
        let following = Following::new(engine);
        let follower = Follower { following, query, seen, rest: Duration::ZERO, late };
        Self { asking: follower.ask().boxed(), found: VecDeque::new() }
    }
}

impl Follower {
    /// Waits until there may be something new, and asks for it.
    async fn ask(mut self) -> (Self, Result<Vec<EventRecord>>) {
        if !self.rest.is_zero() {
            tokio::time::sleep(self.rest).await;
        }
        loop {
            let began = Instant::now();
            let engine = self.following.0.clone();
            let recorded = engine.feed().next();
            let found = match engine.require_store() {
                Ok(store) => store.events(self.query.clone()).await,
                Err(error) => {
                    self.rest = LOOK_EVERY;
                    return (self, Err(error));
                }
            };
            self.rest = REST.max(began.elapsed() * RESTS);
            match found {
                Ok(found) => {
                    let new = self.keep_new(found);
                    if !new.is_empty() {
                        return (self, Ok(new));
                    }
                }
                Err(error) => {
                    self.rest = LOOK_EVERY;
                    return (self, Err(Error::store(None, error)));
                }
            }
            if is_shared(&engine) {
                let _ = tokio::time::timeout(LOOK_EVERY, recorded).await;
            } else {
                recorded.await;
            }
        }
    }

    /// What was not given before. From then on it is asked for what is at most a little older than the last of it.
    fn keep_new(&mut self, mut found: Vec<EventRecord>) -> Vec<EventRecord> {
        let newest = found.last().map(|event| event.occurred);
        let from =
            newest.and_then(|newest| newest.checked_sub_signed(self.late)).max(self.query.since);
        let seen = std::mem::take(&mut self.seen);
        let is_kept = |occurred: Timestamp| from.is_none_or(|from| occurred >= from);
        self.seen =
            found.iter().filter(|event| is_kept(event.occurred)).map(|event| event.id).collect();
        found.retain(|event| !seen.contains(&event.id));
        self.query.since = from;
        found
    }
}

/// Whether other processes may use the same records.
fn is_shared(engine: &Engine) -> bool {
    engine.store().is_some_and(|store| store.info().shared)
}

impl Stream for EventStream {
    type Item = Result<EventRecord>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(event) = this.found.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            let (follower, found) = ready!(this.asking.as_mut().poll(context));
            this.asking = follower.ask().boxed();
            match found {
                Ok(found) => this.found = found.into(),
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("waiting", &self.found.len()).finish_non_exhaustive()
    }
}
