//! `block ls`: blocks by type and name.

use clap::Args;
use tidegate_core::BlockDocumentQuery;

use super::record::BlockRecord;
use crate::cli::failure::Done;
use crate::cli::output::{Column, Table};
use crate::cli::session::Session;

/// List blocks.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate block ls
  $ tidegate block ls --type slack-webhook -o json
  $ tidegate block ls --capability notify")]
pub(in crate::cli) struct Ls {
    /// Blocks of the type of this slug
    #[arg(long, value_name = "SLUG")]
    r#type: Option<String>,
    /// Blocks that can do this, such as notify; said twice, both
    #[arg(long, value_name = "CAPABILITY")]
    capability: Vec<String>,
    /// Also those that were saved without a name
    #[arg(long)]
    anonymous: bool,
    /// At most so many
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: u64,
}

impl Ls {
    pub(super) async fn run(self, session: &Session) -> Done {
        let query = BlockDocumentQuery {
            block_type_slug: self.r#type,
            capabilities: self.capability,
            anonymous: self.anonymous,
            limit: Some(self.limit),
            ..BlockDocumentQuery::default()
        };
        let found = super::blocks(session.engine()?, query).await?;
        let records: Vec<BlockRecord> =
            found.iter().map(|(document, of)| BlockRecord::of(document, of)).collect();
        let output = session.output();
        output.list(&records, "There are no such blocks.", || {
            let columns = [
                Column::new("block"),
                Column::new("type"),
                Column::new("id").whole().spared(1),
                Column::new("updated").whole().spared(2),
            ];
            found.iter().fold(Table::new(columns), |table, (document, block_type)| {
                table.row([
                    super::place(document, block_type).into(),
                    (&block_type.name).into(),
                    document.id.to_string().into(),
                    output.ago(document.updated).into(),
                ])
            })
        })
    }
}
