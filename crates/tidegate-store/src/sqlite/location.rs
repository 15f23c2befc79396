//! Where a database is, and how that is written as a URL. Nothing here looks at the disk.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use tidegate_core::{StoreError, StoreErrorKind};

/// Where an SQLite database is.
///
/// ```
/// use tidegate_store::Location;
///
/// assert_eq!("sqlite:runs.db".parse::<Location>()?, Location::File("runs.db".into()));
/// assert_eq!("sqlite:///var/lib/runs.db".parse::<Location>()?, Location::File("/var/lib/runs.db".into()));
/// assert_eq!("sqlite::memory:".parse::<Location>()?, Location::Memory);
/// # Ok::<(), tidegate_core::StoreError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// In this file, which is made if there is none.
    File(PathBuf),
    /// In the memory of this process, gone when the store is.
    Memory,
}

impl FromStr for Location {
    type Err = StoreError;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let Some(rest) = url.strip_prefix("sqlite:") else {
            return Err(unusable(url, "it does not begin with `sqlite:`"));
        };
        let path = rest.strip_prefix("//").unwrap_or(rest);
        if path == ":memory:" {
            return Ok(Self::Memory);
        }
        if path.is_empty() {
            return Err(unusable(url, "it names no file"));
        }
        if path.contains(['?', '#']) {
            return Err(unusable(url, "it has parameters after `?` or `#`, and none are known"));
        }
        Ok(Self::File(path.into()))
    }
}

fn unusable(url: &str, why: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Unopenable,
        format!(
            "`{url}` is not the URL of an SQLite database: {why}; write `sqlite:runs.db`, `sqlite:///absolute/path.db` or \
             `sqlite::memory:`"
        ),
    )
}

/// The path, or `memory`.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => fmt::Display::fmt(&path.display(), f),
            Self::Memory => f.write_str("memory"),
        }
    }
}
