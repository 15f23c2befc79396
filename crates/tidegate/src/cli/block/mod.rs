//! `block`: typed configuration that is kept by name. What is secret in it is never shown, and is read from standard input or a file.

mod create;
mod delete;
mod inspect;
mod ls;
mod record;
mod types;

use clap::Subcommand;
use tidegate_core::{BlockDocument, BlockDocumentQuery, BlockType, BlockTypeQuery};

use super::failure::{Done, Failure};
use super::session::Session;
use crate::engine::Engine;
use crate::error::Error;
use crate::nearest::nearest;

/// See, make and delete blocks: typed configuration that is kept by name
#[derive(Debug, Subcommand)]
pub(super) enum Block {
    Ls(ls::Ls),
    Inspect(inspect::Inspect),
    Create(create::Create),
    Delete(delete::Delete),
    #[command(visible_alias = "types", subcommand)]
    Type(types::Type),
    Register(types::Register),
}

impl Block {
    pub(super) async fn run(self, session: &Session) -> Done {
        match self {
            Self::Ls(ls) => ls.run(session).await,
            Self::Inspect(inspect) => inspect.run(session).await,
            Self::Create(create) => create.run(session).await,
            Self::Delete(delete) => delete.run(session).await,
            Self::Type(types) => types.run(session).await,
            Self::Register(register) => register.run(session).await,
        }
    }
}

/// The blocks that match, each with its type.
async fn blocks(
    engine: &Engine,
    query: BlockDocumentQuery,
) -> Done<Vec<(BlockDocument, BlockType)>> {
    let failed = |error| Error::store(None, error);
    let store = engine.require_store()?;
    let documents = store.block_documents(query).await.map_err(failed)?;
    let ids = documents.iter().map(|document| document.block_type_id).collect();
    let types = store.block_types(BlockTypeQuery { ids, ..BlockTypeQuery::default() });
    let types = types.await.map_err(failed)?;
    let with_type = |document: BlockDocument| {
        let block_type = types.iter().find(|each| each.id == document.block_type_id)?.clone();
        Some((document, block_type))
    };
    Ok(documents.into_iter().filter_map(with_type).collect())
}

/// The block `slug/name`.
async fn find(engine: &Engine, address: &str) -> Done<(BlockDocument, BlockType)> {
    let (slug, name) = parts(address)?;
    let query = BlockDocumentQuery {
        block_type_slug: Some(slug.to_owned()),
        names: vec![name.to_owned()],
        anonymous: true,
        ..BlockDocumentQuery::default()
    };
    if let Some(found) = blocks(engine, query).await?.pop() {
        return Ok(found);
    }
    let all = blocks(engine, BlockDocumentQuery::default()).await?;
    let known: Vec<String> = all.iter().map(|(document, of)| place(document, of)).collect();
    let near = nearest(address, known.iter().map(String::as_str));
    Err(Failure::unknown("block", address, &near).try_next("{program} block ls"))
}

/// The slug and the name in `slug/name`.
fn parts(address: &str) -> Done<(&str, &str)> {
    address.split_once('/').ok_or_else(|| {
        Failure::meaningless(format!(
            "'{address}' does not say of which type the block is: write SLUG/NAME, such as slack-webhook/alerts"
        ))
        .try_next("{program} block ls")
    })
}

/// Where a block is: `slug/name`.
fn place(document: &BlockDocument, block_type: &BlockType) -> String {
    format!("{}/{}", block_type.slug, document.name)
}
