//! Results: how the value that a run gave is written down and read back. Whether it is kept, and where, is decided by the engine.

mod codec;
mod faithful;
pub(crate) mod json;
mod recordable;

pub use codec::Codec;
pub use recordable::Recordable;
