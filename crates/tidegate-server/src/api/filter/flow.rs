//! Which flows are asked for.

use schemars::JsonSchema;
use serde::Deserialize;
use tidegate_core::Definition;
use uuid::Uuid;

use super::parts::{Named, OneOf, Operator, TagFilter};
use crate::api::ids;

/// Prefect's `FlowFilter`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FlowFilter {
    pub(crate) operator: Operator,
    pub(crate) id: Option<OneOf<Uuid>>,
    pub(crate) deployment: Option<Deployed>,
    pub(crate) name: Option<Named>,
    pub(crate) tags: Option<TagFilter>,
}

/// Whether it has a deployment.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Deployed {
    pub(crate) operator: Operator,
    pub(crate) is_null_: Option<bool>,
}

impl FlowFilter {
    /// Whether this flow is asked for.
    pub(crate) fn matches(&self, flow: &Definition) -> bool {
        let Self { operator, id, deployment, name, tags } = self;
        let conditions = [
            id.as_ref().and_then(|id| {
                let own = ids::flow(&flow.name);
                id.holds(|each| *each == own)
            }),
            // No flow has one here.
            deployment.as_ref().and_then(|deployment| deployment.is_null_),
            name.as_ref().and_then(|name| name.holds(&flow.name)),
            tags.as_ref().and_then(|tags| tags.holds(&flow.tags)),
        ];
        operator.of(&conditions).unwrap_or(true)
    }
}
