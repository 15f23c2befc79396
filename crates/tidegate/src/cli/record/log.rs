//! A log line for programs.

use serde::Serialize;
use serde_json::{Map, Value};
use tidegate_core::{LogRecord, RunId, Timestamp};

/// See the module.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct LogLine {
    timestamp: Timestamp,
    /// Prefect's number of the level.
    level: u8,
    level_name: &'static str,
    /// The part of the program.
    name: String,
    message: String,
    flow_run_id: Option<RunId>,
    task_run_id: Option<RunId>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    fields: Map<String, Value>,
}

impl From<LogRecord> for LogLine {
    fn from(line: LogRecord) -> Self {
        Self {
            timestamp: line.timestamp,
            level: line.level.number(),
            level_name: line.level.as_str(),
            name: line.target,
            message: line.message,
            flow_run_id: line.flow_run_id,
            task_run_id: line.task_run_id,
            fields: line.fields,
        }
    }
}
