//! Conditions on runs, as data, for questions that no field of a [`RunQuery`](super::RunQuery) asks. They look at nothing: each store
//! finds the runs of which one holds, and `holds` says for one run what that means.

use serde::{Deserialize, Serialize};

use crate::{DeploymentId, Run, RunId, State, StateType, Timestamp};

/// A condition on a run. Of a list of values one must be there; an empty list fits nothing.
///
/// What a run does not have is not equal to anything, and neither before nor after any time: ask for [`Unset`](Self::Unset).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunCondition {
    /// Every one of these holds; holds if there are none.
    All(Vec<Self>),
    /// One of these holds.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// Its id is one of these.
    Id(Vec<RunId>),
    /// Its name is one of these.
    Name(Vec<String>),
    /// This is a part of its name, whatever the case of ASCII letters.
    NameLike(String),
    /// Its flow or task has one of these names.
    Definition(Vec<String>),
    /// This is a part of the name of its flow or task, whatever the case of ASCII letters.
    DefinitionLike(String),
    /// Its flow or task has one of these versions.
    Version(Vec<String>),
    /// Its flow or task carries all of these tags.
    DefinitionTags(Vec<String>),
    /// Its flow or task carries one of these tags.
    AnyDefinitionTag(Vec<String>),
    /// Its flow or task carries no tags.
    DefinitionUntagged,
    /// Its current state is of one of these types.
    StateType(Vec<StateType>),
    /// Its current state has one of these names.
    StateName(Vec<String>),
    /// It carries all of these tags.
    Tags(Vec<String>),
    /// It carries one of these tags.
    AnyTag(Vec<String>),
    /// It carries no tags.
    Untagged,
    /// It was made by one of these deployments.
    Deployment(Vec<DeploymentId>),
    /// It was called in one of these flow runs.
    FlowRun(Vec<RunId>),
    /// It was called in one of these task runs.
    TaskRun(Vec<RunId>),
    /// This happened to it at that time or later.
    Since(RunTime, Timestamp),
    /// This happened to it at that time or earlier.
    Until(RunTime, Timestamp),
    /// It has none of these.
    Unset(RunField),
    /// It was called in a flow run of which this holds.
    InFlowRun(Box<Self>),
    /// It is a flow run in which a task run was called of which this holds.
    HasTaskRun(Box<Self>),
    /// It is a task run in which a flow run was called.
    HasSubflow,
}

/// A time of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunTime {
    /// When it was made.
    Created,
    /// When it was to start.
    ExpectedStart,
    /// When it started.
    Start,
    /// When it ended.
    End,
    /// When it is to go on.
    NextScheduled,
}

/// What a run may not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunField {
    /// This time.
    Time(RunTime),
    /// A flow run that it was called in.
    FlowRun,
    /// A task run that it was called in.
    TaskRun,
    /// A deployment.
    Deployment,
}

impl RunTime {
    /// That time of a run.
    #[must_use]
    pub fn of(self, run: &Run) -> Option<Timestamp> {
        match self {
            Self::Created => Some(run.created),
            Self::ExpectedStart => run.expected_start_time,
            Self::Start => run.start_time,
            Self::End => run.end_time,
            Self::NextScheduled => run.next_scheduled_start_time,
        }
    }
}

/// What is known of other runs, for conditions that ask for them.
pub trait RelatedRuns {
    /// The run of this id.
    fn run(&self, id: RunId) -> Option<Run>;

    /// The runs that were called in a flow run.
    fn called_in(&self, flow_run: RunId) -> Vec<Run>;
}

impl RunCondition {
    /// Whether this holds of a run.
    #[must_use]
    pub fn holds(&self, run: &Run, others: &dyn RelatedRuns) -> bool {
        let state_type = run.state().map(State::state_type);
        let definition = &run.definition;
        match self {
            Self::All(all) => all.iter().all(|each| each.holds(run, others)),
            Self::Any(any) => any.iter().any(|each| each.holds(run, others)),
            Self::Not(one) => !one.holds(run, others),
            Self::Id(ids) => ids.contains(&run.id),
            Self::Name(names) => names.contains(&run.name),
            Self::NameLike(part) => is_part_of(part, &run.name),
            Self::Definition(names) => names.contains(&definition.name),
            Self::DefinitionLike(part) => is_part_of(part, &definition.name),
            Self::Version(versions) => {
                definition.version.as_ref().is_some_and(|own| versions.contains(own))
            }
            Self::DefinitionTags(tags) => tags.iter().all(|tag| definition.tags.contains(tag)),
            Self::AnyDefinitionTag(tags) => tags.iter().any(|tag| definition.tags.contains(tag)),
            Self::DefinitionUntagged => definition.tags.is_empty(),
            Self::StateType(types) => state_type.is_some_and(|own| types.contains(&own)),
            Self::StateName(names) => {
                run.state().is_some_and(|state| names.iter().any(|name| *name == *state.name))
            }
            Self::Tags(tags) => tags.iter().all(|tag| run.tags.contains(tag)),
            Self::AnyTag(tags) => tags.iter().any(|tag| run.tags.contains(tag)),
            Self::Untagged => run.tags.is_empty(),
            Self::Deployment(ids) => run.deployment_id.is_some_and(|own| ids.contains(&own)),
            Self::FlowRun(ids) => run.flow_run_id.is_some_and(|own| ids.contains(&own)),
            Self::TaskRun(ids) => run.task_run_id.is_some_and(|own| ids.contains(&own)),
            Self::Since(time, since) => time.of(run).is_some_and(|own| own >= *since),
            Self::Until(time, until) => time.of(run).is_some_and(|own| own <= *until),
            Self::Unset(field) => match field {
                RunField::Time(time) => time.of(run).is_none(),
                RunField::FlowRun => run.flow_run_id.is_none(),
                RunField::TaskRun => run.task_run_id.is_none(),
                RunField::Deployment => run.deployment_id.is_none(),
            },
            Self::InFlowRun(one) => {
                let parent = run.flow_run_id.and_then(|id| others.run(id));
                parent.is_some_and(|parent| one.holds(&parent, others))
            }
            Self::HasTaskRun(one) => others
                .called_in(run.id)
                .iter()
                .any(|called| called.kind() == crate::RunKind::Task && one.holds(called, others)),
            Self::HasSubflow => run.flow_run_id.is_some_and(|flow_run| {
                others.called_in(flow_run).iter().any(|called| {
                    called.kind() == crate::RunKind::Flow && called.task_run_id == Some(run.id)
                })
            }),
        }
    }
}

/// Whether `part` is in `text`, whatever the case of ASCII letters.
fn is_part_of(part: &str, text: &str) -> bool {
    text.to_ascii_lowercase().contains(&part.to_ascii_lowercase())
}
