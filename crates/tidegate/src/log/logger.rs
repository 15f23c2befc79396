//! The logger of a run. It makes lines, stores them with the run and hands them to `tracing`; how they are printed is the
//! business of the subscriber.

use std::fmt;

use serde_json::Map;
use tidegate_core::{LogLevel, LogRecord, RunId, RunKind, State};

use crate::log::level::to_tracing;
use crate::log::{Sink, TARGET};
use crate::redact;

/// Writes log lines of one run, at Prefect's levels.
#[derive(Clone, Debug)]
pub struct RunLogger {
    sink: Option<Sink>,
    speaker: Option<Speaker>,
}

/// The run that a line belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Speaker {
    pub(crate) kind: RunKind,
    pub(crate) name: String,
    pub(crate) flow_run_id: Option<RunId>,
    pub(crate) task_run_id: Option<RunId>,
}

impl fmt::Display for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            RunKind::Flow => write!(f, "Flow run '{}'", self.name),
            RunKind::Task => write!(f, "Task run '{}'", self.name),
        }
    }
}

impl RunLogger {
    pub(crate) fn new(sink: Sink, speaker: Speaker) -> Self {
        Self { sink: Some(sink), speaker: Some(speaker) }
    }

    /// The logger of code that belongs to no run.
    pub(crate) fn outside() -> Self {
        Self { sink: None, speaker: None }
    }

    /// Writes a line at TRACE.
    pub fn trace(&self, message: impl fmt::Display) {
        self.log(LogLevel::Trace, message);
    }

    /// Writes a line at DEBUG.
    pub fn debug(&self, message: impl fmt::Display) {
        self.log(LogLevel::Debug, message);
    }

    /// Writes a line at INFO.
    pub fn info(&self, message: impl fmt::Display) {
        self.log(LogLevel::Info, message);
    }

    /// Writes a line at WARNING.
    pub fn warning(&self, message: impl fmt::Display) {
        self.log(LogLevel::Warning, message);
    }

    /// Writes a line at ERROR.
    pub fn error(&self, message: impl fmt::Display) {
        self.log(LogLevel::Error, message);
    }

    /// Writes a line at CRITICAL.
    pub fn critical(&self, message: impl fmt::Display) {
        self.log(LogLevel::Critical, message);
    }

    /// Writes a line.
    pub fn log(&self, level: LogLevel, message: impl fmt::Display) {
        if let Some(line) = self.line(level, message) {
            line.store();
            line.print();
        }
    }

    /// A line of the engine about the run, printed without the run's name in front.
    pub(crate) fn engine_info(&self, message: impl fmt::Display) {
        if let Some(mut line) = self.line(LogLevel::Info, message) {
            line.store();
            line.named = false;
            line.print();
        }
    }

    /// The line that the run has ended in this state, if such lines are written.
    pub(crate) fn finished(&self, level: LogLevel, state: &State) -> Finished {
        Finished(self.line(level, format_args!("Finished in state {state}")))
    }

    fn line(&self, level: LogLevel, message: impl fmt::Display) -> Option<Line> {
        if self.sink.as_ref().is_some_and(|sink| !sink.allows(level)) {
            return None;
        }
        let mut message = message.to_string();
        redact::redact_in_place(&mut message);
        Some(Line { logger: self.clone(), level, message, named: true })
    }
}

/// A line that was made and not yet written.
#[derive(Debug)]
struct Line {
    logger: RunLogger,
    level: LogLevel,
    message: String,
    /// Whether it is printed with its run's name in front.
    named: bool,
}

/// The last line of a run, if its level is written.
#[derive(Debug)]
pub(crate) struct Finished(Option<Line>);

impl Finished {
    /// Nothing to write.
    pub(crate) const NONE: Self = Self(None);

    /// Stores the line, which is done before the end itself is stored, so that both become durable together.
    pub(crate) fn store(&self) {
        if let Some(line) = &self.0 {
            line.store();
        }
    }

    /// Prints the line, which is done once the end is durable.
    pub(crate) fn print(&self) {
        if let Some(line) = &self.0 {
            line.print();
        }
    }
}

impl Line {
    fn store(&self) {
        let Some(sink) = &self.logger.sink else { return };
        let speaker = self.logger.speaker.as_ref();
        sink.store(LogRecord {
            flow_run_id: speaker.and_then(|speaker| speaker.flow_run_id),
            task_run_id: speaker.and_then(|speaker| speaker.task_run_id),
            timestamp: sink.now(),
            level: self.level,
            target: TARGET.to_owned(),
            message: self.message.clone(),
            fields: Map::new(),
        });
    }

    fn print(&self) {
        let speaker = self.logger.speaker.as_ref();
        let mut run = speaker.filter(|_| self.named).map(ToString::to_string);
        run.iter_mut().for_each(redact::redact_in_place);
        let id = |id: Option<RunId>| id.map(tracing::field::display);
        let flow_run_id = id(speaker.and_then(|speaker| speaker.flow_run_id));
        let task_run_id = id(speaker.and_then(|speaker| speaker.task_run_id));
        let critical = self.level == LogLevel::Critical;
        macro_rules! event {
            ($level:expr) => {
                tracing::event!(
                    target: TARGET, $level, run, flow_run_id, task_run_id, critical, "{}", self.message
                )
            };
        }
        match to_tracing(self.level) {
            tracing::Level::TRACE => event!(tracing::Level::TRACE),
            tracing::Level::DEBUG => event!(tracing::Level::DEBUG),
            tracing::Level::INFO => event!(tracing::Level::INFO),
            tracing::Level::WARN => event!(tracing::Level::WARN),
            tracing::Level::ERROR => event!(tracing::Level::ERROR),
        }
    }
}
