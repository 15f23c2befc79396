//! A block as a field of another: it remembers whether it was saved by itself. What it is in refers to it then, and otherwise has it
//! inside.

use std::fmt;
use std::ops::{Deref, DerefMut};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use tidegate_core::{BlockDocumentId, IfExists, block_reference};

use super::reference::{Place, Resolved, TYPE_SLUG};
use super::{Block, BlockCall, load, read, save};

/// A block in a field of another block.
///
/// One that was [loaded](Nested::load) or [saved](Nested::save) remembers under which name. What it is in refers to it: whoever loads that
/// later has it as it is by then. One that was made from a value is part of what it is in, and its secrets are sealed with those of that.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use tidegate::Block;
/// use tidegate::block::Nested;
/// use tidegate::schemars::{self, JsonSchema};
///
/// #[derive(Serialize, Deserialize, JsonSchema, Block)]
/// struct Login {
///     user: String,
/// }
///
/// #[derive(Serialize, Deserialize, JsonSchema, Block)]
/// struct Mailbox {
///     login: Nested<Login>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> tidegate::Result<()> { tidegate::testing::run_async(async {
/// Login { user: "ada".into() }.save("work").await?;
/// Mailbox { login: Nested::load("work").await? }.save("inbox").await?;
///
/// Login { user: "grace".into() }.save_overwrite("work").await?;
/// let mailbox = Mailbox::load("inbox").await?;
/// assert_eq!(mailbox.login.user, "grace");
/// assert_eq!(mailbox.login.document_name(), Some("work"));
/// # Ok(()) }).await }
/// ```
#[derive(Clone)]
pub struct Nested<T> {
    block: T,
    place: Option<Place>,
}

impl<T: Block> Nested<T> {
    /// A block that is part of what it is in.
    pub fn new(block: T) -> Self {
        Self { block, place: None }
    }

    /// The block of this name, which may be written `slug/name`.
    ///
    /// # Errors
    ///
    /// As those of [`Block::load`].
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub fn load(name: &str) -> BlockCall<'static, Self> {
        let name = name.to_owned();
        BlockCall::new(move |engine| {
            Box::pin(async move {
                let (block, place) = load::load(&engine, &name).await?;
                Ok(Self { block, place: Some(place) })
            })
        })
    }

    /// Saves it by itself under a name that its type has not yet, and remembers that.
    ///
    /// # Errors
    ///
    /// As those of [`Block::save`].
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, it may be saved or not.
    pub fn save(&mut self, name: &str) -> BlockCall<'_, BlockDocumentId> {
        self.save_as(name, IfExists::Refuse)
    }

    /// Saves it by itself under a name, in the place of what is there, and remembers that.
    ///
    /// # Errors
    ///
    /// As those of [`Block::save_overwrite`].
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, it may be saved or not.
    pub fn save_overwrite(&mut self, name: &str) -> BlockCall<'_, BlockDocumentId> {
        self.save_as(name, IfExists::Replace)
    }

    fn save_as(&mut self, name: &str, if_exists: IfExists) -> BlockCall<'_, BlockDocumentId> {
        let name = name.to_owned();
        BlockCall::new(move |engine| {
            Box::pin(async move {
                let id = save::save(&engine, &self.block, &name, if_exists).await?;
                let name = load::name_of::<T>(&name)?.to_owned();
                self.place = Some(Place { id, name });
                Ok(id)
            })
        })
    }
}

impl<T> Nested<T> {
    /// The document that it was saved in by itself, if it was.
    pub fn document_id(&self) -> Option<BlockDocumentId> {
        self.place.as_ref().map(|place| place.id)
    }

    /// The name that it was saved under by itself, if it was.
    pub fn document_name(&self) -> Option<&str> {
        self.place.as_ref().map(|place| &*place.name)
    }

    /// The block itself.
    pub fn into_inner(self) -> T {
        self.block
    }
}

impl<T: Block> From<T> for Nested<T> {
    fn from(block: T) -> Self {
        Self::new(block)
    }
}

impl<T> Deref for Nested<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.block
    }
}

/// What is changed is what is in memory: where it was saved, it stays until it is saved again.
impl<T> DerefMut for Nested<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.block
    }
}

impl<T: Block> Serialize for Nested<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let inside = || serde_json::to_value(&self.block).map_err(serde::ser::Error::custom);
        written(self.place.as_ref(), T::SLUG, inside)?.serialize(serializer)
    }
}

/// What stands for a block in another.
pub(super) fn written<E>(
    place: Option<&Place>,
    slug: &str,
    inside: impl FnOnce() -> Result<Value, E>,
) -> Result<Value, E> {
    if let Some(place) = place {
        return Ok(block_reference(place.id));
    }
    let mut inside = inside()?;
    if let Some(fields) = inside.as_object_mut() {
        fields.insert(TYPE_SLUG.to_owned(), slug.into());
    }
    Ok(inside)
}

impl<'de, T: Block> Deserialize<'de> for Nested<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let custom = serde::de::Error::custom;
        let resolved = Resolved::of(Value::deserialize(deserializer)?).map_err(custom)?;
        if let Some(slug) = resolved.slug.filter(|slug| slug != T::SLUG) {
            let trouble = Resolved::TROUBLE;
            return Err(custom(format!("{trouble}is of the type `{slug}` and not `{}`", T::SLUG)));
        }
        let block = read::read::<T>(resolved.data).map_err(|unfit| {
            custom(format!("{}is no `{}`: {unfit}", Resolved::TROUBLE, T::SLUG))
        })?;
        Ok(Self { block, place: resolved.place })
    }
}

impl<T: Block> JsonSchema for Nested<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = generator.subschema_for::<T>();
        schema.insert(TYPE_SLUG.to_owned(), T::SLUG.into());
        schema
    }
}

/// As the block itself.
impl<T: fmt::Debug> fmt::Debug for Nested<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.block.fmt(f)
    }
}

/// Equal blocks are, wherever they were saved.
impl<T: PartialEq> PartialEq for Nested<T> {
    fn eq(&self, other: &Self) -> bool {
        self.block == other.block
    }
}

impl<T: Eq> Eq for Nested<T> {}
