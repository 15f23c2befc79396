//! Settings: what is said outside of code about how an engine works, where each value comes from, and profiles. A value that has no
//! meaning is an error that names it; a name that nobody knows is a warning.
//!
//! Of those that say something about a setting, the last of these counts:
//!
//! 1. the default,
//! 2. the file `tidegate.toml` in the current folder (not in the folders around it),
//! 3. the active profile, in `profiles.toml` in the folder `TIDEGATE_HOME`,
//! 4. the environment,
//! 5. the program, by [`EngineBuilder`](crate::EngineBuilder).
//!
//! ```toml
//! # tidegate.toml
//! durability = "process"
//!
//! [logging]
//! level = "DEBUG"
//! ```
//!
//! ```
//! # fn main() -> tidegate::Result<()> {
//! use tidegate::Engine;
//! use tidegate::settings::Source;
//!
//! let settings = Engine::builder().setting("logging.level", "WARNING").settings()?;
//! let level = settings.get("logging.level").unwrap();
//! assert_eq!((level.shown(), level.source()), ("WARNING", &Source::Code));
//! # Ok(()) }
//! ```

mod edit;
mod engine;
mod file;
mod load;
mod profile;
#[cfg(feature = "server")]
mod server;
mod source;
mod table;

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

pub(crate) use engine::EngineSettings;
pub use profile::{Profile, Profiles};
pub use source::Source;
pub(crate) use table::hint;
#[cfg(all(feature = "cli", feature = "server"))]
pub(crate) use table::parse_host;
pub use table::{Setting, nearest};
pub use tidegate_core::store::Durability;

/// What is shown of a secret.
const HIDDEN: &str = "******";

/// The settings of a process.
#[derive(Clone, Debug)]
pub struct Settings {
    values: Vec<SettingValue>,
    profile: String,
    home: Option<PathBuf>,
    unknown: Vec<String>,
    /// Whether they are those of a test, which reads no files.
    of_test: bool,
}

/// What a setting is, and who says so.
#[derive(Clone)]
pub struct SettingValue {
    setting: &'static Setting,
    value: Option<String>,
    source: Source,
}

impl Settings {
    /// The settings of this process: those of the file in the current folder, the active profile and the environment.
    ///
    /// # Errors
    ///
    /// A value has no meaning, a file cannot be read or is no TOML, or there is no such profile. The error names the file, the line and
    /// the setting, and says what is accepted.
    pub fn load() -> Result<Self> {
        Self::of_process(&[], Some(load::current_folder()))
    }

    /// The settings of this process, where the program says this.
    pub(crate) fn load_with(code: &[(&'static Setting, String)]) -> Result<Self> {
        Self::of_process(code, Some(load::current_folder()))
    }

    /// Those of a test, which goes by no file of whoever runs it.
    pub(crate) fn of_test(code: &[(&'static Setting, String)]) -> Result<Self> {
        Self::of_process(code, None)
    }

    fn of_process(code: &[(&'static Setting, String)], folder: Option<PathBuf>) -> Result<Self> {
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect();
        load::load(&load::Places { get: &|name| std::env::var(name).ok(), names, folder, code })
    }

    /// The setting of this name or key: `TIDEGATE_LOGGING_LEVEL` or `logging.level`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&SettingValue> {
        self.values.iter().find(|value| value.setting.name() == name || value.setting.key() == name)
    }

    /// Every setting, in the order of [`Setting::all`].
    pub fn iter(&self) -> impl Iterator<Item = &SettingValue> {
        self.values.iter()
    }

    /// The name of the active profile.
    #[must_use]
    pub fn profile(&self) -> &str {
        &self.profile
    }

    /// The folder for the default database and for profiles, if there is one.
    #[must_use]
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// What looks like a setting and is none: a sentence for each, with the nearest name.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.unknown
    }

    /// What is said of a setting, secret or not; none where nobody says anything.
    pub(crate) fn said(&self, name: &'static str) -> Option<&SettingValue> {
        let value = self.get(name);
        debug_assert!(value.is_some(), "{name} is not in the table of settings");
        value.filter(|value| value.value.is_some())
    }
}

impl SettingValue {
    /// The setting.
    #[must_use]
    pub fn setting(&self) -> &'static Setting {
        self.setting
    }

    /// Its value for people: of one that nobody has set, the default; of a secret, stars.
    #[must_use]
    pub fn shown(&self) -> &str {
        match &self.value {
            Some(value) => shown(self.setting, value),
            None => self.setting.default_text(),
        }
    }

    /// Where the value comes from.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The value itself.
    pub(crate) fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }
}

/// Without the value of a secret.
impl std::fmt::Debug for SettingValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SettingValue")
            .field("setting", &self.setting.name())
            .field("value", &self.shown())
            .field("source", &self.source)
            .finish()
    }
}

fn shown<'a>(setting: &Setting, value: &'a str) -> &'a str {
    if setting.is_secret() { HIDDEN } else { value }
}

/// The error of a value that has no meaning.
fn meaningless(setting: &Setting, value: &str, source: &Source) -> Error {
    let (value, accepts) = (shown(setting, value), setting.accepts());
    let (place, name) = match source.place() {
        Some((path, line)) => (format!("{}:{line}: ", path.display()), setting.key()),
        None => (String::new(), setting.name()),
    };
    Error::configuration(format!(
        "{place}{name} is set to `{value}`, which has no meaning: set it to {accepts}"
    ))
}

#[cfg(test)]
mod tests;
