//! How values of one type are written and read, without the type's bounds. It never decides in which format.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Writes and reads a `T` of which nothing else is known. A value, so that a call can carry it where its type allows one.
pub struct Codec<T> {
    as_serialize: fn(&T) -> &dyn erased_serde::Serialize,
    deserialize: fn(&mut dyn erased_serde::Deserializer<'_>) -> Result<T, erased_serde::Error>,
}

impl<T: Serialize + DeserializeOwned> Codec<T> {
    /// The codec of a type that serde can write and read.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            as_serialize: |value| value,
            deserialize: |result| erased_serde::deserialize(result),
        }
    }
}

impl<T: Serialize + DeserializeOwned> Default for Codec<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Codec<T> {
    /// The value as something that can be written, if there is one and its type has a codec.
    pub(crate) fn encode<'a>(
        codec: Option<&Self>,
        value: Option<&'a T>,
    ) -> Option<&'a dyn erased_serde::Serialize> {
        Some((codec?.as_serialize)(value?))
    }

    /// Reads a value, if its type has a codec.
    pub(crate) fn restore(
        codec: Option<&Self>,
        deserializer: &mut dyn erased_serde::Deserializer<'_>,
    ) -> Result<T, erased_serde::Error> {
        match codec {
            Some(codec) => (codec.deserialize)(deserializer),
            None => Err(serde::de::Error::custom(
                "its type cannot be read: it is not `DeserializeOwned`",
            )),
        }
    }
}

impl<T> Clone for Codec<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Codec<T> {}

impl<T> fmt::Debug for Codec<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Codec")
    }
}
