//! The console format: `08:28:57.863 | INFO    | Task run 'fetch_weather-817' - Finished in state Completed()`, on
//! standard error, coloured on a terminal only.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};

use chrono::Local;
use serde_json::Value;
use tidegate_core::{Clock, LogLevel};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context as LayerContext, Layer};

use crate::engine::Context;
use crate::log::{LevelFilter, TARGET, print_line};
use crate::redact;
use crate::subscriber::fields::Fields;

/// Prints events in the console format.
#[derive(Debug)]
pub(super) struct Console {
    level: LevelFilter,
    colour: bool,
    write: fn(&str),
}

impl Console {
    pub(super) fn new(level: LevelFilter) -> Self {
        // https://no-color.org
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { level, colour: !refused && io::stderr().is_terminal(), write: print_line }
    }

    /// Prints where the harness of a test captures it, to show it when the test fails.
    #[cfg(feature = "testing")]
    pub(super) fn captured(level: LevelFilter) -> Self {
        #[allow(clippy::print_stderr, reason = "only what this macro prints is captured")]
        let write = |line: &str| eprint!("{line}");
        Self { level, colour: false, write }
    }

    fn line(&self, event: &Event<'_>) -> String {
        let fields = Fields::of(event);
        let level = fields.level(event);
        let time = Clock::system().now().with_timezone(&Local).format("%H:%M:%S%.3f");
        let mut line = String::with_capacity(96 + fields.message.len());
        let (on, off) = if self.colour { colours(level) } else { ("", "") };
        let _ = write!(
            line,
            "{time} | {on}{level:<7}{off} | {} - {}",
            who(event, &fields),
            fields.message
        );
        if event.metadata().target() != TARGET {
            for (name, value) in &fields.others {
                let _ = match value.as_str() {
                    Some(text) => write!(line, " {name}={text}"),
                    None => write!(line, " {name}={value}"),
                };
            }
        }
        line.push('\n');
        redact::redact_in_place(&mut line);
        line
    }
}

impl<S: Subscriber> Layer<S> for Console {
    fn enabled(&self, metadata: &Metadata<'_>, _context: LayerContext<'_, S>) -> bool {
        *metadata.level() <= self.level.to_tracing()
    }

    fn max_level_hint(&self) -> Option<tracing::level_filters::LevelFilter> {
        Some(self.level.to_tracing())
    }

    fn on_event(&self, event: &Event<'_>, _context: LayerContext<'_, S>) {
        (self.write)(&self.line(event));
    }
}

/// Who speaks: the run the event is about or was made in, or else its target.
fn who(event: &Event<'_>, fields: &Fields) -> String {
    if event.metadata().target() == TARGET {
        return fields.others.get("run").and_then(Value::as_str).unwrap_or("tidegate").to_owned();
    }
    Context::with(|context| context.run().map(|run| run.speaker().to_string()))
        .flatten()
        .unwrap_or_else(|| event.metadata().target().to_owned())
}

fn colours(level: LogLevel) -> (&'static str, &'static str) {
    let on = match level {
        LogLevel::Trace | LogLevel::Debug => "\x1b[2m",
        LogLevel::Info => "\x1b[36m",
        LogLevel::Warning => "\x1b[33m",
        LogLevel::Error => "\x1b[31m",
        LogLevel::Critical => "\x1b[1;31m",
    };
    (on, "\x1b[0m")
}
