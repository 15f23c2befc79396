//! `flow-run`: what flow runs are recorded, what became of each, and steering those that go on.

mod inspect;
mod logs;
mod ls;

use clap::Subcommand;

use super::failure::Done;
use super::session::Session;

pub(super) use ls::{state, when};

/// See flow runs, what became of them and what they logged.
#[derive(Debug, Subcommand)]
pub(super) enum FlowRun {
    Ls(ls::Ls),
    Inspect(inspect::Inspect),
    Logs(logs::Logs),
}

impl FlowRun {
    pub(super) async fn run(self, session: &Session) -> Done {
        match self {
            Self::Ls(ls) => ls.run(session).await,
            Self::Inspect(inspect) => inspect.run(session).await,
            Self::Logs(logs) => logs.run(session).await,
        }
    }
}
