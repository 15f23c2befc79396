//! A block as the data of its document and back: what is secret in it is sealed, bound to the document and to its place there, so that
//! it opens nowhere else. Nothing secret is stored otherwise, and what is not secret needs no key.

use std::convert::Infallible;

use serde_json::{Map, Value};
use tidegate_core::{
    BlockDocument, BlockDocumentId, Store, StoreInfo, push_json_pointer, replace_sealed_in_block,
    sealed_block_place, sealed_block_value, sealed_in_block,
};

use super::Block;
use crate::error::{Error, Result};
use crate::redact::MASK;
use crate::secret::{Keyring, exposed};

/// The keys for what a store keeps, read where blocking is fine.
pub(crate) async fn keyring(store: &dyn Store) -> Result<Keyring> {
    let StoreInfo { location, shared, .. } = store.info();
    let read = move || Keyring::for_store(&location, shared);
    tokio::task::spawn_blocking(read).await.map_err(Error::from)?
}

/// Whether something in a block is secret, so that a key is needed to write it.
pub(super) fn has_secrets<B: Block>(block: &B) -> Result<bool> {
    let (masked, data) = both(block)?;
    Ok(masked != data)
}

/// The data of a block in the document of this id.
pub(super) fn write<B: Block>(
    block: &B,
    id: BlockDocumentId,
    keyring: Option<&Keyring>,
) -> Result<Map<String, Value>> {
    let (masked, mut data) = both(block)?;
    let mut sealer = Sealer { slug: B::SLUG, id, keyring, path: String::new() };
    sealer.seal(&masked, &mut data)?;
    match data {
        Value::Object(fields) => Ok(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Error::configuration(format!(
                "a block of the type `{}` is not written as an object with fields: leave out `#[serde(transparent)]` and its like",
                B::SLUG
            )))
        }
    }
}

/// A block as it may be shown, and as it is: what differs is what is secret.
fn both<B: Block>(block: &B) -> Result<(Value, Value)> {
    let unwritable = |error: serde_json::Error| {
        Error::configuration(format!(
            "a block of the type `{}` cannot be written as JSON: {error}",
            B::SLUG
        ))
    };
    let masked = serde_json::to_value(block).map_err(unwritable)?;
    let data = exposed(|| serde_json::to_value(block)).map_err(unwritable)?;
    Ok((masked, data))
}

struct Sealer<'a> {
    slug: &'static str,
    id: BlockDocumentId,
    keyring: Option<&'a Keyring>,
    /// Where in the data it is, as a JSON pointer.
    path: String,
}

impl Sealer<'_> {
    fn seal(&mut self, masked: &Value, data: &mut Value) -> Result<()> {
        match (masked, data) {
            (Value::Object(masked), Value::Object(data)) if same_names(masked, data) => {
                if sealed_in_block(data).is_some() {
                    return Err(self.error(
                        "holds an object with the one field `$sealed`, which stands for a secret: call that field otherwise",
                    ));
                }
                for (name, value) in data {
                    let before = push_json_pointer(&mut self.path, name);
                    self.seal(&masked[name], value)?;
                    self.path.truncate(before);
                }
                Ok(())
            }
            (Value::Array(masked), Value::Array(data)) if masked.len() == data.len() => {
                for (index, (masked, value)) in masked.iter().zip(data).enumerate() {
                    let before = push_json_pointer(&mut self.path, &index.to_string());
                    self.seal(masked, value)?;
                    self.path.truncate(before);
                }
                Ok(())
            }
            (masked, data) if masked == data => Ok(()),
            (Value::String(mask), data) if mask == MASK => {
                let plain = zeroize::Zeroizing::new(data.to_string());
                let keyring = self.keyring.ok_or_else(without_key)?;
                let sealed = keyring.seal(&sealed_block_place(self.id, &self.path), plain.as_bytes())?;
                *data = sealed_block_value(&sealed);
                Ok(())
            }
            (_, _) => Err(self.error(
                "is written otherwise each time, so that it cannot be told what in it is secret: derive its `Serialize`",
            )),
        }
    }

    fn error(&self, what: impl std::fmt::Display) -> Error {
        let field = if self.path.is_empty() { "it" } else { &*self.path };
        Error::configuration(format!(
            "a block of the type `{}` cannot be saved: {field} {what}",
            self.slug
        ))
    }
}

/// The data of a document with what is secret in it opened.
pub(super) fn open(document: &BlockDocument, keyring: Option<&Keyring>) -> Result<Value> {
    let mut data = Value::Object(document.data.clone());
    replace_sealed_in_block(&mut data, &mut String::new(), &mut |path, sealed| {
        let keyring = keyring.ok_or_else(without_key)?;
        let plain = keyring.open(&sealed_block_place(document.id, path), sealed)?;
        serde_json::from_slice(&plain).map_err(|_| {
            Error::configuration(format!(
                "what is sealed in the block {} at {path} is no JSON",
                document.id
            ))
        })
    })?;
    Ok(data)
}

/// Whether something in a document is sealed.
pub(super) fn is_sealed(document: &BlockDocument) -> bool {
    let mut any = false;
    let mut data = Value::Object(document.data.clone());
    let looked = replace_sealed_in_block(&mut data, &mut String::new(), &mut |_, _| {
        any = true;
        Ok::<_, Infallible>(Value::Null)
    });
    any || looked.is_err()
}

/// The data of a document whose secrets are sealed with the current key; nothing, if they are already.
pub(crate) fn reseal(
    document: &BlockDocument,
    keyring: &Keyring,
) -> Result<Option<Map<String, Value>>> {
    let mut data = document.data.clone();
    let mut any = false;
    for (name, value) in &mut data {
        let mut path = String::new();
        push_json_pointer(&mut path, name);
        replace_sealed_in_block::<Error>(value, &mut path, &mut |path, sealed| {
            let newer = keyring.reseal(&sealed_block_place(document.id, path), sealed)?;
            any |= newer.is_some();
            Ok::<_, Error>(sealed_block_value(newer.as_deref().unwrap_or(sealed)))
        })?;
    }
    Ok(any.then_some(data))
}

fn without_key() -> Error {
    Error::configuration("a secret turned up in a block while it was saved or loaded; try again")
}

/// The data of a document as it may be shown to anybody: what is secret in it is masked.
///
/// ```
/// use serde_json::json;
///
/// let data = json!({"user": "ada", "password": {"$sealed": "…"}});
/// let shown = tidegate::block::masked(data.as_object().unwrap());
/// assert_eq!(shown["password"], "**********");
/// assert_eq!(shown["user"], "ada");
/// ```
#[must_use]
pub fn masked(data: &Map<String, Value>) -> Map<String, Value> {
    let mut shown = data.clone();
    for value in shown.values_mut() {
        replace_sealed_in_block(value, &mut String::new(), &mut |_, _| {
            Ok::<_, Infallible>(MASK.into())
        })
        .expect("a mask is always at hand");
    }
    shown
}

fn same_names(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    one.len() == other.len() && one.keys().all(|name| other.contains_key(name))
}
