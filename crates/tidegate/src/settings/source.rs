//! Where a value comes from.

use std::fmt;
use std::path::PathBuf;

/// Where the value of a setting comes from. Of two that say something, the later of these wins.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// Nobody has said anything.
    Default,
    /// The file `tidegate.toml` in the current folder.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A profile.
    Profile {
        /// Its name.
        name: String,
        /// Where it says so; nowhere for what comes with a profile that is built in.
        place: Option<(PathBuf, usize)>,
    },
    /// The environment of the process.
    Environment,
    /// The program itself.
    Code,
}

impl Source {
    /// The name of the kind, as one word: `default`, `file`, `profile`, `environment` or `code`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File { .. } => "file",
            Self::Profile { .. } => "profile",
            Self::Environment => "environment",
            Self::Code => "code",
        }
    }

    /// The file and the line, where it is one.
    pub(crate) fn place(&self) -> Option<(&PathBuf, usize)> {
        match self {
            Self::File { path, line } | Self::Profile { place: Some((path, line)), .. } => {
                Some((path, *line))
            }
            Self::Default | Self::Profile { place: None, .. } | Self::Environment | Self::Code => {
                None
            }
        }
    }
}

/// For people: `tidegate.toml:3`, or `profile 'local' (/home/ada/.tidegate/profiles.toml:7)`.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Profile { name, place: None } => write!(f, "profile '{name}'"),
            Self::Profile { name, place: Some((path, line)) } => {
                write!(f, "profile '{name}' ({}:{line})", path.display())
            }
            Self::Default | Self::Environment | Self::Code => f.pad(self.kind()),
        }
    }
}
