//! A flow.

use schemars::JsonSchema;
use serde::Serialize;
use tidegate_core::{Definition, Timestamp};
use uuid::Uuid;

use super::Object;
use crate::api::ids;

/// A flow: Prefect's `Flow`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Flow<'a> {
    id: Uuid,
    created: Timestamp,
    updated: Timestamp,
    name: &'a str,
    tags: &'a [String],
    labels: Object,
}

impl<'a> Flow<'a> {
    /// When a flow was first seen is not on record, so its newest run tells the time.
    pub(crate) fn of(definition: &'a Definition, seen: Timestamp) -> Self {
        Self {
            id: ids::flow(&definition.name),
            created: seen,
            updated: seen,
            name: &definition.name,
            tags: &definition.tags,
            labels: Object::new(),
        }
    }
}
