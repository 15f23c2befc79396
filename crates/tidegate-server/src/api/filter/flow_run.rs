//! Which flow runs are asked for.

use schemars::JsonSchema;
use serde::Deserialize;
use tidegate_core::{Run, RunQuery, State, StateType};
use uuid::Uuid;

use super::parts::{AnyOf, Between, Named, Nullable, OneOf, Operator, TagFilter};
use crate::api::ids;

/// Prefect's `FlowRunFilter`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FlowRunFilter {
    pub(crate) operator: Operator,
    pub(crate) id: Option<OneOf<Uuid>>,
    pub(crate) name: Option<Named>,
    pub(crate) tags: Option<TagFilter>,
    pub(crate) deployment_id: Option<Nullable<Uuid>>,
    pub(crate) work_queue_name: Option<Nullable<String>>,
    pub(crate) state: Option<StateFilter>,
    pub(crate) flow_version: Option<AnyOf<String>>,
    pub(crate) start_time: Option<Between>,
    pub(crate) end_time: Option<Between>,
    pub(crate) expected_start_time: Option<Between>,
    pub(crate) next_scheduled_start_time: Option<Between>,
    pub(crate) parent_flow_run_id: Option<Nullable<Uuid>>,
    pub(crate) parent_task_run_id: Option<Nullable<Uuid>>,
    pub(crate) idempotency_key: Option<OneOf<String>>,
    pub(crate) created_by: Option<CreatedBy>,
}

/// The state of a run.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StateFilter {
    pub(crate) operator: Operator,
    #[serde(rename = "type")]
    pub(crate) state_type: Option<OneOf<StateType>>,
    pub(crate) name: Option<OneOf<String>>,
}

/// Who made a run, which no run here says.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CreatedBy {
    pub(crate) operator: Operator,
    pub(crate) id_: Option<Vec<Uuid>>,
    pub(crate) type_: Option<Vec<String>>,
    pub(crate) is_null_: Option<bool>,
}

impl StateFilter {
    pub(crate) fn holds(&self, state: Option<&State>) -> Option<bool> {
        let state_type = state.map(State::state_type);
        let name = state.map(|state| &*state.name);
        self.operator.of(&[
            self.state_type
                .as_ref()
                .and_then(|asked| asked.holds(|each| Some(*each) == state_type)),
            self.name.as_ref().and_then(|asked| asked.holds(|each| Some(&**each) == name)),
        ])
    }

    /// Moves what a store can answer into a question to it.
    pub(crate) fn ask(&mut self, query: &mut RunQuery) {
        if !self.operator.is_and() {
            return;
        }
        if let Some(types) =
            self.state_type.as_mut().and_then(|types| types.any_.take_if(|types| !types.is_empty()))
        {
            query.state_types = types;
        }
        if let Some(names) =
            self.name.as_mut().and_then(|names| names.any_.take_if(|names| !names.is_empty()))
        {
            query.state_names = names;
        }
    }

    /// Whether nothing is asked.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { operator: _, state_type, name } = self;
        state_type.as_ref().is_none_or(OneOf::is_empty) && name.as_ref().is_none_or(OneOf::is_empty)
    }
}

impl FlowRunFilter {
    /// Whether this flow run is asked for.
    pub(crate) fn matches(&self, run: &Run) -> bool {
        let id = *run.id.as_uuid();
        let parent = run.flow_run_id.map(|id| *id.as_uuid());
        let parent_task = run.task_run_id.map(|id| *id.as_uuid());
        let deployment = run.deployment_id.map(|id| *id.as_uuid());
        let keyed = |key: &String| ids::idempotent_flow_run(&run.definition.name, key) == run.id;
        let conditions = [
            self.id.as_ref().and_then(|ids| ids.holds(|each| *each == id)),
            self.name.as_ref().and_then(|name| name.holds(&run.name)),
            self.tags.as_ref().and_then(|tags| tags.holds(&run.tags)),
            self.deployment_id.as_ref().and_then(|ids| ids.holds(deployment.as_ref())),
            self.work_queue_name.as_ref().and_then(|names| names.holds(None)),
            self.state.as_ref().and_then(|state| state.holds(run.state())),
            self.flow_version.as_ref().and_then(|versions| {
                versions.holds(|each| Some(each) == run.definition.version.as_ref())
            }),
            self.start_time.as_ref().and_then(|times| times.holds(run.start_time)),
            self.end_time.as_ref().and_then(|times| times.holds(run.end_time)),
            self.expected_start_time
                .as_ref()
                .and_then(|times| times.holds(run.expected_start_time)),
            self.next_scheduled_start_time
                .as_ref()
                .and_then(|times| times.holds(run.next_scheduled_start_time)),
            self.parent_flow_run_id.as_ref().and_then(|ids| ids.holds(parent.as_ref())),
            self.parent_task_run_id.as_ref().and_then(|ids| ids.holds(parent_task.as_ref())),
            self.idempotency_key.as_ref().and_then(|keys| keys.holds(keyed)),
            self.created_by.as_ref().and_then(CreatedBy::holds),
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
        if let Some(Named { any_: Some(names), like_: None }) = &mut self.name
            && names.len() == 1
        {
            query.name = names.pop();
            self.name = None;
        }
        if let Some(Nullable { any_: Some(ids), is_null_: None, .. }) = &mut self.parent_flow_run_id
            && ids.len() == 1
        {
            query.flow_run_id = ids.pop().map(Into::into);
            self.parent_flow_run_id = None;
        }
        if let Some(times) = &self.start_time
            && times.is_null_.is_none()
        {
            // Narrower answers of a store would miss what happened in that very instant.
            query.started_after = times.after_;
        }
    }
}

impl CreatedBy {
    fn holds(&self) -> Option<bool> {
        let of_some = (self.id_.is_some() || self.type_.is_some()).then_some(false);
        self.operator.of(&[of_some, self.is_null_])
    }
}

impl<T> OneOf<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.any_.is_none() && self.not_any_.is_none()
    }
}
