//! Saving blocks: their type is recorded, what is secret is sealed for the document, and the document is made or replaced. Of several who
//! save under one name at once, each has its say whole.

use tidegate_core::{
    BlockAnswer, BlockChange, BlockDocument, BlockDocumentId, BlockSchemaId, BlockTypeId, IfExists,
    Store, is_block_name,
};

use super::{Block, describe, load, seal};
use crate::engine::Engine;
use crate::error::{Error, Result};

/// So often others may make and delete the document while it is saved.
const TRIES: u32 = 8;

/// Saves a block under a name.
pub(super) async fn save<B: Block>(
    engine: &Engine,
    block: &B,
    name: &str,
    if_exists: IfExists,
) -> Result<BlockDocumentId> {
    let name = load::name_of::<B>(name)?;
    if !is_block_name(name) {
        return Err(Error::configuration(format!(
            "`{name}` cannot be the name of a block: write lower-case letters, digits and dashes only, such as `team-alerts`"
        )));
    }
    save_document(engine, block, name, if_exists, false).await
}

/// Saves a block under a name that is made up.
pub(super) async fn save_anonymous<B: Block>(
    engine: &Engine,
    block: &B,
) -> Result<BlockDocumentId> {
    let name = format!("anonymous-{}", BlockDocumentId::new());
    save_document(engine, block, &name, IfExists::Refuse, true).await
}

async fn save_document<B: Block>(
    engine: &Engine,
    block: &B,
    name: &str,
    if_exists: IfExists,
    is_anonymous: bool,
) -> Result<BlockDocumentId> {
    let store = engine.require_store()?;
    let (mut block_type_id, mut block_schema_id) = register_in::<B>(engine, &**store).await?;
    let keyring =
        if seal::has_secrets(block)? { Some(seal::keyring(&**store).await?) } else { None };
    for _ in 0..TRIES {
        let known = load::find(&**store, B::SLUG, name).await?;
        if known.is_some() && if_exists == IfExists::Refuse {
            break;
        }
        // What is secret is sealed for the document that it will be in.
        let id = known.as_ref().map_or_else(BlockDocumentId::new, |document| document.id);
        let now = engine.now();
        let document = Box::new(BlockDocument {
            id,
            name: name.to_owned(),
            data: seal::write(block, id, keyring.as_ref())?,
            block_schema_id,
            block_type_id,
            is_anonymous,
            created: now,
            updated: now,
        });
        let change = match known {
            Some(_) => BlockChange::Replace(document),
            None => BlockChange::Create(document),
        };
        match change_blocks(&**store, change).await? {
            BlockAnswer::Done => return Ok(id),
            BlockAnswer::Exists(_) => {}
            // Somebody deletes it, or its type.
            BlockAnswer::Missing => {
                (block_type_id, block_schema_id) = register_in::<B>(engine, &**store).await?;
            }
            BlockAnswer::Dangling(other) => {
                return Err(Error::configuration(format!(
                    "the block `{}/{name}` cannot be saved: a block in it was saved by itself in the document {other}, which is gone; \
                     save that again first",
                    B::SLUG
                )));
            }
            answer @ (BlockAnswer::Registered { .. }
            | BlockAnswer::Referenced(_)
            | BlockAnswer::Protected) => return Err(unexpected(&answer)),
        }
    }
    Err(match if_exists {
        IfExists::Refuse => Error::configuration(format!(
            "there is a block `{name}` of the type `{}` already: choose another name, or replace it with `save_overwrite`",
            B::SLUG
        )),
        IfExists::Replace => Error::configuration(format!(
            "the block `{}/{name}` could not be saved, since others make and delete it all the time; try again",
            B::SLUG
        )),
    })
}

/// Records the type and its schema.
pub(super) async fn register<B: Block>(engine: &Engine) -> Result<()> {
    register_in::<B>(engine, &**engine.require_store()?).await.map(drop)
}

async fn register_in<B: Block>(
    engine: &Engine,
    store: &dyn Store,
) -> Result<(BlockTypeId, BlockSchemaId)> {
    let (block_type, schema) = describe::describe::<B>(engine.now());
    let change =
        BlockChange::Register { block_type: Box::new(block_type), schema: Box::new(schema) };
    match change_blocks(store, change).await? {
        BlockAnswer::Registered { block_type, schema } => Ok((block_type, schema)),
        answer @ (BlockAnswer::Done
        | BlockAnswer::Exists(_)
        | BlockAnswer::Missing
        | BlockAnswer::Dangling(_)
        | BlockAnswer::Referenced(_)
        | BlockAnswer::Protected) => Err(unexpected(&answer)),
    }
}

pub(super) async fn change_blocks(store: &dyn Store, change: BlockChange) -> Result<BlockAnswer> {
    store.change_blocks(change).await.map_err(|error| Error::store(None, error))
}

/// A store that does not keep its promises.
pub(super) fn unexpected(answer: &BlockAnswer) -> Error {
    Error::configuration(format!(
        "the store gave an answer to a change of blocks that makes no sense there: {answer:?}"
    ))
}
