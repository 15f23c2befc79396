//! The settings of an engine as values of their types. Which value counts was decided before.

#[cfg(feature = "server")]
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use tidegate_core::Lease;

use super::load::no_home;
#[cfg(feature = "server")]
use super::server::{Login, ServerSettings, listed};
use super::table::parse_flag;
#[cfg(feature = "server")]
use super::table::parse_host;
use super::{Durability, Settings, meaningless};
use crate::duration;
use crate::error::Result;
use crate::log::{Format, LevelFilter, ProgressDisplay};
use crate::retention::Retention;

/// What an engine goes by.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(all(feature = "sqlite", feature = "remote")),
    allow(
        dead_code,
        reason = "without SQLite there is no database to open, and without a client no server"
    )
)]
pub(crate) struct EngineSettings {
    pub(crate) database_url: String,
    /// The server that records are kept on, instead of that database.
    pub(crate) api_url: Option<String>,
    pub(crate) api_key: Option<String>,
    pub(crate) api_auth_string: Option<String>,
    /// By which certificates that server is trusted.
    pub(crate) api_certificates: Option<PathBuf>,
    pub(crate) durability: Durability,
    pub(crate) log_level: LevelFilter,
    pub(crate) log_format: Format,
    pub(crate) log_prints: bool,
    pub(crate) progress: Option<ProgressDisplay>,
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
    #[cfg(feature = "server")]
    pub(crate) server: ServerSettings,
    /// Whether they are those of a test, which reads no files.
    pub(crate) of_test: bool,
    /// What looks like a setting and is none.
    warnings: Vec<String>,
}

impl EngineSettings {
    /// Reads what is said.
    pub(crate) fn of(settings: &Settings) -> Result<Self> {
        let said = Said(settings);
        let database_url =
            match settings.said("TIDEGATE_DATABASE_URL").and_then(|said| said.value()) {
                Some(url) => url.to_owned(),
                None => {
                    let home = settings.home().ok_or_else(no_home)?;
                    format!("sqlite:{}", home.join("tidegate.db").display())
                }
            };
        Ok(Self {
            database_url,
            api_url: said.text("TIDEGATE_API_URL")?,
            api_key: said.text("TIDEGATE_API_KEY")?,
            api_auth_string: said.text("TIDEGATE_API_AUTH_STRING")?,
            api_certificates: said
                .read("TIDEGATE_API_SSL_CERT_FILE", |path| Some(PathBuf::from(path)))?,
            durability: said.parsed("TIDEGATE_DURABILITY")?.unwrap_or_default(),
            log_level: said.parsed("TIDEGATE_LOGGING_LEVEL")?.unwrap_or_default(),
            log_format: said.parsed("TIDEGATE_LOGGING_FORMAT")?.unwrap_or_default(),
            log_prints: said.flag("TIDEGATE_LOGGING_LOG_PRINTS")?.unwrap_or(false),
            progress: said.parsed("TIDEGATE_PROGRESS")?,
            persist_results: said.flag("TIDEGATE_RESULTS_PERSIST_BY_DEFAULT")?.unwrap_or(true),
            results_path: said
                .read("TIDEGATE_RESULTS_LOCAL_STORAGE_PATH", |path| Some(PathBuf::from(path)))?,
            results_inline_limit: said.parsed("TIDEGATE_RESULTS_INLINE_LIMIT")?.unwrap_or(1 << 20),
            task_retries: said.parsed("TIDEGATE_TASKS_DEFAULT_RETRIES")?.unwrap_or(0),
            task_retry_delay: said
                .length_of_time("TIDEGATE_TASKS_DEFAULT_RETRY_DELAY_SECONDS")?
                .unwrap_or_default(),
            refresh_cache: said.flag("TIDEGATE_TASKS_REFRESH_CACHE")?.unwrap_or(false),
            default_no_cache: said.flag("TIDEGATE_TASKS_DEFAULT_NO_CACHE")?.unwrap_or(false),
            disable_caching: said.flag("TIDEGATE_TASKS_DISABLE_CACHING")?.unwrap_or(false),
            flow_retries: said.parsed("TIDEGATE_FLOWS_DEFAULT_RETRIES")?.unwrap_or(0),
            flow_retry_delay: said
                .length_of_time("TIDEGATE_FLOWS_DEFAULT_RETRY_DELAY_SECONDS")?
                .unwrap_or_default(),
            lease_term: said.length_of_time("TIDEGATE_LEASE_SECONDS")?.unwrap_or(Lease::TERM),
            shutdown_grace: said
                .length_of_time("TIDEGATE_SHUTDOWN_GRACE_SECONDS")?
                .unwrap_or(Duration::from_secs(5)),
            retention: Retention {
                age: said.length_of_time("TIDEGATE_RETENTION_AGE")?,
                count: said.parsed("TIDEGATE_RETENTION_COUNT")?,
            },
            #[cfg(feature = "server")]
            server: ServerSettings {
                host: said
                    .read("TIDEGATE_SERVER_HOST", parse_host)?
                    .unwrap_or(Ipv4Addr::LOCALHOST.into()),
                port: said.parsed("TIDEGATE_SERVER_PORT")?.unwrap_or(4200),
                allowed_hosts: said
                    .read("TIDEGATE_SERVER_ALLOWED_HOSTS", |names| Some(listed(names)))?
                    .unwrap_or_default(),
                auth: said.read("TIDEGATE_SERVER_AUTH", |auth| Some(Login::new(auth)))?,
            },
            of_test: settings.of_test,
            warnings: settings.warnings().to_vec(),
        })
    }

    /// Warns of each name that looks like a setting and is none.
    pub(crate) fn warn_of_unknown_names(&self) {
        for warning in &self.warnings {
            tracing::warn!(target: "tidegate::settings", "{warning}");
        }
    }
}

/// What is said, read by type.
struct Said<'a>(&'a Settings);

impl Said<'_> {
    fn read<T>(&self, name: &'static str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
        let Some(said) = self.0.said(name) else { return Ok(None) };
        let value = said.value().unwrap_or_default();
        let read = read(value.trim());
        read.map(Some).ok_or_else(|| meaningless(said.setting(), value, said.source()))
    }

    fn parsed<T: FromStr>(&self, name: &'static str) -> Result<Option<T>> {
        self.read(name, |value| value.parse().ok())
    }

    /// A text that says nothing is as one that is not there.
    fn text(&self, name: &'static str) -> Result<Option<String>> {
        let text = self.read(name, |text| Some(text.to_owned()))?;
        Ok(text.filter(|text| !text.is_empty()))
    }

    fn flag(&self, name: &'static str) -> Result<Option<bool>> {
        self.read(name, parse_flag)
    }

    fn length_of_time(&self, name: &'static str) -> Result<Option<Duration>> {
        self.read(name, |value| duration::parse(value).ok())
    }
}
