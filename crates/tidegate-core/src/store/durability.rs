//! How much an acknowledgement is worth. Which system calls that takes is the business of each store.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What an acknowledged write survives.
///
/// ```
/// use tidegate_core::Durability;
///
/// assert_eq!("process".parse(), Ok(Durability::Process));
/// assert_eq!(Durability::default().to_string(), "full");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// The loss of power.
    #[default]
    Full,
    /// The death of the process; the loss of power too, but for the last few milliseconds.
    Process,
    /// The death of the process. After a loss of power the store may be gone or damaged.
    None,
}

impl Durability {
    /// Every level, the safest first.
    pub const ALL: [Self; 3] = [Self::Full, Self::Process, Self::None];

    /// The level as written in settings: `full`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Process => "process",
            Self::None => "none",
        }
    }
}

impl fmt::Display for Durability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text is not a level of durability.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a durability; write \"full\", \"process\" or \"none\"")]
pub struct ParseDurabilityError(String);

impl FromStr for Durability {
    type Err = ParseDurabilityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|durability| durability.as_str().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| ParseDurabilityError(text.to_owned()))
    }
}
