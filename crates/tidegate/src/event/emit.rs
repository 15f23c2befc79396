//! Emitting events from user code. What comes of them is the business of who asks.

use std::future::IntoFuture;

use futures_util::future::{BoxFuture, FutureExt};
use serde::Serialize;
use serde_json::Value;
use tidegate_core::{EventId, EventRecord, Resource, RunKind, Timestamp, Write};

use crate::engine::{Context, Engine, union};
use crate::error::{Error, Result};

/// Records that something happened, `event`, to something, the resource of the id `resource`: `emit_event("rain.forecast", "city.rome")`.
/// Await it. The run that the calling code belongs to, its flow and its tags are related to the event.
///
/// ```
/// use tidegate::prelude::*;
/// use tidegate::{Engine, Resource, emit_event};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// let first = emit_event("order.placed", "order.17")
///     .related(Resource::new("customer.ada").role("customer"))
///     .payload(serde_json::json!({"cents": 1250}))
///     .await?;
/// emit_event("order.paid", "order.17").follows(first).await?;
///
/// let paid = Engine::current()?.events().about("order.17").limit(1).list().await?.remove(0);
/// assert_eq!(paid.follows, Some(first));
/// # Ok(()) }).await }
/// ```
pub fn emit_event(event: impl Into<String>, resource: impl Into<String>) -> EmitEvent {
    EmitEvent {
        event: event.into(),
        resource: Resource::new(resource),
        related: Vec::new(),
        payload: Ok(Value::Null),
        occurred: None,
        id: None,
        follows: None,
    }
}

/// An event that has been described and is not recorded yet. Made by [`emit_event`]; await it.
#[derive(Clone, Debug)]
#[must_use = "an event is recorded when it is awaited"]
pub struct EmitEvent {
    event: String,
    resource: Resource,
    related: Vec<Resource>,
    payload: std::result::Result<Value, String>,
    occurred: Option<Timestamp>,
    id: Option<EventId>,
    follows: Option<EventId>,
}

impl EmitEvent {
    /// A label of the resource, such as its name.
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.resource = self.resource.label(name, value);
        self
    }

    /// Something else that has to do with it; said twice, both.
    pub fn related(mut self, resource: Resource) -> Self {
        self.related.push(resource);
        self
    }

    /// What else there is to say, as JSON.
    pub fn payload(mut self, payload: impl Serialize) -> Self {
        self.payload = serde_json::to_value(payload).map_err(|error| error.to_string());
        self
    }

    /// When it happened; unless said, now.
    pub fn occurred(mut self, time: Timestamp) -> Self {
        self.occurred = Some(time);
        self
    }

    /// Its id; unless said, a new one. An event of an id that is recorded already is not recorded again, so it can be emitted once more
    /// when it is not known whether it was.
    pub fn id(mut self, id: EventId) -> Self {
        self.id = Some(id);
        self
    }

    /// The event that it is known to come after.
    pub fn follows(mut self, id: EventId) -> Self {
        self.follows = Some(id);
        self
    }

    fn into_record(self, engine: &Engine) -> Result<EventRecord> {
        if self.event.is_empty() || self.resource.id().is_empty() {
            return Err(Error::configuration(
                "an event needs a name and a resource: write `emit_event(\"order.paid\", \"order.17\")`",
            ));
        }
        let payload = self.payload.map_err(|error| {
            Error::configuration(format!(
                "the payload of the event '{}' cannot be written as JSON: {error}",
                self.event
            ))
        })?;
        let mut record = EventRecord {
            id: self.id.unwrap_or_default(),
            occurred: self.occurred.unwrap_or_else(|| engine.now()),
            event: self.event,
            resource: self.resource,
            related: self.related,
            payload,
            follows: self.follows,
            flow_run_id: None,
            task_run_id: None,
        };
        Context::with(|context| relate(&mut record, context));
        Ok(record)
    }

    /// Records it on this engine.
    pub(crate) async fn emit(self, engine: &Engine) -> Result<EventId> {
        let record = self.into_record(engine)?;
        let id = record.id;
        let put = engine.require_store()?.put_acknowledged(Write::Event(Box::new(record)));
        engine.feed().recorded();
        put.await.map_err(|error| Error::store(None, error))?;
        Ok(id)
    }
}

/// Relates an event to the run that emits it.
fn relate(event: &mut EventRecord, context: &Context) {
    let Some(run) = context.run() else { return };
    let flow = context.flow.as_ref().map(|flow| flow.definition().name());
    let record = run.record();
    let tags = union(&record.tags, context.tags.iter().cloned());
    event.relate_to(&record, flow, &tags);
    event.flow_run_id = context.flow.as_ref().map(|flow| flow.id());
    event.task_run_id = (record.kind() == RunKind::Task).then_some(record.id);
}

/// Records the event, and gives its id.
///
/// # Errors
///
/// The name or the id of the resource is empty, the payload cannot be written as JSON, the engine keeps no records, or the store cannot
/// write.
///
/// # Cancel safety
///
/// Dropped once it was polled, the event may be recorded or not.
impl IntoFuture for EmitEvent {
    type Output = Result<EventId>;
    type IntoFuture = BoxFuture<'static, Result<EventId>>;

    fn into_future(self) -> Self::IntoFuture {
        async move { self.emit(&Engine::current()?).await }.boxed()
    }
}
