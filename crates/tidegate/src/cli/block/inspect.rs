//! `block inspect`: the fields of a block, with what is secret masked.

use clap::Args;
use tidegate_core::{BlockDocument, BlockType};

use super::record::BlockRecord;
use crate::block::masked;
use crate::cli::failure::Done;
use crate::cli::output::{Output, Sheet};
use crate::cli::session::Session;

/// Show a block. What is secret in it is masked.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  $ tidegate block inspect slack-webhook/alerts
  $ tidegate block inspect slack-webhook/alerts -o json")]
pub(in crate::cli) struct Inspect {
    /// Its type and its name, such as slack-webhook/alerts
    #[arg(value_name = "SLUG/NAME")]
    block: String,
}

impl Inspect {
    pub(super) async fn run(self, session: &Session) -> Done {
        let (document, block_type) = super::find(session.engine()?, &self.block).await?;
        let output = session.output();
        output.show(&BlockRecord::of(&document, &block_type), || {
            sheet(&document, &block_type, output)
        })
    }
}

fn sheet(document: &BlockDocument, block_type: &BlockType, output: &Output) -> Sheet {
    let sheet = Sheet::new()
        .line("Name", &document.name)
        .line("Type", format!("{} ({})", block_type.name, block_type.slug))
        .line("Id", document.id.to_string())
        .maybe("Anonymous", document.is_anonymous.then_some("yes"))
        .line("Created", output.moment(document.created))
        .line("Updated", output.moment(document.updated))
        .heading("Fields");
    masked(&document.data).iter().fold(sheet, |sheet, (name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        sheet.text(format!("{name} = {value}"))
    })
}
