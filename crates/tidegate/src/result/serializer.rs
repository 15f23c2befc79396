//! In which format results are written to a storage. A serializer turns values into bytes and back; it never says where they go.

use std::fmt;
use std::sync::Arc;

use erased_serde::{Deserializer, Serialize};

use super::json;

/// What fails a serializer.
pub type SerializerError = Box<dyn std::error::Error + Send + Sync>;

/// Takes a value from a deserializer, for [`ResultSerializer::deserialize`].
pub type TakeValue<'a> =
    &'a mut dyn FnMut(&mut dyn Deserializer<'_>) -> Result<(), erased_serde::Error>;

/// Writes values as bytes, and reads them. Tidegate has [`JsonSerializer`] and [`CompressedJsonSerializer`]; implement it for any
/// other format that serde has.
///
/// ```
/// use tidegate::erased_serde::{Deserializer, Serialize};
/// use tidegate::{ResultSerializer, SerializerError, TakeValue};
///
/// #[derive(Debug)]
/// struct Indented;
///
/// impl ResultSerializer for Indented {
///     fn name(&self) -> &str {
///         "json/indented"
///     }
///
///     fn serialize(&self, value: &dyn Serialize) -> Result<Vec<u8>, SerializerError> {
///         Ok(serde_json::to_vec_pretty(value)?)
///     }
///
///     fn deserialize(&self, bytes: &[u8], take: TakeValue<'_>) -> Result<(), SerializerError> {
///         let mut json = serde_json::Deserializer::from_slice(bytes);
///         Ok(take(&mut <dyn Deserializer>::erase(&mut json))?)
///     }
/// }
/// ```
pub trait ResultSerializer: fmt::Debug + Send + Sync {
    /// What it is called in records, and found by. Another format needs another name.
    fn name(&self) -> &str;

    /// The bytes of a value.
    ///
    /// # Errors
    ///
    /// The format cannot hold the value as it is.
    fn serialize(&self, value: &dyn Serialize) -> Result<Vec<u8>, SerializerError>;

    /// Reads bytes that it has made: gives `take` a deserializer of them, once.
    ///
    /// # Errors
    ///
    /// The bytes are damaged, or hold another type than is taken.
    fn deserialize(&self, bytes: &[u8], take: TakeValue<'_>) -> Result<(), SerializerError>;
}

/// Results as JSON text: the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonSerializer;

impl ResultSerializer for JsonSerializer {
    fn name(&self) -> &'static str {
        "json"
    }

    fn serialize(&self, value: &dyn Serialize) -> Result<Vec<u8>, SerializerError> {
        Ok(json::encode(value)?.into_bytes())
    }

    fn deserialize(&self, bytes: &[u8], take: TakeValue<'_>) -> Result<(), SerializerError> {
        Ok(json::decode(std::str::from_utf8(bytes)?, take)?)
    }
}

/// Results as JSON text, compressed by LZ4: an LZ4 block after the length of the text in four bytes, the lowest first.
#[derive(Clone, Copy, Debug, Default)]
pub struct CompressedJsonSerializer;

/// A text of more bytes is neither compressed nor made again.
const MAX_TEXT: usize = 1 << 30;

/// LZ4 makes a text at most so many times as short.
const MAX_RATIO: usize = 255;

impl ResultSerializer for CompressedJsonSerializer {
    fn name(&self) -> &'static str {
        "compressed/json"
    }

    fn serialize(&self, value: &dyn Serialize) -> Result<Vec<u8>, SerializerError> {
        let text = json::encode(value)?;
        if text.len() > MAX_TEXT {
            return Err(format!("{} bytes are too many to be compressed", text.len()).into());
        }
        Ok(lz4_flex::compress_prepend_size(text.as_bytes()))
    }

    fn deserialize(&self, bytes: &[u8], take: TakeValue<'_>) -> Result<(), SerializerError> {
        let (length, block) = lz4_flex::block::uncompressed_size(bytes)?;
        if length > MAX_TEXT || length > block.len().saturating_mul(MAX_RATIO) {
            return Err(format!("{} bytes cannot hold a text of {length}", bytes.len()).into());
        }
        let text = lz4_flex::decompress(block, length)?;
        JsonSerializer.deserialize(&text, take)
    }
}

/// The serializer that Tidegate has under this name.
pub(crate) fn built_in(name: &str) -> Option<Arc<dyn ResultSerializer>> {
    match name {
        "json" => Some(Arc::new(JsonSerializer)),
        "compressed/json" => Some(Arc::new(CompressedJsonSerializer)),
        _ => None,
    }
}

/// What `result_serializer` takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a result serializer",
    label = "not a format that results can be written in",
    note = "give `JsonSerializer`, `CompressedJsonSerializer`, or a type of your own that implements `ResultSerializer`"
)]
pub trait IntoResultSerializer {
    #[doc(hidden)]
    fn into_result_serializer(self) -> Arc<dyn ResultSerializer>;
}

#[diagnostic::do_not_recommend]
impl<S: ResultSerializer + 'static> IntoResultSerializer for S {
    fn into_result_serializer(self) -> Arc<dyn ResultSerializer> {
        Arc::new(self)
    }
}

impl<S: ResultSerializer + 'static> IntoResultSerializer for Arc<S> {
    fn into_result_serializer(self) -> Arc<dyn ResultSerializer> {
        self
    }
}

impl IntoResultSerializer for Arc<dyn ResultSerializer> {
    fn into_result_serializer(self) -> Self {
        self
    }
}

#[cfg(test)]
#[path = "serializer/tests.rs"]
mod tests;
