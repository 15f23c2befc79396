//! What plain `tracing` macros say inside a run, stored with that run. Prints nothing.

use tidegate_core::LogRecord;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context as LayerContext, Layer};

use crate::engine::Context;
use crate::log::{TARGET, from_tracing};
use crate::subscriber::fields::Fields;

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
            let sink = run.engine().sink();
            let level = from_tracing(*event.metadata().level());
            if !sink.allows(level) {
                return;
            }
            let fields = Fields::of(event);
            let speaker = run.speaker();
            sink.store(LogRecord {
                flow_run_id: speaker.flow_run_id,
                task_run_id: speaker.task_run_id,
                timestamp: sink.now(),
                level,
                target: event.metadata().target().to_owned(),
                message: fields.message,
                fields: fields.others,
            });
        });
    }
}
