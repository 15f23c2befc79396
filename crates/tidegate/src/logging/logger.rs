//! The logger of a run. It makes lines, stores them with the run and hands them to `tracing`; how they are printed is the
//! business of the subscriber.

use std::fmt;

use serde_json::Map;
use tidegate_core::{LogLevel, LogRecord, RunId, RunKind, State, Timestamp};

use crate::context::Context;
use crate::engine::{Engine, LiveRun};
use crate::logging::TARGET;
use crate::logging::level::to_tracing;

/// The logger of the run that the calling code belongs to. Outside a run its lines are printed and belong to none.
///
/// ```
/// use tidegate::prelude::*;
///
/// #[task]
/// async fn count(words: &str) -> usize {
///     let count = words.split_whitespace().count();
///     run_logger().info(format!("{count} words"));
///     count
/// }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// assert_eq!(count("to be or not").await?, 4);
/// # Ok(()) }).await }
/// ```
#[must_use]
pub fn run_logger() -> RunLogger {
    Context::with(|context| context.run().map(|run| run.logger())).flatten().unwrap_or(RunLogger {
        engine: None,
        who: None,
        flow_run_id: None,
        task_run_id: None,
    })
}

/// Writes log lines of one run, at Prefect's levels.
#[derive(Clone, Debug)]
pub struct RunLogger {
    engine: Option<Engine>,
    who: Option<(RunKind, String)>,
    flow_run_id: Option<RunId>,
    task_run_id: Option<RunId>,
}

impl RunLogger {
    pub(crate) fn of(live: &LiveRun) -> Self {
        let record = live.record();
        let (flow_run_id, task_run_id) = match record.kind() {
            RunKind::Flow => (Some(record.id), None),
            RunKind::Task => (record.flow_run_id, Some(record.id)),
        };
        Self {
            engine: Some(live.engine().clone()),
            who: Some((record.kind(), record.name.clone())),
            flow_run_id,
            task_run_id,
        }
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
            line.logger.who = None;
            line.print();
        }
    }

    fn line(&self, level: LogLevel, message: impl fmt::Display) -> Option<Line> {
        if let Some(engine) = &self.engine
            && !engine.settings().log_level.allows(level)
        {
            return None;
        }
        Some(Line { logger: self.clone(), level, message: message.to_string() })
    }
}

/// A line that was made and not yet written.
#[derive(Debug)]
struct Line {
    logger: RunLogger,
    level: LogLevel,
    message: String,
}

/// The last line of a run, if its level is logged.
#[derive(Debug)]
pub(crate) struct Finished(Option<Line>);

impl Finished {
    /// The line that a run has ended in this state.
    pub(crate) fn of(live: &LiveRun, state: &State) -> Self {
        let level = if state.is_completed() { LogLevel::Info } else { LogLevel::Error };
        let logger = live.logger_at(level);
        Self(
            logger.and_then(|logger| logger.line(level, format_args!("Finished in state {state}"))),
        )
    }

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
        let Some(engine) = &self.logger.engine else { return };
        let Some(store) = engine.store() else { return };
        store.put_logs(vec![LogRecord {
            flow_run_id: self.logger.flow_run_id,
            task_run_id: self.logger.task_run_id,
            timestamp: self.now(engine),
            level: self.level,
            target: TARGET.to_owned(),
            message: self.message.clone(),
            fields: Map::new(),
        }]);
    }

    fn now(&self, engine: &Engine) -> Timestamp {
        engine.now()
    }

    fn print(&self) {
        let run = match &self.logger.who {
            Some((RunKind::Flow, name)) => format!("Flow run '{name}'"),
            Some((RunKind::Task, name)) => format!("Task run '{name}'"),
            None => "tidegate".to_owned(),
        };
        let id = |id: Option<RunId>| id.map(tracing::field::display);
        let (flow_run_id, task_run_id) = (id(self.logger.flow_run_id), id(self.logger.task_run_id));
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
