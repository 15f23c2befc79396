//! Which events are asked for: Prefect's `EventFilter`, as a question to the store that gives all of them and perhaps others, and as a
//! question about one event.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate_core::{EventQuery, EventRecord, Order, RESOURCE_ROLE, Resource, Timestamp};
use uuid::Uuid;

use crate::api::filter::TextFilter;

/// How far back events are looked for unless something else is asked.
const LOOK_BACK: TimeDelta = TimeDelta::days(180);

/// Prefect's `EventFilter`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct EventFilter {
    pub(super) occurred: Occurred,
    pub(super) event: Option<Name>,
    pub(super) resource: Option<OfResource>,
    pub(super) related: Option<OneOrMany>,
    pub(super) any_resource: Option<OneOrMany>,
    pub(super) id: Ids,
    pub(super) text: Option<TextFilter>,
    pub(super) order: EventOrder,
}

/// When it happened, both ends included.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Occurred {
    pub(super) since: Option<Timestamp>,
    pub(super) until: Option<Timestamp>,
}

/// What it is called.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Name {
    prefix: Option<Vec<String>>,
    exclude_prefix: Option<Vec<String>>,
    name: Option<Vec<String>>,
    exclude_name: Option<Vec<String>>,
}

/// What it has to do with: one resource of which all of this holds.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct OfResource {
    id: Option<Vec<String>>,
    id_prefix: Option<Vec<String>>,
    role: Option<Vec<String>>,
    resources_in_roles: Option<Vec<(String, String)>>,
    labels: Option<BTreeMap<String, Labels>>,
    /// Known, and left out: each event is told.
    distinct: bool,
}

/// The values a label may have. `*` and `?` stand for anything and for one letter, and `!` before one turns it around.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
enum Labels {
    One(String),
    Any(Vec<String>),
}

/// One question, or several that must all be answered.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    One(Box<OfResource>),
    Many(Vec<OfResource>),
}

/// Which events by their ids.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Ids {
    id: Option<Vec<Uuid>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum EventOrder {
    Asc,
    #[default]
    Desc,
}

impl EventFilter {
    /// The times that are asked for, which are said from now on: the next page is of the same.
    pub(super) fn settle(&mut self, now: Timestamp) {
        self.occurred.since.get_or_insert(now - LOOK_BACK);
        self.occurred.until.get_or_insert(now);
    }

    /// The question to the store, without a limit. It may give events that are not asked for.
    pub(super) fn query(&self) -> EventQuery {
        let mut query = EventQuery {
            since: self.occurred.since,
            before: self.occurred.until.map(|until| until + TimeDelta::microseconds(1)),
            order: match self.order {
                EventOrder::Asc => Order::OldestFirst,
                EventOrder::Desc => Order::NewestFirst,
            },
            ..EventQuery::default()
        };
        if let Some([id]) = self.id.id.as_deref() {
            query.id = Some((*id).into());
        }
        if let Some(Name { prefix, name, .. }) = &self.event {
            match some(name) {
                Some(names) => query.names = names.to_vec(),
                None => query.prefixes = some(prefix).unwrap_or_default().to_vec(),
            }
        }
        if let Some(OfResource { id, id_prefix, .. }) = &self.resource {
            match some(id) {
                Some(ids) => query.resources = ids.to_vec(),
                None => query.resource_prefixes = some(id_prefix).unwrap_or_default().to_vec(),
            }
        }
        query
    }

    /// Whether this event is asked for.
    pub(super) fn matches(&self, event: &EventRecord) -> bool {
        let Self { occurred, event: name, resource, related, any_resource, id, text, order: _ } =
            self;
        let no_role = |asked: &OfResource| asked.holds(&event.resource, "");
        let all = || std::iter::once(&event.resource).chain(&event.related);
        occurred.since.is_none_or(|since| event.occurred >= since)
            && occurred.until.is_none_or(|until| event.occurred <= until)
            && some(&id.id).is_none_or(|ids| ids.contains(event.id.as_uuid()))
            && name.as_ref().is_none_or(|name| name.holds(&event.event))
            && resource.as_ref().is_none_or(no_role)
            && each(related).all(|asked| {
                event.related.iter().any(|resource| asked.holds(resource, role(resource)))
            })
            && each(any_resource)
                .all(|asked| all().any(|resource| asked.holds(resource, role(resource))))
            && text.as_ref().is_none_or(|text| text.holds(&words(event)))
    }
}

impl Name {
    fn holds(&self, name: &str) -> bool {
        let begins = |prefixes: &[String]| prefixes.iter().any(|each| name.starts_with(&**each));
        let is = |names: &[String]| names.iter().any(|each| each == name);
        some(&self.prefix).is_none_or(begins)
            && !some(&self.exclude_prefix).is_some_and(begins)
            && some(&self.name).is_none_or(is)
            && !some(&self.exclude_name).is_some_and(is)
    }
}

impl OfResource {
    fn holds(&self, resource: &Resource, role: &str) -> bool {
        let Self { id, id_prefix, role: roles, resources_in_roles, labels, distinct: _ } = self;
        let own = resource.id();
        some(id).is_none_or(|ids| ids.iter().any(|id| id == own))
            && some(id_prefix)
                .is_none_or(|prefixes| prefixes.iter().any(|each| own.starts_with(&**each)))
            && some(roles).is_none_or(|roles| roles.iter().any(|each| each == role))
            && some(resources_in_roles)
                .is_none_or(|pairs| pairs.iter().any(|(id, r)| id == own && r == role))
            && labels
                .iter()
                .flatten()
                .all(|(label, values)| resource.get(label).is_some_and(|value| values.hold(value)))
    }
}

impl Labels {
    fn hold(&self, value: &str) -> bool {
        let values = match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Any(any) => any,
        };
        values.iter().any(|asked| match asked.strip_prefix('!') {
            Some(not) => !is_like(not, value),
            None => is_like(asked, value),
        })
    }
}

/// Whether a value is as a pattern with `*` and `?` says.
fn is_like(pattern: &str, value: &str) -> bool {
    let (pattern, value): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), value.chars().collect());
    let (mut at, mut place) = (0, 0);
    // Where the last star stands, and up to where it has taken what is there.
    let mut star: Option<(usize, usize)> = None;
    while place < value.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(c) if *c == '?' || *c == value[place] => (at, place) = (at + 1, place + 1),
            Some(_) | None => {
                let Some((before, taken)) = star else { return false };
                star = Some((before, taken + 1));
                (at, place) = (before + 1, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

/// A list that asks something: an empty one does not.
fn some<T>(list: &Option<Vec<T>>) -> Option<&[T]> {
    list.as_deref().filter(|list| !list.is_empty())
}

fn each(asked: &Option<OneOrMany>) -> std::slice::Iter<'_, OfResource> {
    match asked {
        Some(OneOrMany::One(one)) => std::slice::from_ref(&**one).iter(),
        Some(OneOrMany::Many(many)) => many.iter(),
        None => [].iter(),
    }
}

fn role(resource: &Resource) -> &str {
    resource.get(RESOURCE_ROLE).unwrap_or_default()
}

/// All that is said in an event.
fn words(event: &EventRecord) -> String {
    let mut text = event.event.clone();
    for resource in std::iter::once(&event.resource).chain(&event.related) {
        for (_, value) in resource.labels() {
            text.push(' ');
            text.push_str(value);
        }
    }
    text.push(' ');
    text.push_str(&event.payload.to_string());
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event() -> EventRecord {
        EventRecord {
            id: Uuid::from_u128(5).into(),
            occurred: Timestamp::from_timestamp(1_764_000_000, 0).unwrap(),
            event: "tide.turned".to_owned(),
            resource: Resource::new("coast.north").label("sea", "cold-1"),
            related: vec![
                Resource::new("moon.full").role("cause"),
                Resource::new("prefect.flow-run.7").role("flow-run"),
            ],
            payload: json!({"height": "Four metres"}),
            follows: None,
            flow_run_id: None,
            task_run_id: None,
        }
    }

    #[test]
    fn each_part_of_a_filter_narrows() {
        let cases = [
            (json!({}), true),
            (json!({"event": {"prefix": ["tide."], "exclude_name": ["tide.stood"]}}), true),
            (json!({"event": {"prefix": ["tide."], "exclude_prefix": ["tide.t"]}}), false),
            (json!({"event": {"prefix": ["tide."], "name": ["tide.stood"]}}), false),
            (json!({"event": {"prefix": [], "name": []}}), true),
            (json!({"resource": {"id": ["coast.north"], "labels": {"sea": "cold*"}}}), true),
            (json!({"resource": {"labels": {"sea": ["warm", "c?ld-*"]}}}), true),
            (json!({"resource": {"labels": {"sea": ["!cold*"]}}}), false),
            (json!({"resource": {"labels": {"sky": "*"}}}), false),
            (json!({"resource": {"labels": {"sea": []}}}), false),
            (json!({"resource": {"id_prefix": ["moon"]}}), false),
            (json!({"related": {"id": ["moon.full"], "role": ["cause"]}}), true),
            (json!({"related": {"id": ["moon.full"], "role": ["flow-run"]}}), false),
            (json!({"related": [{"role": ["cause"]}, {"id": ["prefect.flow-run.7"]}]}), true),
            (json!({"related": [{"role": ["cause"]}, {"id": ["coast.north"]}]}), false),
            (json!({"related": {"resources_in_roles": [["moon.full", "cause"]]}}), true),
            (json!({"any_resource": {"id": ["coast.north"]}}), true),
            (json!({"any_resource": {"id_prefix": ["moon."]}}), true),
            (json!({"any_resource": {"id": ["sun"]}}), false),
            (json!({"id": {"id": [Uuid::from_u128(5), Uuid::from_u128(6)]}}), true),
            (json!({"id": {"id": [Uuid::from_u128(6)]}}), false),
            (json!({"text": {"query": "\"four metres\" -sun"}}), true),
            (json!({"text": {"query": "+full +new"}}), false),
            (json!({"occurred": {"since": "2025-11-24T16:00:00Z"}}), true),
            (json!({"occurred": {"until": "2025-11-24T15:59:59Z"}}), false),
        ];
        for (asked, expected) in cases {
            let filter: EventFilter = serde_json::from_value(asked.clone()).unwrap();
            assert_eq!(filter.matches(&event()), expected, "{asked}");
            assert!(!expected || filter.query().matches(&event()), "{asked}");
        }
    }
}
