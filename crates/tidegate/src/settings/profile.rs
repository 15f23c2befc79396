//! Profiles: sets of settings by name in `profiles.toml`, of which one is active. What is changed here is changed in the text of the
//! file, so that comments stay; whether a value has a meaning is asked before it is written.

use std::fmt;
use std::path::{Path, PathBuf};

use toml_span::value::{Table, ValueInner};

use super::edit;
use super::file::{Said, Sayings, line_of, parse, sayings, text_of};
use super::load::HOME;
use super::table::{PROFILE, Setting};
use crate::error::{Error, Result};

/// The file in `TIDEGATE_HOME`.
const FILE: &str = "profiles.toml";

/// The profile that is active where none is chosen.
pub(super) const LOCAL: &str = "local";

/// Keeps runs as long as the process lives.
const EPHEMERAL: &str = "ephemeral";

/// Profiles that are there without a file, and what they say.
const BUILT_IN: &[(&str, &[(&str, &str)])] =
    &[(EPHEMERAL, &[("TIDEGATE_DATABASE_URL", "sqlite::memory:")]), (LOCAL, &[])];

/// A set of settings by name.
#[derive(Clone, PartialEq)]
pub struct Profile {
    name: String,
    sayings: Sayings,
    is_built_in: bool,
    is_in_file: bool,
}

/// The profiles of this user: those in the file `profiles.toml` in `TIDEGATE_HOME`, and those that are built in, `ephemeral` and `local`.
///
/// ```toml
/// active = "local"
///
/// [profiles.local]
/// TIDEGATE_LOGGING_LEVEL = "DEBUG"
///
/// [profiles.nightly]
/// database.url = "sqlite:/srv/nightly.db"
/// ```
///
/// What is changed is written by [`save`](Profiles::save).
///
/// ```
/// # fn main() -> tidegate::Result<()> {
/// use tidegate::settings::{Profiles, Setting};
///
/// # let folder = tempfile::tempdir().unwrap();
/// let mut profiles = Profiles::at(folder.path().join("profiles.toml"))?;
/// profiles.create("nightly", None)?;
/// profiles.set("nightly", Setting::find("logging.level").unwrap(), "WARNING")?;
/// profiles.activate("nightly")?;
/// profiles.save()?;
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq)]
pub struct Profiles {
    path: PathBuf,
    text: String,
    chosen: Option<(String, usize)>,
    profiles: Vec<Profile>,
}

impl Profile {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is there without a file.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        self.is_built_in
    }

    /// What it says of which setting, as far as it can be shown.
    pub fn settings(&self) -> impl Iterator<Item = (&'static Setting, &str)> {
        self.said().map(|(setting, value, _)| (setting, super::shown(setting, value)))
    }

    /// What it says, with the line in the file. What the file says goes before what comes with the profile.
    pub(super) fn said(&self) -> impl Iterator<Item = (&'static Setting, &str, Option<usize>)> {
        let built_in = BUILT_IN.iter().find(|(name, _)| *name == self.name);
        let built_in = built_in.map_or(&[][..], |(_, values)| values);
        let is_said = |name: &str| self.sayings.said.iter().any(|said| said.setting.name() == name);
        let own = built_in
            .iter()
            .filter(move |(name, _)| !is_said(name))
            .filter_map(|(name, value)| Setting::find(name).map(|setting| (setting, *value, None)));
        let in_file =
            self.sayings.said.iter().map(|said| (said.setting, &*said.value, Some(said.line)));
        own.chain(in_file)
    }

    pub(super) fn unknown(&self) -> &[(String, usize)] {
        &self.sayings.unknown
    }

    fn said_of(&self, setting: &Setting) -> Option<&Said> {
        self.sayings.said.iter().find(|said| said.setting == setting)
    }
}

impl Profiles {
    /// The profiles in the folder that `TIDEGATE_HOME` names.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or a line of it has no meaning.
    pub fn load() -> Result<Self> {
        Self::at(super::load::home_of_the_process()?.join(FILE))
    }

    /// The profiles in the file at this path, which need not exist.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or a line of it has no meaning.
    pub fn at(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let text = text_of(&path)?.unwrap_or_default();
        Self::of(path, text)
    }

    pub(super) fn in_home(home: &Path) -> Result<Self> {
        Self::at(home.join(FILE))
    }

    fn of(path: PathBuf, text: String) -> Result<Self> {
        let document = parse(&path, &text)?;
        let wrong = |place: usize, what: &str| {
            let line = line_of(&text, place);
            Err(Error::configuration(format!("{}:{line}: {what}", path.display())))
        };
        let (mut chosen, mut found) = (None, Vec::new());
        for (key, value) in &document {
            match (&*key.name, value.as_ref()) {
                ("active", ValueInner::String(name)) => {
                    chosen = Some((name.to_string(), line_of(&text, value.span.start)));
                }
                ("active", _) => return wrong(key.span.start, "`active` is the name of a profile"),
                ("profiles", ValueInner::Table(tables)) => {
                    for (key, value) in tables {
                        let ValueInner::Table(table) = value.as_ref() else {
                            let what = "a profile is a table, such as [profiles.local]";
                            return wrong(key.span.start, what);
                        };
                        found.push(profile(&path, &text, &key.name, table)?);
                    }
                }
                _ => {
                    let what = format!(
                        "`{}` has no meaning here: write `active = \"..\"`, and profiles such as [profiles.local]",
                        key.name
                    );
                    return wrong(key.span.start, &what);
                }
            }
        }
        drop(document);
        for (name, _) in BUILT_IN {
            if !found.iter().any(|profile| profile.name == *name) {
                found.push(Profile {
                    name: (*name).to_owned(),
                    sayings: Sayings::default(),
                    is_built_in: true,
                    is_in_file: false,
                });
            }
        }
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Self { path, text, chosen, profiles: found })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The name of the profile that the file makes active: `local`, where it says none. `TIDEGATE_PROFILE` goes before it.
    #[must_use]
    pub fn active(&self) -> &str {
        self.chosen.as_ref().map_or(LOCAL, |(name, _)| name)
    }

    /// The profile that is active in this process: the one that `TIDEGATE_PROFILE` names, or that the file makes active.
    ///
    /// # Errors
    ///
    /// There is no such profile.
    pub fn active_here(&self) -> Result<&Profile> {
        let by_environment = std::env::var(PROFILE).ok().filter(|name| !name.is_empty());
        self.choose(by_environment.as_deref())
    }

    /// Every profile, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.iter()
    }

    /// The profile of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name)
    }

    /// The active profile: the one of this name, which the environment has chosen, or the one that the file has.
    pub(super) fn choose(&self, by_environment: Option<&str>) -> Result<&Profile> {
        let name = by_environment.unwrap_or_else(|| self.active());
        self.get(name).ok_or_else(|| {
            let by = match (by_environment, &self.chosen) {
                (Some(_), _) => "TIDEGATE_PROFILE is".to_owned(),
                (None, Some((_, line))) => format!("{}:{line}: `active` is", self.path.display()),
                (None, None) => "the profile is".to_owned(),
            };
            Error::configuration(format!("{by} set to `{name}`, {}", self.none_such()))
        })
    }

    fn none_such(&self) -> String {
        let names: Vec<&str> = self.profiles.iter().map(|profile| &*profile.name).collect();
        format!(
            "and there is no such profile in {}: there are {}",
            self.path.display(),
            names.join(", ")
        )
    }

    fn require(&self, name: &str) -> Result<&Profile> {
        self.get(name).ok_or_else(|| {
            Error::configuration(format!("`{name}` was asked for, {}", self.none_such()))
        })
    }

    /// Adds a profile: one that says nothing, or what another says.
    ///
    /// # Errors
    ///
    /// There is one of this name, or none of the other; or none can have the name.
    pub fn create(&mut self, name: &str, like: Option<&str>) -> Result<()> {
        self.check_new(name)?;
        let mut lines = format!("[profiles.{name}]\n");
        if let Some(like) = like {
            for (setting, value, _) in self.require(like)?.said() {
                lines.push_str(&edit::line(setting.name(), value));
            }
        }
        self.change(edit::append(&self.text, &lines), |after| after.get(name).is_some())
    }

    /// Makes a profile the active one.
    ///
    /// # Errors
    ///
    /// There is none of this name.
    pub fn activate(&mut self, name: &str) -> Result<()> {
        self.require(name)?;
        let line = self.chosen.as_ref().map(|(_, line)| *line);
        self.change(edit::activate(&self.text, line, name), |after| after.active() == name)
    }

    /// Deletes a profile; one that is built in has what it came with afterwards.
    ///
    /// # Errors
    ///
    /// There is none of this name in the file, or it is the active one.
    pub fn delete(&mut self, name: &str) -> Result<()> {
        let found = self.require(name)?;
        if !found.is_in_file {
            return Err(Error::configuration(format!(
                "the profile '{name}' is built in, and cannot be deleted"
            )));
        }
        if self.active() == name && !found.is_built_in {
            return Err(Error::configuration(format!(
                "the profile '{name}' is active: make another the active one, and delete it then"
            )));
        }
        let changed = edit::remove_sections(&self.text, name);
        self.change(changed, |after| after.get(name).is_none_or(|profile| !profile.is_in_file))
    }

    /// Gives a profile another name. The active one stays active.
    ///
    /// # Errors
    ///
    /// There is none of this name in the file, or one of the new name; or none can have that.
    pub fn rename(&mut self, name: &str, new: &str) -> Result<()> {
        self.check_new(new)?;
        let found = self.require(name)?;
        if found.is_built_in {
            return Err(Error::configuration(format!(
                "the profile '{name}' is built in, and keeps its name: create one that is like it"
            )));
        }
        let mut changed = edit::rename_sections(&self.text, name, new);
        if let Some((_, line)) = self.chosen.as_ref().filter(|(chosen, _)| chosen == name) {
            changed = edit::activate(&changed, Some(*line), new);
        }
        self.change(changed, |after| after.get(name).is_none() && after.get(new).is_some())
    }

    /// Has a profile say this of a setting.
    ///
    /// # Errors
    ///
    /// There is no such profile, the value has no meaning, or the setting is one that no profile has.
    pub fn set(&mut self, name: &str, setting: &'static Setting, value: &str) -> Result<()> {
        let found = self.require(name)?;
        if setting.key() == HOME {
            return Err(Error::configuration(format!(
                "{} cannot be set in a profile, since profiles are kept there: set it in the environment",
                setting.name()
            )));
        }
        if !setting.fits(value) {
            return Err(super::meaningless(setting, value, &super::Source::Code));
        }
        let changed = match (found.said_of(setting), found.is_in_file) {
            (Some(said), _) => edit::replace(&self.text, said.at.clone(), value),
            (None, true) => edit::insert(&self.text, name, &edit::line(setting.name(), value)),
            (None, false) => {
                let lines = format!("[profiles.{name}]\n{}", edit::line(setting.name(), value));
                edit::append(&self.text, &lines)
            }
        };
        let says = |after: &Self| {
            after
                .get(name)
                .and_then(|profile| profile.said_of(setting))
                .map(|said| said.value.clone())
        };
        self.change(changed, |after| says(after).as_deref() == Some(value))
    }

    /// Has a profile say nothing of a setting; whether it did before.
    ///
    /// # Errors
    ///
    /// There is no such profile.
    pub fn unset(&mut self, name: &str, setting: &'static Setting) -> Result<bool> {
        let Some(said) = self.require(name)?.said_of(setting) else { return Ok(false) };
        let changed = edit::remove_line(&self.text, said.at.start);
        self.change(changed, |after| {
            after.get(name).is_some_and(|profile| profile.said_of(setting).is_none())
        })?;
        Ok(true)
    }

    /// Writes the file: as a whole, and for nobody else to read, since it may hold secrets.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn save(&self) -> Result<()> {
        edit::write(&self.path, &self.text).map_err(|error| {
            Error::configuration(format!(
                "the profiles cannot be written to {}: {error}",
                self.path.display()
            ))
        })
    }

    fn check_new(&self, name: &str) -> Result<()> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if name.is_empty() || !name.chars().all(allowed) {
            return Err(Error::configuration(format!(
                "a profile cannot be called `{name}`: write letters, digits, `-` and `_`"
            )));
        }
        if self.get(name).is_some() {
            return Err(Error::configuration(format!("there is a profile '{name}' already")));
        }
        Ok(())
    }

    /// Takes a changed text, if it says what it should: a file may be written in ways that only people can change.
    fn change(&mut self, text: String, is_done: impl FnOnce(&Self) -> bool) -> Result<()> {
        match Self::of(self.path.clone(), text) {
            Ok(after) if is_done(&after) => {
                *self = after;
                Ok(())
            }
            Ok(_) | Err(_) => Err(Error::configuration(format!(
                "{} is written in a way that only people can change: change it by hand",
                self.path.display()
            ))),
        }
    }
}

/// Without the values of secrets.
impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.settings().map(|(setting, value)| (setting.key(), value));
        f.debug_struct("Profile")
            .field("name", &self.name)
            .field("settings", &shown.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// Without the text of the file, which may hold secrets.
impl fmt::Debug for Profiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Profile::name).collect();
        f.debug_struct("Profiles")
            .field("path", &self.path)
            .field("names", &names)
            .finish_non_exhaustive()
    }
}

fn profile(path: &Path, text: &str, name: &str, table: &Table<'_>) -> Result<Profile> {
    Ok(Profile {
        name: name.to_owned(),
        sayings: sayings(path, text, table)?,
        is_built_in: BUILT_IN.iter().any(|(known, _)| *known == name),
        is_in_file: true,
    })
}
