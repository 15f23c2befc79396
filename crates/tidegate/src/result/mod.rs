//! Results: how the value that a run gave is written down, kept and read back. Which results are kept, and where, is decided by the
//! engine.
//!
//! ```text
//!   Codec ── as_serialize ──> json::encode ───────────> the record of the run        up to the inline limit
//!     ^                       ResultSerializer ──> Object ──> ResultStorage           larger, or told to
//!     └── restore ──────────< Found <──────────────────────── Archive                 by the names in the record
//! ```

mod archive;
mod codec;
mod faithful;
pub(crate) mod json;
mod key;
mod made_up;
mod object;
mod recordable;
mod serializer;
mod storage;
mod trouble;

pub(crate) use archive::{Archive, Found, read as read_object};
pub use codec::Codec;
pub use key::KeyPart;
pub(crate) use key::compose as compose_key;
pub(crate) use made_up::MadeUp;
pub(crate) use object::{Damage, Header};
pub use recordable::Recordable;
pub use serializer::{
    CompressedJsonSerializer, IntoResultSerializer, JsonSerializer, ResultSerializer,
    SerializerError, TakeValue,
};
#[cfg(feature = "object-store")]
pub use storage::ObjectStorage;
pub use storage::{IntoResultStorage, LocalFiles, MemoryStorage, ResultStorage};
pub(crate) use trouble::{Unkept, Unreadable};
