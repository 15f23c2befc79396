//! The parts that filters are made of. Each answers for one value; none if nothing is asked of it.

use schemars::JsonSchema;
use serde::Deserialize;
use tidegate_core::Timestamp;

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

impl<T: PartialEq> Nullable<T> {
    pub(crate) fn holds(&self, value: Option<&T>) -> Option<bool> {
        let any = self.any_.as_ref().map(|any| value.is_some_and(|value| any.contains(value)));
        self.operator.of(&[any, self.is_null_.map(|null| null == value.is_none())])
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
