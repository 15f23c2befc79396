//! What plain `tracing` macros say inside a run, stored with that run. Prints nothing.

use serde_json::{Map, Value};
use tidegate_core::{LogRecord, RunKind};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context as LayerContext, Layer};

use crate::context::Context;
use crate::logging::TARGET;
use crate::logging::level::from_tracing;

/// A layer that stores the events of runs with their run; add it to a subscriber of your own.
///
/// ```
/// use tracing_subscriber::prelude::*;
///
/// let subscriber = tracing_subscriber::registry().with(tidegate::logging::layer());
/// # drop(subscriber);
/// ```
#[must_use]
pub fn layer() -> RunLayer {
    RunLayer(())
}

/// See [`layer`].
#[derive(Debug)]
pub struct RunLayer(());

impl<S: Subscriber> Layer<S> for RunLayer {
    fn on_event(&self, event: &Event<'_>, _context: LayerContext<'_, S>) {
        // Engine lines and those of `run_logger` are stored where they are made.
        if event.metadata().target() == TARGET {
            return;
        }
        Context::with(|context| {
            let Some(run) = context.run() else { return };
            let engine = run.engine();
            let level = from_tracing(*event.metadata().level());
            let Some(store) = engine.store() else { return };
            if !engine.settings().log_level.allows(level) {
                return;
            }
            let fields = Fields::of(event);
            let (flow_run_id, task_run_id) = match run.kind() {
                RunKind::Flow => (Some(run.id()), None),
                RunKind::Task => (run.flow().map(|flow| flow.id()), Some(run.id())),
            };
            store.put_logs(vec![LogRecord {
                flow_run_id,
                task_run_id,
                timestamp: engine.now(),
                level,
                target: event.metadata().target().to_owned(),
                message: fields.message,
                fields: fields.others,
            }]);
        });
    }
}

/// The message and the fields of an event.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) message: String,
    pub(super) others: Map<String, Value>,
}

impl Fields {
    pub(super) fn of(event: &Event<'_>) -> Self {
        let mut fields = Self::default();
        event.record(&mut fields);
        fields
    }

    fn insert(&mut self, field: &Field, value: Value) {
        self.others.insert(field.name().to_owned(), value);
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let text = format!("{value:?}");
        if field.name() == "message" {
            self.message = text;
        } else {
            self.insert(field, Value::String(text));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message = value.to_owned();
        } else {
            self.insert(field, Value::from(value));
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, Value::from(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, Value::from(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field, Value::from(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, Value::from(value));
    }
}
