//! The command: what people type to see and steer what is recorded, and in a program of their own flows, to run them. It asks and writes
//! through an [`Engine`](crate::Engine) as any program does, and knows no store of its own.
//!
//! ```text
//!   what was typed ──command──> a group (`flow_run/`) ──asks──> Session (the engine, opened when it is first asked for)
//!                                    └──shows──> Output (a table, a sheet or JSON; a sentence)
//! ```
//!
//! To add a group `thing`:
//!
//! 1. A file `thing.rs`, or a folder with a file for each command when it is long. In it an enum that derives [`clap::Subcommand`], one
//!    variant for each command, with the doc comments that are its help, and `async fn run(self, session: &Session) -> Done`.
//! 2. A variant of `Command` in `command.rs`, with the plural as `visible_alias`, and its line in `Command::run`.
//! 3. What it lists goes to `session.output().list(&records, "There are none.", || table)`, what it shows to `.show(&record, || sheet)`: the record is what
//!    `-o json` gives, a struct that derives `Serialize`, with Prefect's names for its fields. What it did is told by `.tell("..")`.
//! 4. Its errors are `Failure::new("what happened").try_next("{program} thing ls")`, `Failure::unknown("thing", name, &nearest(..))` for a name that
//!    is not there, and any [`Error`](crate::Error) by `?`. Before it deletes anything it calls `session.confirm("Delete ..?")?`. What makes
//!    something asks for `session.engine_or_new()?`, all else for `session.engine()?`.
//! 5. Its help and its tables in the snapshots of `crates/tidegate-cli/tests/it/`.

mod artifact;
mod block;
mod command;
mod completions;
mod concurrency_limit;
mod config;
mod database;
mod event;
mod failure;
mod find;
mod flow;
mod flow_run;
mod global_concurrency_limit;
mod limits;
mod man;
mod options;
mod output;
mod profile;
mod record;
#[cfg(feature = "server")]
mod server;
mod session;
mod task_run;
mod values;
mod variable;
mod version;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::FromArgMatches;

use command::CommandLine;
use failure::{Done, Failure};
use session::Session;

/// Does what the command line of this process says, and gives what `main` returns. It is called from a `main` that is not async.
///
/// A program that calls it has the commands of `tidegate`, and runs its own flows by their names:
///
/// ```no_run
/// use tidegate::prelude::*;
///
/// #[flow]
/// async fn pipeline(#[default(38.9)] lat: f64) -> f64 {
///     lat
/// }
///
/// fn main() -> std::process::ExitCode {
///     tidegate::cli::main()
/// }
/// ```
///
/// ```text
/// $ weather flow run pipeline --param lat=38.9
/// $ weather flow-run ls
/// ```
///
/// # Exit codes
///
/// | code | what it says |
/// | --- | --- |
/// | 0 | it is done; a run that was waited for completed |
/// | 1 | it could not be done |
/// | 2 | what was typed has no meaning |
/// | 3 | a run that was waited for failed |
/// | 4 | it crashed |
/// | 5 | it was cancelled |
/// | 6 | it was suspended, and waits to be resumed |
/// | 130 | the process was asked to stop while a flow ran in it |
#[must_use]
pub fn main() -> ExitCode {
    main_with(std::env::args_os())
}

/// As [`main`], for a command line that is given: the name of the program first.
#[must_use]
pub fn main_with(arguments: impl IntoIterator<Item = impl Into<OsString>>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    let program = program(arguments.first());
    let mut command = command::named(&program);
    let typed = command.try_get_matches_from_mut(arguments);
    let line = typed.and_then(|matches| {
        CommandLine::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
    });
    let line = match line {
        Ok(line) => line,
        Err(error) => {
            // Whoever reads no further has read enough.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(failure::MEANINGLESS));
        }
    };
    let session = Session::new(program, line.options);
    match run(line.command, &session) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(session.program()),
    }
}

fn run(command: command::Command, session: &Session) -> Done {
    if tokio::runtime::Handle::try_current().is_ok() {
        return Err(Failure::new(
            "`tidegate::cli::main` was called in an async runtime: call it from a `main` that is not async",
        ));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::new(format!("no threads to run on: {error}")))?;
    runtime.block_on(async {
        let done = Box::pin(command.run(session)).await;
        let closed = session.close().await;
        done.and(closed)
    })
}

/// What the program is called, as people type it.
fn program(typed: Option<&OsString>) -> String {
    let name = typed.and_then(|path| Path::new(path).file_stem());
    name.map_or_else(|| "tidegate".to_owned(), |name| name.to_string_lossy().into_owned())
}
