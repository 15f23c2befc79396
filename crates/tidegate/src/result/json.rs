//! Results as JSON text that reads back as it was. It never guesses: what JSON cannot hold is refused when it is written.

use erased_serde::{Deserializer, Serialize};

use super::faithful::Faithful;

/// The JSON text of a value; an error where it would not read back as it was.
pub(crate) fn encode(value: &dyn Serialize) -> serde_json::Result<String> {
    let mut text = Vec::with_capacity(64);
    serde::Serialize::serialize(value, Faithful::new(&mut serde_json::Serializer::new(&mut text)))?;
    Ok(String::from_utf8(text).expect("serde_json writes UTF-8"))
}

/// Lets `read` take a value from a JSON text, all of it.
pub(crate) fn decode<T>(
    text: &str,
    read: impl FnOnce(&mut dyn Deserializer<'_>) -> Result<T, erased_serde::Error>,
) -> Result<T, erased_serde::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = read(&mut <dyn Deserializer<'_>>::erase(&mut deserializer))?;
    deserializer.end().map_err(serde::de::Error::custom)?;
    Ok(value)
}

#[cfg(test)]
#[path = "json/tests.rs"]
mod tests;
