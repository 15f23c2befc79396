//! Events: what happened in runs, and what user code says has happened. Each change of state is one; [`emit_event`] records others.

mod emit;
mod follow;

use std::fmt;

use tidegate_core::{EventId, EventQuery, EventRecord, Order, RunId, Timestamp};

use crate::engine::Engine;
use crate::error::{Error, Result};

pub use emit::{EmitEvent, emit_event};
pub use follow::EventStream;

/// A question for events: narrow it, then ask it once with [`list`](Events::list), or [`follow`](Events::follow) what happens from now on.
/// Made by [`Engine::events`].
///
/// Each state that a run enters is an event, `prefect.flow-run.Running` or `prefect.task-run.Completed`, about the resource
/// `prefect.flow-run.<id>` or `prefect.task-run.<id>`, with the names and labels that Prefect gives them.
///
/// ```
/// use tidegate::prelude::*;
/// use tidegate::{Engine, emit_event};
///
/// #[flow]
/// async fn nightly() -> Result<()> {
///     emit_event("rain.forecast", "city.rome").payload(12.5).await?;
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// nightly().await?;
/// let events = Engine::current()?.events().oldest_first().list().await?;
/// let names: Vec<_> = events.iter().map(|event| &*event.event).collect();
/// assert_eq!(
///     names,
///     ["prefect.flow-run.Pending", "prefect.flow-run.Running", "rain.forecast", "prefect.flow-run.Completed"]
/// );
/// # Ok(()) }).await }
/// ```
#[derive(Clone)]
#[must_use = "a question does nothing until it is asked with `list` or `follow`"]
pub struct Events {
    engine: Engine,
    query: EventQuery,
}

impl Engine {
    /// The events it knows of: the states of all recorded runs, and what was emitted.
    pub fn events(&self) -> Events {
        Events { engine: self.clone(), query: EventQuery::default() }
    }
}

impl Events {
    /// The event of this id.
    pub fn id(mut self, id: EventId) -> Self {
        self.query.id = Some(id);
        self
    }

    /// Events of this name; said twice, of either.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.query.names.push(name.into());
        self
    }

    /// Events whose name begins like this, such as `prefect.flow-run.`; said twice, or together with [`named`](Self::named), either.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.query.prefixes.push(prefix.into());
        self
    }

    /// Events about the resource of this id; said twice, about either.
    pub fn about(mut self, resource: impl Into<String>) -> Self {
        self.query.resources.push(resource.into());
        self
    }

    /// Events about resources whose id begins like this, such as `city.`; said twice, or together with [`about`](Self::about), either.
    pub fn about_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.query.resource_prefixes.push(prefix.into());
        self
    }

    /// Events that the resource of this id is related to, such as `prefect.tag.http`; said twice, both.
    pub fn related_to(mut self, resource: impl Into<String>) -> Self {
        self.query.related.push(resource.into());
        self
    }

    /// Events in this flow run: of it, of its task runs, and emitted by their code. Those of its subflow runs are in them.
    pub fn of_flow_run(mut self, id: RunId) -> Self {
        self.query.flow_run_id = Some(id);
        self
    }

    /// Events in this task run.
    pub fn of_task_run(mut self, id: RunId) -> Self {
        self.query.task_run_id = Some(id);
        self
    }

    /// Events that happened at this time or later.
    pub fn since(mut self, time: Timestamp) -> Self {
        self.query.since = Some(time);
        self
    }

    /// Events that happened before this time.
    pub fn before(mut self, time: Timestamp) -> Self {
        self.query.before = Some(time);
        self
    }

    /// Oldest first instead of newest first.
    pub fn oldest_first(mut self) -> Self {
        self.query.order = Order::OldestFirst;
        self
    }

    /// At most this many.
    pub fn limit(mut self, limit: u64) -> Self {
        self.query.limit = Some(limit);
        self
    }

    /// Leaving out the first so many.
    pub fn offset(mut self, offset: u64) -> Self {
        self.query.offset = offset;
        self
    }

    /// The events that match, newest first.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn list(self) -> Result<Vec<EventRecord>> {
        let store = self.engine.require_store()?;
        store.events(self.query.clone()).await.map_err(|error| Error::store(None, error))
    }

    /// The events that match and happen from now on, or from [`since`](Self::since), oldest first, as they happen. What this process does
    /// is seen at once, what others do to the same database within a second.
    ///
    /// The stream has no end but an error; drop it to stop. Nothing is kept for it in between: it asks the store, so a slow reader holds
    /// nobody up and misses nothing. An event is missed that another process records more than ten seconds after it happened. The limit
    /// and the order of the question count for nothing.
    ///
    /// ```
    /// use futures_util::TryStreamExt;
    /// use tidegate::prelude::*;
    /// use tidegate::{Engine, emit_event};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
    /// let mut alerts = Engine::current()?.events().named("alert").follow();
    /// emit_event("alert", "city.rome").await?;
    /// let alert = alerts.try_next().await?.unwrap();
    /// assert_eq!(alert.resource.id(), "city.rome");
    /// # Ok(()) }).await }
    /// ```
    ///
    /// # Errors
    ///
    /// An item is an error when the store cannot be read, or the engine has none. The stream goes on after it.
    pub fn follow(self) -> EventStream {
        EventStream::new(self.engine, self.query)
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("query", &self.query).finish_non_exhaustive()
    }
}
