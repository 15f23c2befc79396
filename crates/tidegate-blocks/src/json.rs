//! Any JSON under a name.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tidegate::{Block, Result};

/// JSON that is no secret.
///
/// ```
/// use serde_json::json;
/// use tidegate_blocks::Json;
///
/// let cities = Json::new(json!(["Aarhus", "Bergen"]));
/// assert_eq!(cities.read::<Vec<String>>()?, ["Aarhus", "Bergen"]);
/// # Ok::<(), tidegate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "JSON",
    slug = "json",
    description = "A block that represents JSON.",
    documentation_url = "https://docs.prefect.io/latest/develop/blocks"
)]
pub struct Json {
    /// The JSON.
    pub value: Value,
}

impl Json {
    /// This JSON.
    #[must_use]
    pub fn new(value: Value) -> Self {
        Self { value }
    }

    /// What it is as a value of a type.
    ///
    /// # Errors
    ///
    /// It is no `T`.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        Ok(T::deserialize(&self.value)?)
    }
}
