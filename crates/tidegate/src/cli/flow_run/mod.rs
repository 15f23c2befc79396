//! `flow-run`: what flow runs are recorded, what became of each, and steering those that go on.

mod cancel;
mod delete;
mod ending;
mod graph;
mod inspect;
mod logs;
mod ls;
mod resume;
mod retry;
mod watch;

use clap::Subcommand;

use super::failure::Done;
use super::session::Session;

pub(super) use ending::finish;
pub(super) use inspect::sheet;
pub(super) use logs::LogOptions;
pub(super) use ls::{Filter, find, state, when};

/// See flow runs and what became of them, follow them, cancel, resume and delete them
#[derive(Debug, Subcommand)]
pub(super) enum FlowRun {
    Ls(ls::Ls),
    Inspect(inspect::Inspect),
    Logs(logs::Logs),
    Watch(watch::Watch),
    Graph(graph::Graph),
    Cancel(cancel::Cancel),
    Retry(retry::Retry),
    Resume(resume::Resume),
    Delete(delete::Delete),
}

impl FlowRun {
    pub(super) async fn run(self, session: &Session) -> Done {
        match self {
            Self::Ls(ls) => ls.run(session).await,
            Self::Inspect(inspect) => inspect.run(session).await,
            Self::Logs(logs) => logs.run(session).await,
            Self::Watch(watch) => watch.run(session).await,
            Self::Graph(graph) => graph.run(session).await,
            Self::Cancel(cancel) => cancel.run(session).await,
            Self::Retry(retry) => retry.run(session).await,
            Self::Resume(resume) => resume.run(session).await,
            Self::Delete(delete) => delete.run(session).await,
        }
    }
}
