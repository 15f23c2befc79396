//! The settings of an engine, as the environment gives them. A setting that has no meaning is an error that names it; a name that
//! nobody knows is a warning.

use std::path::PathBuf;
use std::time::Duration;

use crate::duration;
use crate::error::{Error, Result};
use crate::log::{Format, LevelFilter};
use crate::retention::Retention;

use tidegate_core::Lease;
pub use tidegate_core::store::Durability;

/// What the environment says.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(feature = "sqlite"),
    allow(dead_code, reason = "without SQLite there is no database to open")
)]
pub(crate) struct Settings {
    pub(crate) database_url: String,
    pub(crate) durability: Durability,
    pub(crate) log_level: LevelFilter,
    pub(crate) log_format: Format,
    pub(crate) log_prints: bool,
    pub(crate) task_retries: u32,
    pub(crate) task_retry_delay: Duration,
    pub(crate) refresh_cache: bool,
    pub(crate) default_no_cache: bool,
    pub(crate) disable_caching: bool,
    pub(crate) flow_retries: u32,
    pub(crate) flow_retry_delay: Duration,
    pub(crate) persist_results: bool,
    pub(crate) results_path: Option<PathBuf>,
    pub(crate) results_inline_limit: usize,
    pub(crate) lease_term: Duration,
    pub(crate) shutdown_grace: Duration,
    pub(crate) retention: Retention,
    unknown: Vec<String>,
}

/// Every setting's name, and what it says.
pub(crate) const NAMES: &[(&str, &str)] = &[
    ("TIDEGATE_HOME", "the folder for the default database; ~/.tidegate"),
    (
        "TIDEGATE_DATABASE_URL",
        "the database of the default engine; sqlite:TIDEGATE_HOME/tidegate.db",
    ),
    ("TIDEGATE_ENCRYPTION_KEY", "the key for secrets, in base64 or hexadecimal digits; none"),
    (
        "TIDEGATE_ENCRYPTION_KEY_FILE",
        "the file that the key for secrets is in; one of the user's settings",
    ),
    ("TIDEGATE_ENCRYPTION_KEY_COMMAND", "the command that prints the key for secrets; none"),
    ("TIDEGATE_DURABILITY", "what an acknowledged record survives: full, process or none; full"),
    ("TIDEGATE_LOGGING_LEVEL", "the lowest level printed and stored; INFO"),
    ("TIDEGATE_LOGGING_FORMAT", "how lines are printed: console or json; console"),
    ("TIDEGATE_LOGGING_LOG_PRINTS", "whether what bodies print becomes log lines; false"),
    ("TIDEGATE_TASKS_DEFAULT_RETRIES", "retries of tasks that do not say; 0"),
    ("TIDEGATE_TASKS_DEFAULT_RETRY_DELAY_SECONDS", "retry delay of tasks that do not say; 0"),
    (
        "TIDEGATE_TASKS_REFRESH_CACHE",
        "whether tasks that do not say run though their result is cached, and replace it; false",
    ),
    (
        "TIDEGATE_TASKS_DEFAULT_NO_CACHE",
        "whether tasks with an expiration and without a policy are not cached; false",
    ),
    ("TIDEGATE_TASKS_DISABLE_CACHING", "whether nothing is cached, whatever tasks say; false"),
    ("TIDEGATE_FLOWS_DEFAULT_RETRIES", "retries of flows that do not say; 0"),
    ("TIDEGATE_FLOWS_DEFAULT_RETRY_DELAY_SECONDS", "retry delay of flows that do not say; 0"),
    ("TIDEGATE_RESULTS_PERSIST_BY_DEFAULT", "whether results are kept where nothing is said; true"),
    (
        "TIDEGATE_RESULTS_LOCAL_STORAGE_PATH",
        "the folder for results that are not in the record; one beside the database",
    ),
    (
        "TIDEGATE_RESULTS_INLINE_LIMIT",
        "how many bytes the result in a record may have; 1048576, a mebibyte",
    ),
    ("TIDEGATE_RETENTION_AGE", "how long ended runs are kept, such as 30d; for ever"),
    ("TIDEGATE_RETENTION_COUNT", "how many of the newest top-level runs are kept; all"),
    (
        "TIDEGATE_SHUTDOWN_GRACE_SECONDS",
        "how long tasks may go on after a signal in `Engine::run_until_signal`; 5",
    ),
    (
        "TIDEGATE_LEASE_SECONDS",
        "how long a process may not be heard of before it is taken for dead, at least 1; 10",
    ),
];

/// Names that other parts of Tidegate read: tests, examples and benches.
const OTHER_NAMES: &[&str] =
    &["TIDEGATE_BENCH_BUILD", "TIDEGATE_DEEP", "TIDEGATE_SEED", "TIDEGATE_WFINSTANCES"];

impl Settings {
    /// The settings of the process's environment.
    pub(crate) fn from_environment() -> Result<Self> {
        Self::read(
            |name| std::env::var(name).ok(),
            std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()),
        )
    }

    fn read(
        get: impl Fn(&str) -> Option<String>,
        names: impl Iterator<Item = String>,
    ) -> Result<Self> {
        let setting = |name: &'static str| {
            debug_assert!(NAMES.iter().any(|(known, _)| *known == name), "{name} is not in NAMES");
            get(name).filter(|value| !value.is_empty()).map(|value| (name, value))
        };
        let database_url = match setting("TIDEGATE_DATABASE_URL") {
            Some((_, url)) => url,
            None => format!("sqlite:{}", home(&get)?.join("tidegate.db").display()),
        };
        Ok(Self {
            database_url,
            durability: parsed(setting("TIDEGATE_DURABILITY"), "full, process or none")?
                .unwrap_or_default(),
            log_level: parsed(
                setting("TIDEGATE_LOGGING_LEVEL"),
                "TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL or OFF",
            )?
            .unwrap_or_default(),
            log_format: parsed(setting("TIDEGATE_LOGGING_FORMAT"), "console or json")?
                .unwrap_or_default(),
            log_prints: flag(setting("TIDEGATE_LOGGING_LOG_PRINTS"), false)?,
            persist_results: flag(setting("TIDEGATE_RESULTS_PERSIST_BY_DEFAULT"), true)?,
            results_path: setting("TIDEGATE_RESULTS_LOCAL_STORAGE_PATH")
                .map(|(_, path)| PathBuf::from(path)),
            results_inline_limit: parsed(
                setting("TIDEGATE_RESULTS_INLINE_LIMIT"),
                "a whole number of bytes",
            )?
            .unwrap_or(1 << 20),
            task_retries: parsed(setting("TIDEGATE_TASKS_DEFAULT_RETRIES"), "a whole number")?
                .unwrap_or(0),
            task_retry_delay: seconds(setting("TIDEGATE_TASKS_DEFAULT_RETRY_DELAY_SECONDS"))?,
            refresh_cache: flag(setting("TIDEGATE_TASKS_REFRESH_CACHE"), false)?,
            default_no_cache: flag(setting("TIDEGATE_TASKS_DEFAULT_NO_CACHE"), false)?,
            disable_caching: flag(setting("TIDEGATE_TASKS_DISABLE_CACHING"), false)?,
            flow_retries: parsed(setting("TIDEGATE_FLOWS_DEFAULT_RETRIES"), "a whole number")?
                .unwrap_or(0),
            flow_retry_delay: seconds(setting("TIDEGATE_FLOWS_DEFAULT_RETRY_DELAY_SECONDS"))?,
            lease_term: lease_term(setting("TIDEGATE_LEASE_SECONDS"))?,
            shutdown_grace: length_of_time(setting("TIDEGATE_SHUTDOWN_GRACE_SECONDS"))?
                .unwrap_or(Duration::from_secs(5)),
            retention: Retention {
                age: length_of_time(setting("TIDEGATE_RETENTION_AGE"))?,
                count: parsed(setting("TIDEGATE_RETENTION_COUNT"), "a whole number")?,
            },
            unknown: names.filter(|name| is_unknown(name)).collect(),
        })
    }

    /// Warns of each name that looks like a setting and is none.
    pub(crate) fn warn_of_unknown_names(&self) {
        for name in &self.unknown {
            let nearest = nearest_name(name);
            tracing::warn!(
                target: "tidegate::settings",
                "{name} is not a setting and was ignored; did you mean {nearest}?"
            );
        }
    }
}

fn is_unknown(name: &str) -> bool {
    name.starts_with("TIDEGATE_")
        && !NAMES.iter().any(|(known, _)| *known == name)
        && !OTHER_NAMES.contains(&name)
}

/// The folder that `TIDEGATE_HOME` names, or `.tidegate` in the user's home.
fn home(get: impl Fn(&str) -> Option<String>) -> Result<PathBuf> {
    let set = |name| get(name).filter(|value: &String| !value.is_empty()).map(PathBuf::from);
    if let Some(home) = set("TIDEGATE_HOME") {
        return Ok(home);
    }
    set("HOME").or_else(|| set("USERPROFILE")).map(|home| home.join(".tidegate")).ok_or_else(|| {
        Error::configuration(
            "there is no home folder for the database: set TIDEGATE_HOME, or TIDEGATE_DATABASE_URL",
        )
    })
}

fn parsed<T: std::str::FromStr>(
    setting: Option<(&'static str, String)>,
    accepted: &str,
) -> Result<Option<T>> {
    let Some((name, value)) = setting else { return Ok(None) };
    match value.trim().parse() {
        Ok(parsed) => Ok(Some(parsed)),
        Err(_) => Err(unusable(name, &value, accepted)),
    }
}

fn flag(setting: Option<(&'static str, String)>, default: bool) -> Result<bool> {
    let Some((name, value)) = setting else { return Ok(default) };
    match &*value.trim().to_ascii_lowercase() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err(unusable(name, &value, "true or false")),
    }
}

fn seconds(setting: Option<(&'static str, String)>) -> Result<Duration> {
    length_of_time(setting).map(Option::unwrap_or_default)
}

fn length_of_time(setting: Option<(&'static str, String)>) -> Result<Option<Duration>> {
    let Some((name, value)) = setting else { return Ok(None) };
    duration::parse(value.trim())
        .map(Some)
        .map_err(|_| unusable(name, &value, "a number of seconds, or a text such as 1m30s"))
}

fn lease_term(setting: Option<(&'static str, String)>) -> Result<Duration> {
    let Some((name, value)) = setting else { return Ok(Lease::TERM) };
    duration::parse(value.trim())
        .ok()
        .filter(|term| *term >= Duration::from_secs(1))
        .ok_or_else(|| unusable(name, &value, "a number of seconds, at least 1"))
}

fn unusable(name: &str, value: &str, accepted: &str) -> Error {
    Error::configuration(format!(
        "{name} is set to `{value}`, which has no meaning: set it to {accepted}"
    ))
}

/// The known name that takes the fewest edits to reach.
fn nearest_name(name: &str) -> &'static str {
    NAMES
        .iter()
        .map(|(known, _)| *known)
        .min_by_key(|known| edits(name, known))
        .unwrap_or("TIDEGATE_HOME")
}

/// The Levenshtein distance of two texts.
fn edits(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.bytes().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests;
