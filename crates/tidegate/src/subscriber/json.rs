//! The JSON format: one object a line on standard error, for programs that collect logs.

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};
use tidegate_core::Clock;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context as LayerContext, Layer};

use crate::engine::Context;
use crate::log::{LevelFilter, TARGET, print_line};
use crate::redact;
use crate::subscriber::fields::Fields;

/// Prints events as JSON.
#[derive(Debug)]
pub(super) struct Json {
    level: LevelFilter,
}

impl Json {
    pub(super) fn new(level: LevelFilter) -> Self {
        Self { level }
    }
}

impl<S: Subscriber> Layer<S> for Json {
    fn enabled(&self, metadata: &Metadata<'_>, _context: LayerContext<'_, S>) -> bool {
        *metadata.level() <= self.level.to_tracing()
    }

    fn max_level_hint(&self) -> Option<tracing::level_filters::LevelFilter> {
        Some(self.level.to_tracing())
    }

    fn on_event(&self, event: &Event<'_>, _context: LayerContext<'_, S>) {
        let mut object = object(event);
        redact::redact_value(&mut object);
        let mut line = object.to_string();
        line.push('\n');
        print_line(&line);
    }
}

fn object(event: &Event<'_>) -> Value {
    let mut fields = Fields::of(event);
    let level = fields.level(event);
    let mut object = Map::new();
    let time = Clock::system().now().to_rfc3339_opts(SecondsFormat::Micros, true);
    object.insert("timestamp".into(), json!(time));
    object.insert("level".into(), json!(level.as_str()));
    object.insert("target".into(), json!(event.metadata().target()));
    object.insert("message".into(), json!(std::mem::take(&mut fields.message)));
    if event.metadata().target() == TARGET {
        fields.others.remove("critical");
        object.append(&mut fields.others);
        return Value::Object(object);
    }
    Context::with(|context| {
        let Some(run) = context.run() else { return };
        let speaker = run.speaker();
        object.insert("run".into(), json!(speaker.to_string()));
        if let Some(id) = speaker.flow_run_id {
            object.insert("flow_run_id".into(), json!(id));
        }
        if let Some(id) = speaker.task_run_id {
            object.insert("task_run_id".into(), json!(id));
        }
    });
    if !fields.others.is_empty() {
        object.insert("fields".into(), Value::Object(fields.others));
    }
    Value::Object(object)
}
