//! Documents as they are shown: with their type and schema, and with what they refer to in its place. It changes nothing.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};
use tidegate_core::{
    BlockDocument, BlockDocumentId, BlockDocumentQuery, BlockSchema, BlockSchemaId,
    BlockSchemaQuery, BlockType, BlockTypeId, BlockTypeQuery, block_references, referenced_block,
};

use super::{Loaded, Referenced, Secrets, TYPE_SLUG, places, vault};
use crate::error::ApiError;
use crate::state::AppState;

/// How deep blocks may be in each other.
const DEPTH: usize = 50;

/// How many blocks one answer puts in the places of references, since each may be referred to many times.
const PUT_AT_MOST: usize = 10_000;

/// The document of this id.
pub(crate) async fn by_id(
    state: &AppState,
    id: BlockDocumentId,
) -> Result<BlockDocument, ApiError> {
    let query =
        BlockDocumentQuery { ids: vec![id], anonymous: true, ..BlockDocumentQuery::default() };
    state.store().block_documents(query).await?.pop().ok_or(ApiError::NotFound("Block document"))
}

/// The document of this name, of the type of this slug.
pub(crate) async fn by_name(
    state: &AppState,
    slug: &str,
    name: &str,
) -> Result<BlockDocument, ApiError> {
    let query = BlockDocumentQuery {
        block_type_slug: Some(slug.to_owned()),
        names: vec![name.to_owned()],
        anonymous: true,
        ..BlockDocumentQuery::default()
    };
    state.store().block_documents(query).await?.pop().ok_or(ApiError::NotFound("Block document"))
}

/// The type of this slug.
pub(crate) async fn type_of_slug(state: &AppState, slug: &str) -> Result<BlockType, ApiError> {
    let query = BlockTypeQuery { slugs: vec![slug.to_owned()], ..BlockTypeQuery::default() };
    state.store().block_types(query).await?.pop().ok_or(ApiError::NotFound("Block type"))
}

/// The schema of this id.
pub(crate) async fn schema_of(
    state: &AppState,
    id: BlockSchemaId,
) -> Result<BlockSchema, ApiError> {
    let query = BlockSchemaQuery { id: Some(id), ..BlockSchemaQuery::default() };
    state.store().block_schemas(query).await?.pop().ok_or(ApiError::NotFound("Block schema"))
}

/// A document with all that belongs to it.
pub(crate) async fn load(
    state: &AppState,
    document: BlockDocument,
    secrets: Secrets,
) -> Result<Loaded, ApiError> {
    let loaded = load_all(state, vec![document], secrets).await?;
    loaded.into_iter().next().ok_or(ApiError::Internal)
}

/// Documents with all that belongs to them.
pub(crate) async fn load_all(
    state: &AppState,
    documents: Vec<BlockDocument>,
    secrets: Secrets,
) -> Result<Vec<Loaded>, ApiError> {
    let all = gather(state, &documents).await?;
    let types = types_of(state, &all).await?;
    let mut schemas = HashMap::new();
    for document in &documents {
        if let std::collections::hash_map::Entry::Vacant(entry) =
            schemas.entry(document.block_schema_id)
        {
            entry.insert(schema_of(state, document.block_schema_id).await?);
        }
    }
    let shown: HashMap<_, _> = match secrets {
        Secrets::Masked => {
            all.values().map(|document| (document.id, places::masked(document))).collect()
        }
        Secrets::Opened => {
            let opened = vault::open(state, all.values().cloned().collect()).await?;
            opened.into_iter().map(|document| (document.id, document.data)).collect()
        }
    };
    let mut resolver = Resolver { all: &all, types: &types, shown: &shown, put: 0 };
    documents
        .into_iter()
        .map(|document| {
            let (data, references) = resolver.document(&document, &mut Vec::new())?;
            let block_type = resolver.block_type(&document)?.clone();
            let schema = schemas[&document.block_schema_id].clone();
            Ok(Loaded { document, block_type, schema, data, references })
        })
        .collect()
}

/// Documents, and all that they refer to, and so on.
pub(super) async fn gather(
    state: &AppState,
    documents: &[BlockDocument],
) -> Result<HashMap<BlockDocumentId, BlockDocument>, ApiError> {
    let mut all: HashMap<_, _> = HashMap::new();
    let mut fresh = documents.to_vec();
    loop {
        let mut wanted = Vec::new();
        for document in fresh {
            wanted.extend(block_references(&document.data));
            all.insert(document.id, document);
        }
        wanted.retain(|id| !all.contains_key(id));
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.is_empty() {
            return Ok(all);
        }
        let query =
            BlockDocumentQuery { ids: wanted, anonymous: true, ..BlockDocumentQuery::default() };
        fresh = state.store().block_documents(query).await?;
    }
}

async fn types_of(
    state: &AppState,
    documents: &HashMap<BlockDocumentId, BlockDocument>,
) -> Result<HashMap<BlockTypeId, BlockType>, ApiError> {
    let mut ids: Vec<_> = documents.values().map(|document| document.block_type_id).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let types =
        state.store().block_types(BlockTypeQuery { ids, ..BlockTypeQuery::default() }).await?;
    Ok(types.into_iter().map(|block_type| (block_type.id, block_type)).collect())
}

struct Resolver<'a> {
    all: &'a HashMap<BlockDocumentId, BlockDocument>,
    types: &'a HashMap<BlockTypeId, BlockType>,
    shown: &'a HashMap<BlockDocumentId, Map<String, Value>>,
    /// How many documents were put in the places of references.
    put: usize,
}

type Resolved = (Map<String, Value>, BTreeMap<String, Referenced>);

impl Resolver<'_> {
    /// The data of a document with what it refers to put in, and what its fields refer to.
    fn document(
        &mut self,
        document: &BlockDocument,
        within: &mut Vec<BlockDocumentId>,
    ) -> Result<Resolved, ApiError> {
        self.put += 1;
        if within.contains(&document.id) || within.len() >= DEPTH || self.put > PUT_AT_MOST {
            return Err(ApiError::Conflict(format!(
                "the block `{}` cannot be shown: blocks in it refer to each other in a ring, or there are too many; save one of them \
                 again without the other in it",
                document.name
            )));
        }
        within.push(document.id);
        let mut data = self.shown.get(&document.id).cloned().unwrap_or_default();
        let mut references = BTreeMap::new();
        for (name, value) in &mut data {
            if let Some(referenced) = self.put_in(value, within)? {
                references.insert(name.clone(), referenced);
            }
        }
        within.pop();
        Ok((data, references))
    }

    /// Puts documents in the places of references to them; gives the one that the whole value refers to.
    fn put_in(
        &mut self,
        value: &mut Value,
        within: &mut Vec<BlockDocumentId>,
    ) -> Result<Option<Referenced>, ApiError> {
        if let Some(id) = referenced_block(value) {
            // One that is gone meanwhile stays a reference.
            let Some(document) = self.all.get(&id) else { return Ok(None) };
            let (mut data, references) = self.document(document, within)?;
            let block_type = self.block_type(document)?.clone();
            data.insert(TYPE_SLUG.to_owned(), block_type.slug.clone().into());
            *value = Value::Object(data);
            return Ok(Some(Referenced { document: document.clone(), block_type, references }));
        }
        match value {
            Value::Object(fields) => {
                for value in fields.values_mut() {
                    self.put_in(value, within)?;
                }
            }
            Value::Array(values) => {
                for value in values {
                    self.put_in(value, within)?;
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        Ok(None)
    }

    fn block_type(&self, document: &BlockDocument) -> Result<&BlockType, ApiError> {
        self.types.get(&document.block_type_id).ok_or(ApiError::NotFound("Block type"))
    }
}
