//! `flow`: which flows there are, in the database and in this program, and running one of this program.

mod inspect;
mod ls;
mod run;

use clap::Subcommand;

use super::failure::Done;
use super::session::Session;

/// See which flows there are, and run those of this program
#[derive(Debug, Subcommand)]
pub(super) enum Flow {
    Ls(ls::Ls),
    Inspect(inspect::Inspect),
    Run(run::Run),
}

impl Flow {
    pub(super) async fn run(self, session: &Session) -> Done {
        match self {
            Self::Ls(ls) => ls.run(session).await,
            Self::Inspect(inspect) => inspect.run(session).await,
            Self::Run(run) => run.run(session).await,
        }
    }
}
