//! Which attribute is at work. It never knows what they do.

use std::fmt;

/// One of the attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Task,
    Flow,
    Test,
}

impl Kind {
    /// What the function becomes.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Flow => "flow",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = match self {
            Self::Task | Self::Flow => "",
            Self::Test => "tidegate::",
        };
        write!(f, "#[{path}{}]", self.noun())
    }
}
