//! Setting up an engine: what is said here goes before all other settings.

use std::path::Path;
use std::sync::Arc;

use tidegate_core::{Clock, Store};

use crate::engine::{Context, DryRun, Engine};
use crate::error::{Error, Result};
use crate::log::{LevelFilter, ProgressDisplay, Shows};
use crate::redact::Redacting;
use crate::result::{
    Archive, IntoResultSerializer, IntoResultStorage, LocalFiles, MemoryStorage, ResultSerializer,
    ResultStorage,
};
use crate::retention::Retention;
#[cfg(feature = "sqlite")]
use crate::settings::Durability;
use crate::settings::{EngineSettings, Setting, Settings, hint};

/// Sets up an [`Engine`].
#[derive(Debug, Default)]
#[must_use = "a builder does nothing until `open` is called"]
pub struct EngineBuilder {
    database: Database,
    #[cfg(feature = "sqlite")]
    durability: Option<Durability>,
    clock: Option<Clock>,
    log_level: Option<LevelFilter>,
    progress: Option<ProgressDisplay>,
    result_storage: Option<Arc<dyn ResultStorage>>,
    known_storages: Vec<Arc<dyn ResultStorage>>,
    known_serializers: Vec<Arc<dyn ResultSerializer>>,
    retention: Option<Retention>,
    said: Vec<(String, String)>,
    #[cfg(feature = "testing")]
    settings: Option<Settings>,
}

#[derive(Debug, Default)]
enum Database {
    /// Where the settings say.
    #[default]
    FromSettings,
    Url(String),
    /// On a server.
    Api(String),
    Given(Arc<dyn Store>),
    None,
}

impl Engine {
    /// An engine to be set up.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }
}

impl EngineBuilder {
    /// Keeps records in this database: `sqlite:app.db`, `sqlite:/var/lib/app/runs.db` or `sqlite::memory:`.
    pub fn database(mut self, url: impl Into<String>) -> Self {
        self.database = Database::Url(url.into());
        self
    }

    /// Keeps records on a server, by the address of its API: `http://host:4200/api`. It is what `TIDEGATE_API_URL` says, and goes before every
    /// database that settings name. Needs the feature `remote`.
    ///
    /// What is acknowledged is durable on the server. While it cannot be reached, runs are held back and nothing is lost; what is sent again is
    /// recorded once.
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        self.database = Database::Api(url.into());
        self
    }

    /// Keeps records in a store of one's own.
    pub fn store(mut self, store: Arc<dyn Store>) -> Self {
        self.database = Database::Given(store);
        self
    }

    /// Keeps no records: runs have states, retries and log lines on the console, and no history.
    pub fn without_store(mut self) -> Self {
        self.database = Database::None;
        self
    }

    /// What an acknowledged record survives; see [`Durability`].
    #[cfg(feature = "sqlite")]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = Some(durability);
        self
    }

    /// The lowest level of log lines that are printed and stored, instead of `TIDEGATE_LOGGING_LEVEL`.
    pub fn log_level(mut self, level: LevelFilter) -> Self {
        self.log_level = Some(level);
        self
    }

    /// How people see how far long flow runs have got, instead of `TIDEGATE_PROGRESS`.
    pub fn progress(mut self, progress: ProgressDisplay) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Keeps results here that are not part of the record of their run: a folder by its path, or a storage. Otherwise
    /// `TIDEGATE_RESULTS_LOCAL_STORAGE_PATH` says where; or they go to a folder beside the database, `app.db.results` for `app.db`.
    pub fn result_storage(mut self, storage: impl IntoResultStorage) -> Self {
        self.result_storage = Some(storage.into_result_storage());
        self
    }

    /// Reads results from this storage too, where records name it. Those that the calls of this process write to are known anyway.
    pub fn known_result_storage(mut self, storage: impl IntoResultStorage) -> Self {
        self.known_storages.push(storage.into_result_storage());
        self
    }

    /// Reads results by this serializer too, where records name it. Those that the calls of this process write by are known anyway.
    pub fn known_result_serializer(mut self, serializer: impl IntoResultSerializer) -> Self {
        self.known_serializers.push(serializer.into_result_serializer());
        self
    }

    /// Which ended runs are kept, instead of `TIDEGATE_RETENTION_AGE` and `TIDEGATE_RETENTION_COUNT`; see [`Retention`].
    pub fn retention(mut self, retention: Retention) -> Self {
        self.retention = Some(retention);
        self
    }

    /// Says what a setting is, by its name or key, and goes before all others who say something about it. The more special methods go
    /// before this one.
    ///
    /// ```
    /// # fn main() -> tidegate::Result<()> {
    /// let engine = tidegate::Engine::builder()
    ///     .database("sqlite::memory:")
    ///     .setting("tasks.default_retries", 2)
    ///     .open()?;
    /// # Ok(()) }
    /// ```
    pub fn setting(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.said.push((name.into(), value.to_string()));
        self
    }

    /// The settings that [`open`](Self::open) would go by, and where each comes from. In a [test](macro@crate::test) those of the
    /// environment alone: it goes by no file of whoever runs it.
    ///
    /// # Errors
    ///
    /// A setting has no meaning.
    pub fn settings(&self) -> Result<Settings> {
        #[cfg(feature = "testing")]
        if let Some(settings) = &self.settings {
            return Ok(settings.clone());
        }
        let mut code = Vec::new();
        for (name, value) in &self.said {
            let setting = Setting::find(name).ok_or_else(|| {
                Error::configuration(format!("`{name}` is not a setting{}", hint(name)))
            })?;
            code.push((setting, value.clone()));
        }
        let mut say = |name: &str, value: Option<String>| {
            code.extend(Setting::find(name).zip(value));
        };
        if let Database::Url(url) = &self.database {
            say("database.url", Some(url.clone()));
        }
        if let Database::Api(url) = &self.database {
            say("api.url", Some(url.clone()));
        }
        say("logging.level", self.log_level.map(|level| level.to_string()));
        say("progress", self.progress.map(|progress| progress.to_string()));
        #[cfg(feature = "sqlite")]
        say("durability", self.durability.map(|durability| durability.to_string()));
        if let Some(Retention { age, count }) = self.retention {
            // A text can say no more than a few hundred billion years, which is for ever.
            let age = age.map(|age| format!("{}ms", age.as_millis()));
            say("retention.age", age.filter(|age| crate::duration::parse(age).is_ok()));
            say("retention.count", count.map(|count| count.to_string()));
        }
        settings_here(&code)
    }

    /// Goes by these settings and no others.
    #[cfg(feature = "testing")]
    pub(crate) fn with_settings(mut self, settings: Settings) -> Self {
        self.settings = Some(settings);
        self
    }

    /// The clock that states are stamped by.
    #[cfg(feature = "testing")]
    pub(crate) fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Opens the engine. Reads files, so an async program calls it once, at its start.
    ///
    /// # Errors
    ///
    /// A setting has no meaning; or the database cannot be opened, in which case the error names its path and says what to do.
    pub fn open(self) -> Result<Engine> {
        let mut settings = EngineSettings::of(&self.settings()?)?;
        if let Some(level) = self.log_level {
            settings.log_level = level;
        }
        #[cfg(feature = "sqlite")]
        if let Some(durability) = self.durability {
            settings.durability = durability;
        }
        if let Some(retention) = self.retention {
            settings.retention = retention;
        }
        let store = open_store(self.database, &settings)?.map(Redacting::around);
        let beside = beside(store.as_deref());
        let given = self.result_storage.or_else(|| {
            settings.results_path.clone().map(|path| Arc::new(LocalFiles::new(path)) as _)
        });
        let storages = beside.iter().cloned().chain(self.known_storages).collect();
        let archive = Archive::new(given.or(beside), storages, self.known_serializers);
        crate::subscriber::install(settings.log_level, settings.log_format);
        settings.warn_of_unknown_names();
        // A test waits an hour of paused time, and has nobody to look at it.
        let unsaid = if settings.of_test { ProgressDisplay::Off } else { ProgressDisplay::Auto };
        let progress = self.progress.or(settings.progress).unwrap_or(unsaid);
        let shows = progress.shows(settings.log_level, crate::subscriber::has_own_console());
        let clock = self.clock.unwrap_or(Clock::system());
        Ok(Engine::assemble(store, settings, clock, archive, shows, None))
    }
}

/// The settings of the calling code, where the program says this.
pub(crate) fn settings_here(code: &[(&'static Setting, String)]) -> Result<Settings> {
    let in_test = Context::with(|context| {
        context.engine.as_ref().is_some_and(|engine| engine.settings().of_test)
    });
    if in_test == Some(true) { Settings::of_test(code) } else { Settings::load_with(code) }
}

/// An engine for one dry run: it says nothing, and what it keeps is thrown away with it.
pub(crate) fn open_dry() -> Result<Engine> {
    let mut settings = EngineSettings::of(&settings_here(&[])?)?;
    settings.log_level = LevelFilter::OFF;
    let in_memory = Database::Url("sqlite::memory:".to_owned());
    let database = if cfg!(feature = "sqlite") { in_memory } else { Database::None };
    let store = open_store(database, &settings)?;
    let archive = Archive::new(beside(None), Vec::new(), Vec::new());
    let (clock, dry_run) = (Clock::system(), Some(DryRun::default()));
    Ok(Engine::assemble(store, settings, clock, archive, Shows::Nothing, dry_run))
}

/// Where results go that were told no other place: to a folder beside the database, or to memory where records do. Records do not
/// name the path of that folder, so that it can be moved with its database.
fn beside(store: Option<&dyn Store>) -> Option<Arc<dyn ResultStorage>> {
    let location = store.map_or_else(|| "memory".to_owned(), |store| store.info().location);
    if location == "memory" {
        return Some(Arc::new(MemoryStorage::named("memory")));
    }
    let folder = format!("{location}.results");
    Path::new(&location)
        .is_file()
        .then(|| Arc::new(LocalFiles::named("beside the database", folder)) as _)
}

/// Opens what is said in the code, or else the server that the settings name, or else their database.
fn open_store(database: Database, settings: &EngineSettings) -> Result<Option<Arc<dyn Store>>> {
    match database {
        Database::None => Ok(None),
        Database::Given(store) => Ok(Some(store)),
        Database::Url(url) => open_database(&url, settings).map(Some),
        Database::Api(url) => connect(&url, settings).map(Some),
        Database::FromSettings => match &settings.api_url {
            Some(url) => connect(url, settings).map(Some),
            None if cfg!(feature = "sqlite") => {
                open_database(&settings.database_url, settings).map(Some)
            }
            None => Ok(None),
        },
    }
}

#[cfg(feature = "sqlite")]
fn open_database(url: &str, settings: &EngineSettings) -> Result<Arc<dyn Store>> {
    let open = || {
        let mut options = tidegate_store::Options::from_url(url)?;
        options.durability = settings.durability;
        tidegate_store::Sqlite::open(options)
    };
    let store = open().map_err(|error| Error::store(None, error))?;
    Ok(Arc::new(store))
}

#[cfg(not(feature = "sqlite"))]
fn open_database(url: &str, _settings: &EngineSettings) -> Result<Arc<dyn Store>> {
    Err(Error::configuration(format!(
        "`{url}` cannot be opened: this build of Tidegate has no database; enable its feature `sqlite`"
    )))
}

#[cfg(feature = "remote")]
fn connect(url: &str, settings: &EngineSettings) -> Result<Arc<dyn Store>> {
    let mut options = tidegate_remote::Options::new();
    if let Some(text) = &settings.api_auth_string {
        options = options.auth_string(text);
    }
    if let Some(key) = &settings.api_key {
        options = options.api_key(key);
    }
    options.certificates.clone_from(&settings.api_certificates);
    let store = tidegate_remote::Remote::connect(url, options);
    Ok(Arc::new(store.map_err(|error| Error::store(None, error))?))
}

#[cfg(not(feature = "remote"))]
fn connect(url: &str, _settings: &EngineSettings) -> Result<Arc<dyn Store>> {
    Err(Error::configuration(format!(
        "records cannot be kept on the server {url}: this build of Tidegate has no client; enable its feature `remote`"
    )))
}
