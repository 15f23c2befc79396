//! The bound of what may be cached. It asks for nothing but serde's traits, and says what to do where they are missing.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A result that later runs can take: `Serialize` and `DeserializeOwned`.
#[diagnostic::on_unimplemented(
    message = "a cached result is written and read back by later runs, in other processes too, and `{Self}` cannot be",
    label = "this result cannot be cached",
    note = "derive `serde::Serialize` and `serde::Deserialize` for it, or do not cache the task"
)]
pub trait Cacheable: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Cacheable for T {}
