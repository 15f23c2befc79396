//! The command `tidegate`. All of it is in the library, so that a program of one's own flows has the same; this has none.

use std::process::ExitCode;

fn main() -> ExitCode {
    tidegate::cli::main()
}
