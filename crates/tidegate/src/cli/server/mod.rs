//! `server`: Prefect's API and pages over the database, in this process until it is stopped. What it answers is the business of the server.

mod key;
mod start;
mod status;

use clap::Subcommand;

use super::failure::Done;
use super::session::Session;

/// Serve the database: pages for browsers, and an API that Prefect's clients speak
#[derive(Debug, Subcommand)]
pub(super) enum Server {
    Start(start::Start),
    Status(status::Status),
    #[command(visible_alias = "keys", subcommand)]
    Key(key::Key),
}

impl Server {
    pub(super) async fn run(self, session: &Session) -> Done {
        match self {
            Self::Start(start) => start.run(session).await,
            Self::Status(status) => status.run(session).await,
            Self::Key(key) => key.run(session).await,
        }
    }
}
