//! Log levels and formats as the settings name them.

use std::fmt;
use std::str::FromStr;

use tidegate_core::LogLevel;

/// The lowest level of log lines that are printed and stored; or none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelFilter(Option<LogLevel>);

impl LevelFilter {
    /// No lines.
    pub const OFF: Self = Self(None);

    /// Lines of `level` and above.
    #[must_use]
    pub const fn at_least(level: LogLevel) -> Self {
        Self(Some(level))
    }

    /// Whether a line of this level passes.
    #[must_use]
    pub fn allows(self, level: LogLevel) -> bool {
        self.0.is_some_and(|least| level >= least)
    }

    /// The same in the terms of `tracing`.
    pub(crate) fn to_tracing(self) -> tracing::level_filters::LevelFilter {
        match self.0 {
            None => tracing::level_filters::LevelFilter::OFF,
            Some(level) => to_tracing(level).into(),
        }
    }
}

/// INFO and above.
impl Default for LevelFilter {
    fn default() -> Self {
        Self::at_least(LogLevel::Info)
    }
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        Self::at_least(level)
    }
}

/// The text is not a log level.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a log level; the levels are TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL and OFF"
)]
pub struct ParseLevelError(String);

impl FromStr for LevelFilter {
    type Err = ParseLevelError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let level = match &*text.to_ascii_uppercase() {
            "OFF" | "NONE" => return Ok(Self::OFF),
            "TRACE" => LogLevel::Trace,
            "DEBUG" => LogLevel::Debug,
            "INFO" => LogLevel::Info,
            "WARN" | "WARNING" => LogLevel::Warning,
            "ERROR" => LogLevel::Error,
            "CRITICAL" | "FATAL" => LogLevel::Critical,
            _ => return Err(ParseLevelError(text.to_owned())),
        };
        Ok(Self::at_least(level))
    }
}

impl fmt::Display for LevelFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(level) => fmt::Display::fmt(&level, f),
            None => f.pad("OFF"),
        }
    }
}

/// How lines are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `08:28:57.863 | INFO    | Task run 'fetch_weather-817' - Finished in state Completed()`
    #[default]
    Console,
    /// One JSON object a line.
    Json,
}

/// The text is not a log format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a log format; the formats are console and json")]
pub struct ParseFormatError(String);

impl FromStr for Format {
    type Err = ParseFormatError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match &*text.to_ascii_lowercase() {
            "console" => Ok(Self::Console),
            "json" => Ok(Self::Json),
            _ => Err(ParseFormatError(text.to_owned())),
        }
    }
}

/// The level of `tracing` nearest to one of ours.
pub(crate) fn to_tracing(level: LogLevel) -> tracing::Level {
    match level {
        LogLevel::Trace => tracing::Level::TRACE,
        LogLevel::Debug => tracing::Level::DEBUG,
        LogLevel::Info => tracing::Level::INFO,
        LogLevel::Warning => tracing::Level::WARN,
        LogLevel::Error | LogLevel::Critical => tracing::Level::ERROR,
    }
}

/// Our level for one of `tracing`'s.
pub(crate) fn from_tracing(level: tracing::Level) -> LogLevel {
    match level {
        tracing::Level::TRACE => LogLevel::Trace,
        tracing::Level::DEBUG => LogLevel::Debug,
        tracing::Level::INFO => LogLevel::Info,
        tracing::Level::WARN => LogLevel::Warning,
        tracing::Level::ERROR => LogLevel::Error,
    }
}
