//! Standard error, where lines are printed and bars are drawn: a line is written while no bar is there. It decides nothing of what is said.

use std::io::{self, Write};

use tidegate_core::RunId;

#[cfg(feature = "progress")]
use super::bars;
#[cfg(not(feature = "progress"))]
use super::no_bars as bars;

/// What is drawn at the foot of the terminal of one flow run, or of what was submitted outside of flow runs.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(feature = "progress"),
    allow(dead_code, reason = "without the feature there are no bars")
)]
pub(crate) struct Bar {
    pub(crate) key: Option<RunId>,
    /// Whose it is.
    pub(crate) of: String,
    /// How many have ended, of how many; none where nobody knows how many there are.
    pub(crate) done: Option<(usize, usize)>,
    pub(crate) note: String,
}

/// Does something to the terminal, such as printing, while no progress bar is there.
///
/// Log lines, and what the bodies of flows and tasks print, need none of this. What else a program prints while a flow runs would stand beside
/// a bar; without the cargo feature `progress`, and where no bar is drawn, this just calls `print`.
///
/// ```
/// let version = "2.0";
/// tidegate::logging::without_bars(|| println!("Built {version}."));
/// ```
pub fn without_bars<R>(print: impl FnOnce() -> R) -> R {
    bars::without_bars(print)
}

/// Standard error for a `tracing` subscriber of one's own: each write is made while no progress bar is there.
///
/// ```
/// use std::io::Write;
///
/// // With `tracing_subscriber::fmt()`: `.with_writer(tidegate::logging::stderr)`
/// writeln!(tidegate::logging::stderr(), "a line").unwrap();
/// ```
#[must_use]
pub fn stderr() -> Stderr {
    Stderr(())
}

/// See [`stderr`].
#[derive(Debug)]
pub struct Stderr(());

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        without_bars(|| io::stderr().write_all(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Prints a line that ends with its line break. A console that is gone must not take the run with it.
pub(crate) fn print_line(line: &str) {
    let _ = stderr().write_all(line.as_bytes());
}
