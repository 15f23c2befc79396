//! What the bodies of runs print: lines of the run where `log_prints` says so, ordinary output elsewhere.

use std::fmt::Arguments;

use crate::engine::Context;
use crate::log::without_bars;
use crate::redact;

/// Which macro was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Print {
    /// `print!`
    Out,
    /// `println!`
    OutLine,
    /// `eprint!`
    Err,
    /// `eprintln!`
    ErrLine,
}

/// Prints, or logs at INFO where the current run logs its prints.
pub fn print(text: Arguments<'_>, how: Print) {
    let logger = Context::with(|context| {
        context.run().filter(|run| run.log_prints()).map(|run| run.logger())
    });
    match logger.flatten() {
        Some(logger) => {
            let text = text.to_string();
            logger.info(text.strip_suffix('\n').unwrap_or(&text));
        }
        None => print_as_usual(text, how),
    }
}

fn print_as_usual(text: Arguments<'_>, how: Print) {
    // Made before the bars are taken away: what makes it is the user's code, which may print too.
    let text = text.to_string();
    without_bars(|| print_plain(&redact::redact(&text), how));
}

#[allow(clippy::print_stdout, clippy::print_stderr, reason = "the user's code asked for it")]
fn print_plain(text: &str, how: Print) {
    match how {
        Print::Out => print!("{text}"),
        Print::OutLine => println!("{text}"),
        Print::Err => eprint!("{text}"),
        Print::ErrLine => eprintln!("{text}"),
    }
}
