//! What a command could not do, what to type next, and the exit code that says it. It never ends the process.

use std::io::{self, IsTerminal, Write as _};
use std::process::ExitCode;

use tidegate_core::StateType;

use super::output::plain;
use crate::error::Error;

/// What was typed has no meaning.
pub(super) const MEANINGLESS: u8 = 2;

/// It could not be done.
const UNDONE: u8 = 1;

/// The process was asked to stop while a flow ran in it, as shells say that.
const INTERRUPTED: u8 = 130;

/// What a command comes to.
pub(super) type Done<T = ()> = Result<T, Failure>;

/// See the module.
#[derive(Debug)]
pub(super) struct Failure {
    message: Option<String>,
    next: Vec<String>,
    code: u8,
}

impl Failure {
    /// It could not be done, for this reason.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), next: Vec::new(), code: UNDONE }
    }

    /// What was typed has no meaning, for this reason.
    pub(super) fn meaningless(message: impl Into<String>) -> Self {
        Self { code: MEANINGLESS, ..Self::new(message) }
    }

    /// There is nothing of this name; these names are like it.
    pub(super) fn unknown(what: &str, typed: &str, near: &[&str]) -> Self {
        let near: Vec<String> = near.iter().map(|name| format!("'{name}'")).collect();
        let near = if near.is_empty() {
            String::new()
        } else {
            format!("; did you mean {}?", near.join(" or "))
        };
        Self::new(format!("there is no {what} '{typed}'{near}"))
    }

    /// It was done, and a run that was waited for ended like this; nothing if it completed.
    pub(super) fn of_state(state_type: StateType) -> Done {
        let code = match state_type {
            StateType::Completed => return Ok(()),
            StateType::Failed => 3,
            StateType::Crashed => 4,
            StateType::Cancelled | StateType::Cancelling => 5,
            StateType::Paused => 6,
            StateType::Scheduled | StateType::Pending | StateType::Running => UNDONE,
        };
        Err(Self { message: None, next: Vec::new(), code })
    }

    /// Whoever reads the answer has read enough, which is no failure.
    pub(super) fn read_enough() -> Self {
        Self { message: None, next: Vec::new(), code: 0 }
    }

    /// The answer says what could not be done.
    #[cfg(feature = "server")]
    pub(super) fn answered() -> Self {
        Self { message: None, next: Vec::new(), code: UNDONE }
    }

    /// What may be typed next. `{program}` stands for the program.
    pub(super) fn try_next(mut self, line: impl Into<String>) -> Self {
        self.next.push(line.into());
        self
    }

    /// Says it on standard error, and gives the exit code.
    pub(super) fn tell(self, program: &str) -> ExitCode {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colour = !refused && io::stderr().is_terminal();
        let (red, off) = if colour { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
        let mut text = String::new();
        if let Some(message) = &self.message {
            text.push_str(&format!("{red}error:{off} {}\n", plain(message)));
        }
        for (index, line) in self.next.iter().enumerate() {
            let lead = if index == 0 { "\n  try: " } else { "       " };
            text.push_str(&format!("{lead}{}\n", plain(line).replace("{program}", program)));
        }
        // A console that is gone cannot be told.
        let _ = io::stderr().write_all(text.as_bytes());
        ExitCode::from(self.code)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = if error.is_interrupted() { INTERRUPTED } else { UNDONE };
        Self { code, ..Self::new(error.to_string()) }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::read_enough();
        }
        Self::new(format!("the answer cannot be written: {error}"))
    }
}
