//! The parts that filters are made of. Each asks something of a run, or answers for one value; none if nothing is asked.

use schemars::JsonSchema;
use serde::Deserialize;
use tidegate_core::{RunCondition, RunField, RunTime, Timestamp};

/// Whether all conditions must hold, or one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub(crate) enum Operator {
    /// All.
    #[default]
    #[serde(rename = "and_")]
    And,
    /// One.
    #[serde(rename = "or_")]
    Or,
}

impl Operator {
    /// Whether conditions hold, of which those that ask nothing are left out; none if there is none.
    pub(crate) fn of(self, conditions: &[Option<bool>]) -> Option<bool> {
        let mut asked = conditions.iter().flatten().copied().peekable();
        asked.peek()?;
        Some(match self {
            Self::And => asked.all(|holds| holds),
            Self::Or => asked.any(|holds| holds),
        })
    }

    /// The conditions as one; none if there is none.
    pub(crate) fn join(
        self,
        conditions: impl IntoIterator<Item = Option<RunCondition>>,
    ) -> Option<RunCondition> {
        let mut asked: Vec<RunCondition> = conditions.into_iter().flatten().collect();
        match (asked.len(), self) {
            (0 | 1, _) => asked.pop(),
            (_, Self::And) => Some(RunCondition::All(asked)),
            (_, Self::Or) => Some(RunCondition::Any(asked)),
        }
    }

    pub(crate) fn is_and(self) -> bool {
        self == Self::And
    }
}

/// One of several.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound = "T: Deserialize<'de>")]
pub(crate) struct AnyOf<T> {
    #[serde(default)]
    pub(crate) any_: Option<Vec<T>>,
}

impl<T> AnyOf<T> {
    pub(crate) fn holds(&self, is: impl Fn(&T) -> bool) -> Option<bool> {
        Some(self.any_.as_ref()?.iter().any(is))
    }
}

/// One of several, and none of others.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound = "T: Deserialize<'de>")]
pub(crate) struct OneOf<T> {
    #[serde(default)]
    pub(crate) any_: Option<Vec<T>>,
    #[serde(default)]
    pub(crate) not_any_: Option<Vec<T>>,
}

impl<T: Clone> AnyOf<T> {
    /// That a run is one of those; `make` says what a list of values asks of it.
    pub(crate) fn condition(&self, make: impl Fn(Vec<T>) -> RunCondition) -> Option<RunCondition> {
        self.any_.clone().map(make)
    }
}

impl<T: Clone> OneOf<T> {
    /// That a run is one of those, and none of the others.
    pub(crate) fn condition(&self, make: impl Fn(Vec<T>) -> RunCondition) -> Option<RunCondition> {
        let not_any = self.not_any_.clone().map(|none| not(make(none)));
        Operator::And.join([self.any_.clone().map(make), not_any])
    }
}

impl<T> OneOf<T> {
    pub(crate) fn holds(&self, is: impl Fn(&T) -> bool) -> Option<bool> {
        let any = self.any_.as_ref().map(|any| any.iter().any(&is));
        let none = self.not_any_.as_ref().map(|none| !none.iter().any(&is));
        Operator::And.of(&[any, none])
    }
}

/// One of several, if there is one at all.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound = "T: Deserialize<'de>")]
pub(crate) struct Nullable<T> {
    #[serde(default)]
    pub(crate) operator: Operator,
    #[serde(default)]
    pub(crate) any_: Option<Vec<T>>,
    #[serde(default)]
    pub(crate) is_null_: Option<bool>,
}

impl<T: Clone> Nullable<T> {
    /// That a run has one of those, or none at all.
    pub(crate) fn condition(
        &self,
        make: impl Fn(Vec<T>) -> RunCondition,
        unset: RunField,
    ) -> Option<RunCondition> {
        let null = self.is_null_.map(|null| is_or_not(null, RunCondition::Unset(unset)));
        self.operator.join([self.any_.clone().map(make), null])
    }
}

/// A name, or a part of one in any case.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    #[serde(default)]
    pub(crate) any_: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) like_: Option<String>,
}

impl Named {
    pub(crate) fn holds(&self, name: &str) -> Option<bool> {
        let any = self.any_.as_ref().map(|any| any.iter().any(|each| each == name));
        let like = self.like_.as_ref().map(|like| is_part_of(like, name));
        Operator::And.of(&[any, like])
    }
}

impl Named {
    /// That a run is called so; the two say what a list of names and a part of one ask of it.
    pub(crate) fn condition(
        &self,
        any: impl Fn(Vec<String>) -> RunCondition,
        like: impl Fn(String) -> RunCondition,
    ) -> Option<RunCondition> {
        Operator::And.join([self.any_.clone().map(any), self.like_.clone().map(like)])
    }
}

/// What is asked, or its contrary.
pub(super) fn is_or_not(is: bool, condition: RunCondition) -> RunCondition {
    if is { condition } else { not(condition) }
}

fn not(condition: RunCondition) -> RunCondition {
    RunCondition::Not(Box::new(condition))
}

/// Whether `part` occurs in `text`, in whatever case.
pub(crate) fn is_part_of(part: &str, text: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

/// Tags.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TagFilter {
    pub(crate) operator: Operator,
    pub(crate) all_: Option<Vec<String>>,
    pub(crate) any_: Option<Vec<String>>,
    pub(crate) is_null_: Option<bool>,
}

impl TagFilter {
    pub(crate) fn holds(&self, tags: &[String]) -> Option<bool> {
        let all = self.all_.as_ref().map(|all| all.iter().all(|tag| tags.contains(tag)));
        let any = self.any_.as_ref().map(|any| any.iter().any(|tag| tags.contains(tag)));
        self.operator.of(&[all, any, self.is_null_.map(|null| null == tags.is_empty())])
    }
}

impl TagFilter {
    /// That a run carries such tags; the three say what all, any and none ask of it.
    pub(crate) fn condition(
        &self,
        all: impl Fn(Vec<String>) -> RunCondition,
        any: impl Fn(Vec<String>) -> RunCondition,
        none: RunCondition,
    ) -> Option<RunCondition> {
        self.operator.join([
            self.all_.clone().map(all),
            self.any_.clone().map(any),
            self.is_null_.map(|null| is_or_not(null, none)),
        ])
    }
}

/// A time.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Between {
    pub(crate) before_: Option<Timestamp>,
    pub(crate) after_: Option<Timestamp>,
    pub(crate) is_null_: Option<bool>,
}

impl Between {
    pub(crate) fn holds(&self, time: Option<Timestamp>) -> Option<bool> {
        let before = self.before_.map(|before| time.is_some_and(|time| time <= before));
        let after = self.after_.map(|after| time.is_some_and(|time| time >= after));
        Operator::And.of(&[before, after, self.is_null_.map(|null| null == time.is_none())])
    }
}

impl Between {
    /// That this time of a run is there, or is not, or is between those.
    pub(crate) fn condition(&self, time: RunTime) -> Option<RunCondition> {
        let unset = RunCondition::Unset(RunField::Time(time));
        Operator::And.join([
            self.before_.map(|before| RunCondition::Until(time, before)),
            self.after_.map(|after| RunCondition::Since(time, after)),
            self.is_null_.map(|null| is_or_not(null, unset)),
        ])
    }
}
