//! A flow.

use serde_json::{Value, json};
use tidegate_core::{Definition, Timestamp};

use crate::api::ids;

/// Prefect's `Flow`. When a flow was first seen is not on record, so its newest run tells the time.
pub(crate) fn flow(definition: &Definition, seen: Option<Timestamp>) -> Value {
    json!({
        "id": ids::flow(&definition.name),
        "created": seen,
        "updated": seen,
        "name": definition.name,
        "tags": definition.tags,
        "labels": {},
    })
}
