//! What the settings of a process are: of all that say something, the one that goes before the others. It reads the environment and two
//! files, and writes nothing.

use std::path::{Path, PathBuf};

use super::file::{parse, sayings, text_of};
use super::profile::{LOCAL, Profiles};
use super::source::Source;
use super::table::{PROFILE, Setting, hint, is_unknown};
use super::{SettingValue, Settings};
use crate::error::{Error, Result};

/// The file in the current folder.
const FILE: &str = "tidegate.toml";

/// The key of the setting that says where profiles are.
pub(super) const HOME: &str = "home";

/// Where settings are looked for.
pub(super) struct Places<'a> {
    /// A variable of the environment.
    pub(super) get: &'a dyn Fn(&str) -> Option<String>,
    /// The names of all variables.
    pub(super) names: Vec<String>,
    /// The folder that is the current one, and whose file counts; none where no file is read at all.
    pub(super) folder: Option<PathBuf>,
    /// What the program says.
    pub(super) code: &'a [(&'static Setting, String)],
}

/// Something that says what a setting is.
struct Given {
    setting: &'static Setting,
    value: String,
    source: Source,
}

/// The settings of these places.
pub(super) fn load(places: &Places<'_>) -> Result<Settings> {
    let environment = |name: &str| (places.get)(name).filter(|value| !value.is_empty());
    let mut given: Vec<Given> = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
    if let Some(folder) = &places.folder {
        read_file(folder, &mut given, &mut unknown)?;
    }
    let mut profile = LOCAL.to_owned();
    let by_code = places.code.iter().find(|(setting, _)| setting.key() == HOME);
    let home = match by_code {
        Some((_, home)) => Some(PathBuf::from(home)),
        None => home(&environment, given.iter().find(|given| given.setting.key() == HOME)),
    };
    if let Some(home) = home.as_ref().filter(|_| places.folder.is_some()) {
        profile = read_profile(home, environment(PROFILE).as_deref(), &mut given, &mut unknown)?;
    }
    for setting in Setting::all() {
        if let Some(value) = environment(setting.name()) {
            given.push(Given { setting, value, source: Source::Environment });
        }
    }
    unknown.extend(
        places
            .names
            .iter()
            .filter(|name| is_unknown(name))
            .map(|name| format!("{name} is not a setting and was ignored{}", hint(name))),
    );
    for (setting, value) in places.code {
        given.push(Given { setting, value: value.clone(), source: Source::Code });
    }
    let values =
        Setting::all().iter().map(|setting| winner(setting, &given)).collect::<Result<_>>()?;
    let of_test = places.folder.is_none();
    Ok(Settings { values, profile, home, unknown, of_test })
}

/// What goes before all else that is said of a setting.
fn winner(setting: &'static Setting, given: &[Given]) -> Result<SettingValue> {
    let Some(last) = given.iter().rev().find(|given| given.setting == setting) else {
        return Ok(SettingValue { setting, value: None, source: Source::Default });
    };
    if !setting.fits(&last.value) {
        return Err(super::meaningless(setting, &last.value, &last.source));
    }
    Ok(SettingValue { setting, value: Some(last.value.clone()), source: last.source.clone() })
}

fn read_file(folder: &Path, given: &mut Vec<Given>, unknown: &mut Vec<String>) -> Result<()> {
    let Some(text) = text_of(&folder.join(FILE))? else { return Ok(()) };
    // As whoever looks at it from this folder calls it.
    let path = PathBuf::from(FILE);
    let sayings = sayings(&path, &text, &parse(&path, &text)?)?;
    if let Some(said) = sayings.said.iter().find(|said| said.setting.is_personal()) {
        return Err(Error::configuration(format!(
            "{FILE}:{}: {} is not said in a file that comes with a folder: set it in the environment or in a profile",
            said.line,
            said.setting.key()
        )));
    }
    given.extend(sayings.said.into_iter().map(|said| Given {
        setting: said.setting,
        value: said.value,
        source: Source::File { path: path.clone(), line: said.line },
    }));
    unknown.extend(sayings.unknown.iter().map(|(name, line)| ignored(name, &path, *line)));
    Ok(())
}

/// Reads the active profile, and gives its name.
fn read_profile(
    home: &Path,
    chosen: Option<&str>,
    given: &mut Vec<Given>,
    unknown: &mut Vec<String>,
) -> Result<String> {
    let profiles = Profiles::in_home(home)?;
    let profile = profiles.choose(chosen)?;
    let name = profile.name().to_owned();
    for (setting, value, line) in profile.said() {
        let place = line.map(|line| (profiles.path().to_owned(), line));
        if setting.key() == HOME {
            unknown.extend(line.map(|line| {
                format!(
                    "{}:{line}: {} was ignored: profiles are kept there, so it is set in the environment",
                    profiles.path().display(),
                    setting.name()
                )
            }));
            continue;
        }
        let source = Source::Profile { name: name.clone(), place };
        given.push(Given { setting, value: value.to_owned(), source });
    }
    unknown
        .extend(profile.unknown().iter().map(|(name, line)| ignored(name, profiles.path(), *line)));
    Ok(name)
}

fn ignored(name: &str, path: &Path, line: usize) -> String {
    format!("{}:{line}: {name} is not a setting and was ignored{}", path.display(), hint(name))
}

/// The folder that `TIDEGATE_HOME` names, or `.tidegate` in the user's home.
fn home(environment: &dyn Fn(&str) -> Option<String>, by_file: Option<&Given>) -> Option<PathBuf> {
    let of_user = || {
        let home = environment("HOME").or_else(|| environment("USERPROFILE"))?;
        Some(PathBuf::from(home).join(".tidegate"))
    };
    environment("TIDEGATE_HOME")
        .or_else(|| by_file.map(|given| given.value.clone()))
        .map(PathBuf::from)
        .or_else(of_user)
}

/// The folder that the environment of the process names, or the file in its folder.
pub(super) fn home_of_the_process() -> Result<PathBuf> {
    let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let (mut given, mut unknown) = (Vec::new(), Vec::new());
    read_file(&current_folder(), &mut given, &mut unknown)?;
    home(&environment, given.iter().find(|given| given.setting.key() == HOME)).ok_or_else(no_home)
}

/// The current folder, as a path that is right as long as it stays the current one.
pub(super) fn current_folder() -> PathBuf {
    PathBuf::from(".")
}

pub(super) fn no_home() -> Error {
    Error::configuration(
        "there is no home folder for the database: set TIDEGATE_HOME, or TIDEGATE_DATABASE_URL",
    )
}
