//! What can be said with every command: how it answers, and of which database. Nothing here is about one command.

use chrono::{DateTime, Local, NaiveDate, NaiveDateTime, TimeZone};
use clap::{Args, ValueEnum};
use tidegate_core::{Clock, LogLevel, StateType, Timestamp};

use crate::duration;
use crate::retention::before;

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON document.
    Json,
}

/// When there is colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// In files and pipes too.
    Always,
    /// Nowhere.
    Never,
}

/// What every command takes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct GlobalOptions {
    /// Write the answer as text or as JSON
    #[arg(
        short,
        long,
        global = true,
        value_name = "FORMAT",
        value_enum,
        hide_default_value = true,
        hide_possible_values = true,
        default_value_t
    )]
    pub(super) output: Format,
    /// Show times in UTC instead of the local time zone
    #[arg(long, global = true)]
    pub(super) utc: bool,
    /// Use colour: auto, always or never
    #[arg(
        long,
        alias = "colour",
        global = true,
        value_name = "WHEN",
        value_enum,
        hide_default_value = true,
        hide_possible_values = true,
        default_value_t
    )]
    pub(super) color: Colour,
    /// Use this database, such as sqlite:app.db, instead of that of the settings
    #[arg(long, global = true, value_name = "URL")]
    pub(super) database: Option<String>,
    /// Answer yes to every question
    #[arg(short = 'y', long = "no-prompt", visible_alias = "yes", global = true)]
    pub(super) no_prompt: bool,
}

/// The type of a state, in whatever letters.
pub(super) fn state_type(typed: &str) -> Result<StateType, String> {
    let known = StateType::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(typed));
    known.ok_or_else(|| {
        let all: Vec<&str> = StateType::ALL.iter().map(|known| known.as_str()).collect();
        format!("there is no such type of states; there are {}", all.join(", "))
    })
}

/// A log level, in whatever letters.
pub(super) fn log_level(typed: &str) -> Result<LogLevel, String> {
    let known = LogLevel::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(typed));
    known.ok_or_else(|| {
        let all: Vec<&str> = LogLevel::ALL.iter().map(|known| known.as_str()).collect();
        format!("there is no such level; there are {}", all.join(", "))
    })
}

/// A time: as RFC 3339 has it; in the local zone, with or without the time of day; or how long ago it was.
pub(super) fn time(typed: &str) -> Result<Timestamp, String> {
    if let Ok(time) = DateTime::parse_from_rfc3339(typed) {
        return Ok(time.to_utc());
    }
    let day = NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok();
    let local = day.and_then(|day| day.and_hms_opt(0, 0, 0)).or_else(|| {
        ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"]
            .into_iter()
            .find_map(|form| NaiveDateTime::parse_from_str(typed, form).ok())
    });
    if let Some(time) = local.and_then(|local| Local.from_local_datetime(&local).earliest()) {
        return Ok(time.to_utc());
    }
    let ago = duration::parse(typed).ok();
    ago.and_then(|ago| before(Clock::system().now(), ago)).ok_or_else(|| {
        "it is no time: write 2026-11-25T16:00:00Z, 2026-11-25 16:00, 2026-11-25, or how long ago it was, such as 90m"
            .to_owned()
    })
}
