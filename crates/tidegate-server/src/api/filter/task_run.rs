//! Which task runs are asked for.

use schemars::JsonSchema;
use serde::Deserialize;
use tidegate_core::{Run, RunQuery};
use uuid::Uuid;

use super::flow_run::StateFilter;
use super::parts::{AnyOf, Between, Named, Operator, TagFilter};

/// Prefect's `TaskRunFilter`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TaskRunFilter {
    pub(crate) operator: Operator,
    pub(crate) id: Option<AnyOf<Uuid>>,
    pub(crate) name: Option<Named>,
    pub(crate) tags: Option<TagFilter>,
    pub(crate) state: Option<StateFilter>,
    pub(crate) start_time: Option<Between>,
    pub(crate) end_time: Option<Between>,
    pub(crate) expected_start_time: Option<Between>,
    pub(crate) subflow_runs: Option<Subflows>,
    pub(crate) flow_run_id: Option<OfFlowRun>,
}

/// Whether it stands for a subflow run.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Subflows {
    pub(crate) exists_: Option<bool>,
}

/// The flow run it was called in.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OfFlowRun {
    pub(crate) operator: Operator,
    pub(crate) any_: Option<Vec<Uuid>>,
    pub(crate) is_null_: Option<bool>,
}

impl OfFlowRun {
    fn holds(&self, flow_run: Option<Uuid>) -> Option<bool> {
        let any = self.any_.as_ref().map(|any| flow_run.is_some_and(|id| any.contains(&id)));
        let null = match (self.is_null_, &self.any_) {
            (Some(true), _) => Some(flow_run.is_none()),
            (Some(false), None) => Some(flow_run.is_some()),
            (Some(false), Some(_)) | (None, _) => None,
        };
        self.operator.of(&[any, null])
    }
}

impl TaskRunFilter {
    /// Whether this task run is asked for. `is_subflow` is whether it stands for a subflow run.
    pub(crate) fn matches(&self, run: &Run, is_subflow: bool) -> bool {
        let id = *run.id.as_uuid();
        let flow_run = run.flow_run_id.map(|id| *id.as_uuid());
        let conditions = [
            self.id.as_ref().and_then(|ids| ids.holds(|each| *each == id)),
            self.name.as_ref().and_then(|name| name.holds(&run.name)),
            self.tags.as_ref().and_then(|tags| tags.holds(&run.tags)),
            self.state.as_ref().and_then(|state| state.holds(run.state())),
            self.start_time.as_ref().and_then(|times| times.holds(run.start_time)),
            self.end_time.as_ref().and_then(|times| times.holds(run.end_time)),
            self.expected_start_time
                .as_ref()
                .and_then(|times| times.holds(run.expected_start_time)),
            self.subflow_runs
                .as_ref()
                .and_then(|subflows| subflows.exists_.map(|exists| exists == is_subflow)),
            self.flow_run_id.as_ref().and_then(|asked| asked.holds(flow_run)),
        ];
        self.operator.of(&conditions).unwrap_or(true)
    }

    /// Moves what a store can answer into a question to it; what is left is asked of each record.
    pub(crate) fn ask(&mut self, query: &mut RunQuery) {
        if !self.operator.is_and() {
            return;
        }
        if let Some(state) = &mut self.state {
            state.ask(query);
        }
        self.state.take_if(|state| state.is_empty());
        if let Some(tags) = self.tags.as_mut().filter(|tags| tags.operator.is_and()) {
            query.tags = tags.all_.take().unwrap_or_default();
        }
        self.tags
            .take_if(|tags| tags.all_.is_none() && tags.any_.is_none() && tags.is_null_.is_none());
        if let Some(OfFlowRun { any_: Some(ids), is_null_: None | Some(false), .. }) =
            &mut self.flow_run_id
            && ids.len() == 1
        {
            query.flow_run_id = ids.pop().map(Into::into);
            self.flow_run_id = None;
        }
    }
}
