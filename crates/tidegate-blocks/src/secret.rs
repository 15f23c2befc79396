//! One secret under a name. It is shown to nobody by accident: who wants it asks for it.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use tidegate::{Block, Result};

/// A secret text, or secret JSON.
///
/// ```
/// use tidegate_blocks::Secret;
///
/// let key = Secret::new("sk-1234567890");
/// assert_eq!(key.get(), "sk-1234567890");
/// assert!(!format!("{key:?}").contains("sk-"));
/// ```
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "Secret",
    slug = "secret",
    description = "A block that represents a secret value.",
    documentation_url = "https://docs.prefect.io/latest/develop/blocks"
)]
pub struct Secret {
    /// A value that should be kept secret.
    #[serde(deserialize_with = "text")]
    pub value: tidegate::Secret,
}

impl Secret {
    /// This secret.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: tidegate::Secret::new(value.into()) }
    }

    /// The secret as a text.
    #[must_use]
    pub fn get(&self) -> &str {
        self.value.expose()
    }

    /// The secret, read as JSON.
    ///
    /// # Errors
    ///
    /// It is no JSON, or none of the kind. The error does not show it.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(self.get()).map_err(|_| {
            let kind = std::any::type_name::<T>();
            tidegate::Error::msg(format!("Secret: its value is no JSON of the type {kind}"))
        })
    }
}

/// A text as it is, and anything else as the text of its JSON.
pub(crate) fn text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<tidegate::Secret, D::Error> {
    let text = match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        value @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_)) => value.to_string(),
    };
    Ok(tidegate::Secret::new(text))
}
