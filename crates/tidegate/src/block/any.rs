//! A block whose type is known to the program and not to the code that has it. It never makes a block of a type that is not in the
//! program.

use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use tidegate_core::BlockDocumentId;

use super::capability::{Capabilities, Notify, ReadPath, RunJob, WritePath};
use super::reference::{Place, Resolved, TYPE_SLUG};
use super::registration::{self, Anything, BlockRegistration};
use super::{Block, BlockCall, load, nested};

/// A block of any type of this program.
///
/// It can do what its type has declared in `#[block(capabilities(..))]`. As a field of another block it stands for any type: what is
/// stored says which one it is.
///
/// ```
/// use futures_util::FutureExt;
/// use futures_util::future::BoxFuture;
/// use serde::{Deserialize, Serialize};
/// use tidegate::block::{Notify, load_any};
/// use tidegate::schemars::{self, JsonSchema};
/// use tidegate::{Block, Result};
///
/// #[derive(Serialize, Deserialize, JsonSchema, Block)]
/// #[block(capabilities(Notify))]
/// struct Console {
///     prefix: String,
/// }
///
/// impl Notify for Console {
///     fn notify<'a>(&'a self, _subject: Option<&'a str>, body: &'a str) -> BoxFuture<'a, Result<()>> {
///         async move { Ok(eprintln!("{}{body}", self.prefix)) }.boxed()
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// Console { prefix: "! ".into() }.save("alerts").await?;
///
/// let block = load_any("console/alerts").await?;
/// if let Some(channel) = block.as_notify() {
///     channel.notify(None, "it rains").await?;
/// }
/// assert_eq!(block.downcast_ref::<Console>().unwrap().prefix, "! ");
/// # Ok(()) }).await }
/// ```
#[derive(Clone)]
pub struct AnyBlock {
    registration: &'static BlockRegistration,
    block: Anything,
    place: Option<Place>,
}

/// The block `slug/name`, of whichever type of this program it is.
///
/// # Errors
///
/// There is none, or its type is not in this program; otherwise as those of [`Block::load`].
///
/// # Cancel safety
///
/// Cancel safe.
pub fn load_any(address: &str) -> BlockCall<'static, AnyBlock> {
    let address = address.to_owned();
    BlockCall::new(move |engine| {
        Box::pin(async move {
            let (slug, name) = super::address(&address)?;
            let registration = registration::find(slug)?;
            let (data, place) = load::data(&engine, slug, name).await?;
            let block =
                registration.read(data).map_err(|unfit| load::does_not_fit(slug, name, &unfit))?;
            Ok(AnyBlock { registration, block, place: Some(place) })
        })
    })
}

impl AnyBlock {
    /// A block that was not saved by itself.
    ///
    /// # Panics
    ///
    /// Two types of this program have its slug.
    pub fn new<B: Block>(block: B) -> Self {
        let registration = registration::find(B::SLUG)
            .expect("a type that derives Block is entered, and alone has its slug");
        Self { registration, block: Arc::new(block), place: None }
    }

    /// The slug of its type.
    #[must_use]
    pub fn type_slug(&self) -> &'static str {
        self.registration.slug()
    }

    /// What it can do.
    #[must_use]
    pub fn capabilities(&self) -> &'static Capabilities {
        self.registration.capabilities()
    }

    /// The document that it was saved in by itself, if it was.
    #[must_use]
    pub fn document_id(&self) -> Option<BlockDocumentId> {
        self.place.as_ref().map(|place| place.id)
    }

    /// The name that it was saved under by itself, if it was.
    #[must_use]
    pub fn document_name(&self) -> Option<&str> {
        self.place.as_ref().map(|place| &*place.name)
    }

    /// The block, if it is a `B`.
    #[must_use]
    pub fn downcast_ref<B: Block>(&self) -> Option<&B> {
        self.block.downcast_ref()
    }

    /// The block, if it is a `B`; itself otherwise.
    ///
    /// # Errors
    ///
    /// It is no `B`.
    pub fn downcast<B: Block>(self) -> Result<Arc<B>, Self> {
        let Self { registration, block, place } = self;
        block.downcast().map_err(|block| Self { registration, block, place })
    }

    /// What reads, if its type has declared [`ReadPath`].
    #[must_use]
    pub fn as_read_path(&self) -> Option<&dyn ReadPath> {
        self.capabilities().as_read_path(&*self.block)
    }

    /// What writes, if its type has declared [`WritePath`].
    #[must_use]
    pub fn as_write_path(&self) -> Option<&dyn WritePath> {
        self.capabilities().as_write_path(&*self.block)
    }

    /// What tells, if its type has declared [`Notify`].
    #[must_use]
    pub fn as_notify(&self) -> Option<&dyn Notify> {
        self.capabilities().as_notify(&*self.block)
    }

    /// What runs a job, if its type has declared [`RunJob`].
    #[must_use]
    pub fn as_run_job(&self) -> Option<&dyn RunJob> {
        self.capabilities().as_run_job(&*self.block)
    }
}

impl Serialize for AnyBlock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let inside = || self.registration.write(&self.block).map_err(serde::ser::Error::custom);
        nested::written(self.place.as_ref(), self.type_slug(), inside)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for AnyBlock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let custom = serde::de::Error::custom;
        let trouble = Resolved::TROUBLE;
        let resolved = Resolved::of(Value::deserialize(deserializer)?).map_err(custom)?;
        let Some(slug) = resolved.slug else {
            return Err(custom(format!(
                "{trouble}does not say of which type it is in `{TYPE_SLUG}`"
            )));
        };
        let registration = registration::find(&slug)
            .map_err(|error| custom(format!("{trouble}has an unknown type: {error}")))?;
        let block = registration
            .read(resolved.data)
            .map_err(|unfit| custom(format!("{trouble}is no `{slug}`: {unfit}")))?;
        Ok(Self { registration, block, place: resolved.place })
    }
}

impl JsonSchema for AnyBlock {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AnyBlock".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object" })
    }
}

/// Its type and where it was saved, and not what is in it.
impl fmt::Debug for AnyBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyBlock")
            .field("type_slug", &self.type_slug())
            .field("document_name", &self.document_name())
            .finish_non_exhaustive()
    }
}
