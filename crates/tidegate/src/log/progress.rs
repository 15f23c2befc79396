//! How people are shown how far long maps and flow runs have got, as the settings say it, and what comes of that on this process's standard
//! error. What is shown is the business of `engine/reporter`.

use std::env;
use std::fmt;
use std::io::{self, IsTerminal};
use std::str::FromStr;

use super::{Bars, LevelFilter};

/// How people are shown how far long flow runs, and what they submit, have got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProgressDisplay {
    /// Bars where standard error is a terminal that shows the log of Tidegate's own console, and lines elsewhere.
    ///
    /// There are lines as well where `TERM` is `dumb`, and where `CI` is set; nothing is shown where nothing is logged. Bars need the
    /// cargo feature `progress`.
    #[default]
    Auto,
    /// Bars on any terminal. A program whose log is printed by a subscriber of its own has that write to
    /// [`logging::stderr`](crate::logging::stderr), so that neither garbles the other.
    Bar,
    /// Log lines of the flow run, after ten seconds and then ever more rarely.
    Lines,
    /// Nothing.
    Off,
}

/// The text says no way to show progress.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no way to show progress; the ways are auto, bar, lines and off")]
pub struct ParseProgressDisplayError(String);

impl FromStr for ProgressDisplay {
    type Err = ParseProgressDisplayError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match &*text.to_ascii_lowercase() {
            "auto" => Ok(Self::Auto),
            "bar" => Ok(Self::Bar),
            "lines" => Ok(Self::Lines),
            "off" => Ok(Self::Off),
            _ => Err(ParseProgressDisplayError(text.to_owned())),
        }
    }
}

impl fmt::Display for ProgressDisplay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Auto => "auto",
            Self::Bar => "bar",
            Self::Lines => "lines",
            Self::Off => "off",
        })
    }
}

/// What is shown.
pub(crate) enum Shows {
    Nothing,
    Lines,
    Bars(Bars),
}

impl ProgressDisplay {
    /// What comes of it where lines of this level are printed, by Tidegate's own console or not.
    pub(crate) fn shows(self, level: LevelFilter, own_console: bool) -> Shows {
        let bars = match self {
            Self::Off => return Shows::Nothing,
            Self::Auto if level == LevelFilter::OFF => return Shows::Nothing,
            Self::Auto => own_console && is_for_people(),
            Self::Bar => true,
            Self::Lines => false,
        };
        let bars = (bars && io::stderr().is_terminal()).then(Bars::new).flatten();
        bars.map_or(Shows::Lines, Shows::Bars)
    }
}

/// Whether the terminal, if it is one, can move its cursor and is looked at.
fn is_for_people() -> bool {
    env::var_os("TERM").is_none_or(|term| term != "dumb")
        && env::var_os("CI").is_none_or(|ci| ci.is_empty() || ci == "false")
}
