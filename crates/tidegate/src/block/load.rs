//! Loading blocks: the document of a name, those that it refers to, and a value of its type. It changes nothing.

use tidegate_core::{BlockDocument, BlockDocumentQuery, BlockTypeQuery, Store, block_references};

use super::read::{self, Unfit};
use super::reference::{self, Documents, Found, Place};
use super::{Block, seal};
use crate::engine::Engine;
use crate::error::{Error, Result};

/// The block of this name, and where it was saved.
pub(super) async fn load<B: Block>(engine: &Engine, name: &str) -> Result<(B, Place)> {
    let name = name_of::<B>(name)?;
    let (data, place) = data(engine, B::SLUG, name).await?;
    let block = read::read(data).map_err(|unfit| does_not_fit(B::SLUG, name, &unfit))?;
    Ok((block, place))
}

/// The data of a document, with its secrets opened and its references resolved.
pub(super) async fn data(
    engine: &Engine,
    slug: &str,
    name: &str,
) -> Result<(serde_json::Value, Place)> {
    let store = engine.require_store()?;
    let Some(document) = find(&**store, slug, name).await? else {
        return Err(missing(slug, name));
    };
    let place = Place { id: document.id, name: document.name.clone() };
    let documents = gather(&**store, Found { document, slug: slug.to_owned() }).await?;
    let sealed = documents.values().any(|found| seal::is_sealed(&found.document));
    let keyring = if sealed { Some(seal::keyring(&**store).await?) } else { None };
    let data = reference::resolve(place.id, &documents, keyring.as_ref())?;
    Ok((data, place))
}

/// A document and all that it refers to, and so on.
async fn gather(store: &dyn Store, first: Found) -> Result<Documents> {
    let mut wanted = block_references(&first.document.data);
    let mut documents = Documents::from([(first.document.id, first)]);
    loop {
        wanted.retain(|id| !documents.contains_key(id));
        if wanted.is_empty() {
            return Ok(documents);
        }
        let query = BlockDocumentQuery {
            ids: std::mem::take(&mut wanted),
            anonymous: true,
            ..BlockDocumentQuery::default()
        };
        let found =
            store.block_documents(query).await.map_err(|error| Error::store(None, error))?;
        if found.is_empty() {
            // Whoever needs what is gone says so.
            return Ok(documents);
        }
        let ids = found.iter().map(|document| document.block_type_id).collect();
        let of_these = BlockTypeQuery { ids, ..BlockTypeQuery::default() };
        let types = store.block_types(of_these).await.map_err(|error| Error::store(None, error))?;
        for document in found {
            wanted.extend(block_references(&document.data));
            let of_it = types.iter().find(|each| each.id == document.block_type_id);
            let slug = of_it.map(|each| each.slug.clone()).unwrap_or_default();
            documents.insert(document.id, Found { document, slug });
        }
        wanted.sort_unstable();
        wanted.dedup();
    }
}

/// The document of this name.
pub(super) async fn find(
    store: &dyn Store,
    slug: &str,
    name: &str,
) -> Result<Option<BlockDocument>> {
    let query = BlockDocumentQuery {
        block_type_slug: Some(slug.to_owned()),
        names: vec![name.to_owned()],
        anonymous: true,
        ..BlockDocumentQuery::default()
    };
    let mut found =
        store.block_documents(query).await.map_err(|error| Error::store(None, error))?;
    Ok(found.pop())
}

/// The name in `name` or `slug/name`.
pub(super) fn name_of<B: Block>(name: &str) -> Result<&str> {
    match name.split_once('/') {
        None => Ok(name),
        Some((slug, name)) if slug == B::SLUG => Ok(name),
        Some((slug, _)) => Err(Error::configuration(format!(
            "`{name}` is a block of the type `{slug}`, and one of the type `{}` is asked for: leave the type out, or take \
             `tidegate::block::load_any`",
            B::SLUG
        ))),
    }
}

pub(super) fn missing(slug: &str, name: &str) -> Error {
    Error::configuration(format!(
        "there is no block `{name}` of the type `{slug}`: save one under that name first, or see with `Engine::blocks` which there are"
    ))
}

pub(super) fn does_not_fit(slug: &str, name: &str, unfit: &Unfit) -> Error {
    Error::configuration(format!(
        "the block `{slug}/{name}` was saved when its type was another: {unfit}; give that field a default with `#[serde(default)]`, or \
         save the block again with `save_overwrite`; `Engine::blocks` gives what was saved as it is"
    ))
}
