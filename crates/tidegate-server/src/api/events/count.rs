//! How many events there are, by what they have in common: the time, the name, or the resource. They are counted one by one, since no
//! record of them is what is asked for.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use chrono::{SecondsFormat, TimeDelta, TimeZone, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate_core::{EventRecord, RESOURCE_NAME, Timestamp};

use super::filter::EventFilter;
use super::list;
use crate::api::extract::{Body, Path};
use crate::error::ApiError;
use crate::state::AppState;

/// How many steps of time one answer has at most.
const STEPS: i64 = 1000;

/// How many different things one answer counts at most.
const DIFFERENT: usize = 10_000;

/// What events are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Countable {
    Day,
    Time,
    Event,
    Resource,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum TimeUnit {
    Week,
    #[default]
    Day,
    Hour,
    Minute,
    Second,
}

impl TimeUnit {
    fn seconds(self) -> f64 {
        match self {
            Self::Week => 604_800.0,
            Self::Day => 86_400.0,
            Self::Hour => 3600.0,
            Self::Minute => 60.0,
            Self::Second => 1.0,
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CountBody {
    #[serde(default)]
    filter: EventFilter,
    #[serde(default)]
    time_unit: TimeUnit,
    #[serde(default = "one")]
    #[schemars(range(min = 0.01))]
    time_interval: f64,
}

fn one() -> f64 {
    1.0
}

/// How many events have something in common: Prefect's `EventCount`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct EventCount {
    /// What they have in common.
    value: String,
    /// How that is shown.
    label: String,
    count: u64,
    start_time: Timestamp,
    end_time: Timestamp,
}

/// What is counted together.
#[derive(Debug)]
struct Group {
    label: String,
    count: u64,
    first: Timestamp,
    last: Timestamp,
}

pub(super) async fn count(
    State(state): State<AppState>,
    Path(countable): Path<Countable>,
    Body(body): Body<CountBody>,
) -> Result<Json<Vec<EventCount>>, ApiError> {
    let CountBody { mut filter, time_unit, time_interval, .. } = body;
    filter.settle(state.now());
    let unit = if countable == Countable::Day { TimeUnit::Day } else { time_unit };
    let interval = if countable == Countable::Day { 1.0 } else { time_interval };
    let steps = Steps::of(&filter, unit, interval)?;
    let mut groups: HashMap<String, Group> = HashMap::new();
    let mut too_many = false;
    list::each(&state, &filter, None, |event| {
        let (value, label) = match countable {
            Countable::Day | Countable::Time => {
                (steps.index(event.occurred).to_string(), String::new())
            }
            Countable::Event => (event.event.clone(), event.event.clone()),
            Countable::Resource => (event.resource.id().to_owned(), label_of(&event)),
        };
        too_many = groups.len() >= DIFFERENT && !groups.contains_key(&value);
        if too_many {
            return false;
        }
        let at = event.occurred;
        let group = groups.entry(value).or_insert(Group {
            label: String::new(),
            count: 0,
            first: at,
            last: at,
        });
        if at >= group.last || group.count == 0 {
            group.label = label;
        }
        group.count += 1;
        (group.first, group.last) = (group.first.min(at), group.last.max(at));
        true
    })
    .await?;
    if too_many {
        let why = format!("there are more than {DIFFERENT} different ones: ask for fewer events");
        return Err(ApiError::invalid(&["body", "filter"], why, "value_error"));
    }
    Ok(Json(match countable {
        Countable::Day | Countable::Time => steps.told(&groups),
        Countable::Event | Countable::Resource => told(groups),
    }))
}

/// What a resource is called.
fn label_of(event: &EventRecord) -> String {
    let resource = &event.resource;
    let name = resource.get(RESOURCE_NAME).or_else(|| resource.get("prefect.name"));
    name.unwrap_or(resource.id()).to_owned()
}

/// The most frequent first.
fn told(groups: HashMap<String, Group>) -> Vec<EventCount> {
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|(_, a), (_, b)| b.count.cmp(&a.count).then_with(|| a.label.cmp(&b.label)));
    let told = groups.into_iter().map(|(value, group)| {
        let Group { label, count, first, last } = group;
        EventCount { value, label, count, start_time: first, end_time: last }
    });
    told.collect()
}

/// Steps of time of one length, counted from a Monday before there were events.
#[derive(Debug)]
struct Steps {
    micros: i64,
    first: i64,
    last: i64,
}

impl Steps {
    fn of(filter: &EventFilter, unit: TimeUnit, interval: f64) -> Result<Self, ApiError> {
        let invalid =
            |why: String| ApiError::invalid(&["body", "time_interval"], why, "value_error");
        if !interval.is_finite() || interval < 0.01 {
            return Err(invalid("The minimum interval is 0.01".into()));
        }
        let micros = (unit.seconds() * interval * 1e6).min(9e18) as i64;
        let occurred = &filter.occurred;
        let (Some(since), Some(until)) = (occurred.since, occurred.until) else {
            return Err(ApiError::Internal);
        };
        let steps = Self { micros, first: 0, last: 0 };
        let (first, last) = (steps.index(since), steps.index(until));
        if last - first >= STEPS {
            return Err(invalid(format!(
                "The given interval would create {} buckets, which is too many. Please increase the interval or reduce the time range to \
                 produce {STEPS} buckets or fewer.",
                last - first + 1
            )));
        }
        Ok(Self { micros, first, last })
    }

    fn pivot() -> Timestamp {
        Utc.with_ymd_and_hms(2024, 4, 1, 0, 0, 0).single().unwrap_or_default()
    }

    fn index(&self, at: Timestamp) -> i64 {
        (at - Self::pivot()).num_microseconds().unwrap_or_default().div_euclid(self.micros)
    }

    /// Every step in order, those in which nothing happened too.
    fn told(&self, groups: &HashMap<String, Group>) -> Vec<EventCount> {
        let start = |index: i64| {
            let since = TimeDelta::microseconds(index.saturating_mul(self.micros));
            Self::pivot().checked_add_signed(since).unwrap_or(Timestamp::MAX_UTC)
        };
        let told = (self.first..=self.last).map(|index| {
            let value = index.to_string();
            EventCount {
                count: groups.get(&value).map_or(0, |group| group.count),
                value,
                label: start(index).to_rfc3339_opts(SecondsFormat::AutoSi, true),
                start_time: start(index),
                end_time: start(index.saturating_add(1)) - TimeDelta::microseconds(1),
            }
        });
        told.collect()
    }
}
