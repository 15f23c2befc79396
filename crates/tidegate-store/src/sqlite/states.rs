//! The history of a run's states as the text of one column: `[[1,0],[2,133],[3,1500,{"message":"ok"}]]`, each state with
//! its type, the microseconds since the state before it, and what else there is. The numbers are part of the file format.

use std::borrow::Cow;
use std::fmt::{self, Write};

use serde::de::{self, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use tidegate_core::{State, StateData, StateResult, StateType, Timestamp};
use uuid::Uuid;

use super::row::{UnreadableRow, time};

/// What a state has besides its type and time, each only where it differs from what the type implies.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Extras<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retriable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<i64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reschedule: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Cow<'a, str>>,
    /// A result that is in the record itself.
    #[serde(borrow, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    value: Option<Json<'a>>,
    /// Any other result.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Cow<'a, StateResult>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transition_id: Option<Uuid>,
}

/// A `null` that is there is a result like any other.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Json<'de>>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}

/// JSON that is left as it is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(transparent)]
struct Json<'a>(#[serde(borrow)] &'a RawValue);

impl PartialEq for Json<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

/// The number of a type of state: its place in [`StateType::ALL`].
pub(super) fn number(state_type: StateType) -> i64 {
    state_type as i64
}

/// The text of these states of a run made at `created`.
pub(super) fn encode(states: &[State], created: Timestamp) -> Result<String, serde_json::Error> {
    let mut text = String::with_capacity(2 + 12 * states.len());
    let mut before = created.timestamp_micros();
    for (index, state) in states.iter().enumerate() {
        let at = state.timestamp.timestamp_micros();
        text.push(if index == 0 { '[' } else { ',' });
        write!(text, "[{},{}", number(state.state_type()), at.wrapping_sub(before))
            .expect("writing to a string never fails");
        let extras = Extras::of(state)?;
        if extras != Extras::default() {
            text.push(',');
            text.push_str(&serde_json::to_string(&extras)?);
        }
        text.push(']');
        before = at;
    }
    text.push(']');
    Ok(text)
}

/// The states of such a text.
pub(super) fn decode(text: &str, created: Timestamp) -> Result<Vec<State>, UnreadableRow> {
    let entries: Vec<Entry<'_>> = serde_json::from_str(text)?;
    let mut before = created.timestamp_micros();
    let mut states = Vec::with_capacity(entries.len());
    for Entry { state_type, since, extras } in entries {
        let state_type = StateType::ALL.get(state_type).copied().ok_or_else(malformed)?;
        before = before.wrapping_add(since);
        states.push(extras.into_state(state_type, time(before).ok_or_else(malformed)?)?);
    }
    Ok(states)
}

/// One state in such a text.
struct Entry<'a> {
    state_type: usize,
    since: i64,
    extras: Extras<'a>,
}

impl<'de> Deserialize<'de> for Entry<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(EntryVisitor)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a state as [type, microseconds, {what else there is}?]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Entry<'de>, A::Error> {
        let too_short = |length| de::Error::invalid_length(length, &self);
        let state_type = parts.next_element()?.ok_or_else(|| too_short(0))?;
        let since = parts.next_element()?.ok_or_else(|| too_short(1))?;
        let extras = parts.next_element()?.unwrap_or_default();
        if parts.next_element::<IgnoredAny>()?.is_some() {
            return Err(too_short(4));
        }
        Ok(Entry { state_type, since, extras })
    }
}

fn malformed() -> UnreadableRow {
    use serde::de::Error;
    UnreadableRow::Json(serde_json::Error::custom("this is not a history of states"))
}

impl<'a> Extras<'a> {
    fn of(state: &'a State) -> Result<Self, serde_json::Error> {
        let renamed = state.name != state.state_type().default_name();
        let mut extras = Self {
            name: renamed.then_some(Cow::Borrowed(&state.name)),
            message: state.message.as_deref().map(Cow::Borrowed),
            transition_id: state.transition_id,
            ..Self::default()
        };
        match &state.result {
            Some(StateResult::Recorded { json }) => {
                extras.value = Some(Json(serde_json::from_str(json)?));
            }
            Some(result @ (StateResult::Persisted { .. } | StateResult::Unpersisted)) => {
                extras.result = Some(Cow::Borrowed(result));
            }
            None => {}
        }
        match &state.data {
            StateData::Scheduled { scheduled_time } => {
                extras.scheduled_time = Some(scheduled_time.timestamp_micros());
            }
            StateData::Pending { scheduled_time } => {
                extras.scheduled_time = scheduled_time.map(|time| time.timestamp_micros());
            }
            StateData::Failed { retriable } => extras.retriable = *retriable,
            StateData::Paused { timeout, reschedule, key } => {
                extras.timeout = timeout.map(|time| time.timestamp_micros());
                extras.reschedule = *reschedule;
                extras.key = key.as_deref().map(Cow::Borrowed);
            }
            StateData::Running
            | StateData::Completed
            | StateData::Cancelled
            | StateData::Crashed
            | StateData::Cancelling => {}
        }
        Ok(extras)
    }

    fn into_state(self, state_type: StateType, at: Timestamp) -> Result<State, UnreadableRow> {
        let instant = |micros: i64| time(micros).ok_or_else(malformed);
        let data = match state_type {
            StateType::Scheduled => StateData::Scheduled {
                scheduled_time: instant(self.scheduled_time.ok_or_else(malformed)?)?,
            },
            StateType::Pending => {
                StateData::Pending { scheduled_time: self.scheduled_time.map(instant).transpose()? }
            }
            StateType::Running => StateData::Running,
            StateType::Completed => StateData::Completed,
            StateType::Failed => StateData::Failed { retriable: self.retriable },
            StateType::Cancelled => StateData::Cancelled,
            StateType::Crashed => StateData::Crashed,
            StateType::Paused => StateData::Paused {
                timeout: self.timeout.map(instant).transpose()?,
                reschedule: self.reschedule,
                key: self.key.map(Cow::into_owned),
            },
            StateType::Cancelling => StateData::Cancelling,
        };
        let mut state = State::new(state_type.default_name(), data, at);
        if let Some(name) = self.name {
            state.name = Cow::Owned(name.into_owned());
        }
        state.message = self.message.map(|message| Cow::Owned(message.into_owned()));
        state.result = match self.value {
            Some(Json(value)) => Some(StateResult::Recorded { json: value.get().into() }),
            None => self.result.map(Cow::into_owned),
        };
        state.transition_id = self.transition_id;
        Ok(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        time(micros).unwrap()
    }

    #[test]
    fn a_usual_history_is_short() {
        let states = [
            State::pending(at(1_000_000)),
            State::running(at(1_000_133)),
            State::failed(at(1_000_140)).message("no \"luck\""),
        ];
        let text = encode(&states, at(1_000_000)).unwrap();
        assert_eq!(text, r#"[[1,0],[2,133],[4,7,{"message":"no \"luck\""}]]"#);
        assert_eq!(decode(&text, at(1_000_000)).unwrap(), states);
    }

    #[test]
    fn a_result_that_is_null_is_a_result() {
        let result = StateResult::Recorded { json: "null".into() };
        let states = [State::completed(at(7)).with_result(result)];
        let text = encode(&states, at(0)).unwrap();
        assert_eq!(text, r#"[[3,7,{"value":null}]]"#);
        assert_eq!(decode(&text, at(0)).unwrap(), states);
    }

    #[test]
    fn the_numbers_of_state_types_never_change() {
        let numbers = StateType::ALL.map(|each| format!("{each}={}", number(each)));
        assert_eq!(
            numbers.join(" "),
            "SCHEDULED=0 PENDING=1 RUNNING=2 COMPLETED=3 FAILED=4 CANCELLED=5 CRASHED=6 PAUSED=7 CANCELLING=8"
        );
    }

    #[test]
    fn what_is_no_history_is_refused() {
        for text in
            ["", "[", "[[]]", "[[9,0]]", "[[0,0]]", "[[1]]", "[[1,0,{},0]]", "[[1,\"x\"]]", "{}"]
        {
            assert!(decode(text, at(0)).is_err(), "{text}");
        }
    }
}
