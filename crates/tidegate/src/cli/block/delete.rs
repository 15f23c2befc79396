//! `block delete`: a block that no other needs.

use clap::Args;

use crate::cli::failure::Done;
use crate::cli::session::Session;

/// Delete a block that is no part of another.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate block delete slack-webhook/alerts")]
pub(in crate::cli) struct Delete {
    /// Its type and its name, such as slack-webhook/alerts
    #[arg(value_name = "SLUG/NAME")]
    block: String,
}

impl Delete {
    pub(super) async fn run(self, session: &Session) -> Done {
        let engine = session.engine()?;
        let (document, block_type) = super::find(engine, &self.block).await?;
        let place = super::place(&document, &block_type);
        session.confirm(&format!("Delete the block '{place}'?"))?;
        engine.delete_block(&place).await?;
        session.output().tell(&format!("Deleted the block '{place}'."))
    }
}
