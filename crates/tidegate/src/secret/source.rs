//! Where the keys come from: the environment, a file or a command, and exactly one of them. That there is no key is an error which says
//! how to make one.

use std::fmt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{Keyring, command, file};
use crate::builder::settings_here;
use crate::error::{Error, Result};

pub(super) const KEY: &str = "TIDEGATE_ENCRYPTION_KEY";
pub(super) const KEY_FILE: &str = "TIDEGATE_ENCRYPTION_KEY_FILE";
pub(super) const KEY_COMMAND: &str = "TIDEGATE_ENCRYPTION_KEY_COMMAND";

/// Where keys were read from, as errors name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The variable of the environment.
    Environment,
    /// A file.
    File(PathBuf),
    /// What a command prints.
    Command,
    /// Nowhere: it was made by this process, for itself.
    Process,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str(KEY),
            Self::File(path) => write!(f, "the key file {}", path.display()),
            Self::Command => write!(f, "what the command in {KEY_COMMAND} prints"),
            Self::Process => f.write_str("this process"),
        }
    }
}

/// Reads the keys for the database at `database`.
pub(super) fn read(database: Option<&Path>) -> Result<Keyring> {
    let settings = settings_here(&[])?;
    let said = |name: &str| settings.get(name).and_then(|said| said.value()).map(ToOwned::to_owned);
    read_from(|name| said(name).or_else(|| std::env::var(name).ok()), database)
}

pub(super) fn read_from(
    get: impl Fn(&str) -> Option<String>,
    database: Option<&Path>,
) -> Result<Keyring> {
    let setting = |name| get(name).filter(|value| !value.trim().is_empty());
    let set: Vec<_> = [KEY, KEY_FILE, KEY_COMMAND]
        .into_iter()
        .filter_map(|name| Some((name, Zeroizing::new(setting(name)?))))
        .collect();
    match &*set {
        [] => {
            let place = default_file(&get);
            match &place {
                Some(path) if path.exists() => from_file(path, database),
                Some(_) | None => Err(no_key(place.as_deref())),
            }
        }
        [(KEY, text)] => Keyring::read(text, Source::Environment),
        [(KEY_FILE, path)] => from_file(Path::new(path.trim()), database),
        [(_, command)] => {
            let printed = command::run(command, command::LIMIT)?;
            Keyring::read(&printed, Source::Command)
        }
        [(first, _), (second, _), ..] => Err(Error::configuration(format!(
            "{first} and {second} are both set, so it is not clear where the key for secrets is: unset one of them"
        ))),
    }
}

fn from_file(path: &Path, database: Option<&Path>) -> Result<Keyring> {
    let text = file::read(path, database)?;
    Keyring::read(&text, Source::File(path.to_owned()))
}

/// Where the key is looked for when no setting says: in the folder for settings of the user.
fn default_file(get: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let set = |name| get(name).filter(|value: &String| !value.is_empty()).map(PathBuf::from);
    let folder = set("XDG_CONFIG_HOME")
        .or_else(|| set("APPDATA"))
        .or_else(|| set("HOME").map(|home| home.join(".config")))?;
    Some(folder.join("tidegate").join("encryption.key"))
}

fn no_key(place: Option<&Path>) -> Error {
    let how = match place {
        Some(path) => {
            let (folder, path) = (path.parent().unwrap_or(path).display(), path.display());
            format!(
                "  (umask 077; mkdir -p '{folder}' && head -c 32 /dev/urandom | base64 > '{path}')\n\
                 It is found there by itself, and a copy of it belongs in a safe place: without it the secrets are lost. {KEY}, {KEY_FILE} \
                 and {KEY_COMMAND} say where else a key is."
            )
        }
        None => format!(
            "  export {KEY}=\"$(head -c 32 /dev/urandom | base64)\"\n\
             A copy of it belongs in a safe place: without it the secrets are lost."
        ),
    };
    Error::configuration(format!(
        "there is no key to encrypt secrets with, and they are not stored without. Make one:\n{how}"
    ))
}
