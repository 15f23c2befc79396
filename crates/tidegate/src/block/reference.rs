//! Blocks in blocks. In the data of a document a block that was saved by itself stands as a reference; to read it, the document that is
//! meant is put there, in a form that no data has. It asks no store.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use tidegate_core::{BlockDocument, BlockDocumentId, referenced_block};

use super::seal;
use crate::error::{Error, Result};
use crate::secret::Keyring;

/// The field of a block inside of another that says what type it has.
pub(super) const TYPE_SLUG: &str = "block_type_slug";

/// The only field of what stands for a document that was put in.
const RESOLVED: &str = "$block";

/// Where a block was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) id: BlockDocumentId,
    pub(super) name: String,
}

/// A document with the slug of its type.
pub(super) struct Found {
    pub(super) document: BlockDocument,
    pub(super) slug: String,
}

/// Documents that refer to each other.
pub(super) type Documents = HashMap<BlockDocumentId, Found>;

/// A block that stands in another.
pub(super) struct Resolved {
    /// Where it was saved by itself, if it was.
    pub(super) place: Option<Place>,
    /// The slug of its type; none where an older document does not say.
    pub(super) slug: Option<String>,
    /// Its data.
    pub(super) data: Value,
}

impl Resolved {
    /// How a complaint begins that this file makes.
    pub(super) const TROUBLE: &str = "a block in it ";

    /// The block that a value stands for.
    pub(super) fn of(value: Value) -> std::result::Result<Self, String> {
        let Value::Object(mut fields) = value else {
            return Err(format!("{}is not an object with fields", Self::TROUBLE));
        };
        if let Some(Value::Object(mut resolved)) =
            (fields.len() == 1).then(|| fields.remove(RESOLVED)).flatten()
        {
            let mut text = |name: &str| match resolved.remove(name) {
                Some(Value::String(text)) => Some(text),
                _ => None,
            };
            let (id, name, slug) = (text("id"), text("name"), text("slug"));
            let id = id.and_then(|id| id.parse().ok());
            let place = id.zip(name).map(|(id, name)| Place { id, name });
            let data = resolved.remove("data").unwrap_or_default();
            return Ok(Self { place, slug, data });
        }
        if referenced_block(&Value::Object(fields.clone())).is_some() {
            return Err(format!(
                "{}was saved by itself, and is read by `Block::load` of what it is in",
                Self::TROUBLE
            ));
        }
        let slug = match fields.remove(TYPE_SLUG) {
            Some(Value::String(slug)) => Some(slug),
            _ => None,
        };
        Ok(Self { place: None, slug, data: Value::Object(fields) })
    }

    /// The value as if nothing in it had been saved by itself.
    pub(super) fn plain(value: Value) -> Value {
        match value {
            Value::Object(mut fields) => {
                let is_resolved = fields.len() == 1 && fields.contains_key(RESOLVED);
                if is_resolved
                    && let Some(data) = fields.get_mut(RESOLVED).and_then(|it| it.get_mut("data"))
                {
                    return Self::plain(data.take());
                }
                fields.remove(TYPE_SLUG);
                Value::Object(
                    fields.into_iter().map(|(name, value)| (name, Self::plain(value))).collect(),
                )
            }
            Value::Array(values) => Value::Array(values.into_iter().map(Self::plain).collect()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
        }
    }
}

/// The data of a document, with its secrets opened and with the documents that it refers to in their places, and so on within these.
pub(super) fn resolve(
    id: BlockDocumentId,
    documents: &Documents,
    keyring: Option<&Keyring>,
) -> Result<Value> {
    Resolver { documents, keyring, within: Vec::new() }.document(id)
}

struct Resolver<'a> {
    documents: &'a Documents,
    keyring: Option<&'a Keyring>,
    /// The documents around the one that is being resolved.
    within: Vec<BlockDocumentId>,
}

impl Resolver<'_> {
    fn document(&mut self, id: BlockDocumentId) -> Result<Value> {
        let Some(found) = self.documents.get(&id) else {
            return Err(Error::configuration(format!(
                "the block {} refers to the block {id}, which is gone: save it again with another in its place",
                self.within.last().map(|outer| self.address(*outer)).unwrap_or_default()
            )));
        };
        if self.within.contains(&id) {
            let ring = self.within.iter().skip_while(|outer| **outer != id).chain([&id]);
            let ring: Vec<_> = ring.map(|each| self.address(*each)).collect();
            return Err(Error::configuration(format!(
                "blocks refer to each other in a ring, so that none of them can be loaded: {}; save one of them again without the \
                 other in it",
                ring.join(" > ")
            )));
        }
        self.within.push(id);
        let data = seal::open(&found.document, self.keyring)?;
        let data = self.within(data)?;
        self.within.pop();
        Ok(data)
    }

    fn within(&mut self, value: Value) -> Result<Value> {
        if let Some(id) = referenced_block(&value) {
            let data = self.document(id)?;
            let found = &self.documents[&id];
            let (name, slug) = (&found.document.name, &found.slug);
            return Ok(json!({ RESOLVED: { "id": id, "name": name, "slug": slug, "data": data } }));
        }
        Ok(match value {
            Value::Object(fields) => {
                let fields =
                    fields.into_iter().map(|(name, value)| Ok((name, self.within(value)?)));
                Value::Object(fields.collect::<Result<Map<_, _>>>()?)
            }
            Value::Array(values) => {
                let values = values.into_iter().map(|value| self.within(value));
                Value::Array(values.collect::<Result<Vec<_>>>()?)
            }
            value @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => value,
        })
    }

    fn address(&self, id: BlockDocumentId) -> String {
        self.documents.get(&id).map_or_else(
            || id.to_string(),
            |found| format!("`{}/{}`", found.slug, found.document.name),
        )
    }
}
