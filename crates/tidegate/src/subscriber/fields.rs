//! The message and the fields of a `tracing` event, taken apart.

use serde_json::{Map, Value};
use tidegate_core::LogLevel;
use tracing::Event;
use tracing::field::{Field, Visit};

use crate::log::{TARGET, from_tracing};

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

    /// The level of the event; CRITICAL travels as an error with a mark.
    pub(super) fn level(&self, event: &Event<'_>) -> LogLevel {
        match self.others.get("critical") {
            Some(Value::Bool(true)) if event.metadata().target() == TARGET => LogLevel::Critical,
            _ => from_tracing(*event.metadata().level()),
        }
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
