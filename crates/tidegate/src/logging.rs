//! Log lines of runs: made once, stored with their run, and handed to `tracing` to be printed. A sink that fails or floods
//! never fails or blocks a run.
//!
//! With no subscriber installed, the first engine installs one that prints in the console format. With one installed, Tidegate
//! leaves it alone: engine lines and those of [`run_logger`] reach it as events of the target `tidegate::run`, and are stored
//! in any case; add [`layer`] to store what plain `tracing` macros say inside a run as well.
//!
//! How far long flow runs have got is shown too, as [`ProgressDisplay`] says: on a terminal as a bar below the lines, with the cargo feature
//! `progress`, and elsewhere as a line now and then. [`stderr`] and [`without_bars`] keep what else a program prints out of the way of bars.

pub use crate::engine::run_logger;
pub use crate::log::{
    Format, LevelFilter, ParseFormatError, ParseLevelError, ParseProgressDisplayError,
    ProgressDisplay, RunLogger, Stderr, stderr, without_bars,
};
pub use crate::subscriber::{RunLayer, layer};
