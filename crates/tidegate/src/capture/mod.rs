//! Recording arguments as JSON. What JSON cannot hold, or what is nested too deep or too large to keep, is left out and said so in its
//! place; recording never fails a run, and never descends further than it records.
//!
//! ```text
//!   json ──> Recorder ──> List, Entries ──> Recorder …   one level each; each writes into the slot it was given, so that what
//!               │                                        came before an error or a panic is kept
//!               └──> Key (keys of maps), Text (debug and display text)
//!   Limits: how much room is left in the whole record
//! ```

mod compound;
mod key;
mod recorder;
#[cfg(test)]
mod tests;
mod text;

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::redact;
use recorder::Recorder;
use text::Text;

/// How deep lists and objects may lie in each other; serde_json reads no more than 127.
const LEVELS: usize = 64;

/// How many calls deep the recorder may be: options and newtypes lie between the levels and leave none in the JSON.
const CALLS: usize = 4 * LEVELS;

/// How much text one argument may take, roughly as the length of its JSON.
const TEXT: usize = 64 * 1024;

/// What a value that is not text takes of [`TEXT`].
const SMALL: usize = 8;

/// What the quotes or brackets around a value take of it, so that nothing is free.
const AROUND: usize = 2;

/// How much is kept of what a `Serialize` says why it cannot go on.
const REASON: usize = 256;

/// The key under which an object says that it is not whole.
const LEFT_OUT: &str = "<left out>";

/// The value as JSON.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Value {
    let room = Room::of(TEXT);
    let mut slot = Value::Null;
    record(value, &mut slot, Place { room: &room, level: 0, call: 0 });
    slot
}

/// The value as its debug text.
pub(crate) fn debug<T: fmt::Debug + ?Sized>(value: &T) -> Value {
    let room = Room::of(TEXT);
    Value::String(Text::of(&room, format_args!("{value:?}")))
}

/// The name of the value's type.
pub(crate) fn type_name<T: ?Sized>() -> Value {
    Value::String(format!("<{}>", std::any::type_name::<T>()))
}

/// Records a value in its slot, whatever its `Serialize` does.
fn record<T: Serialize + ?Sized>(value: &T, slot: &mut Value, place: Place<'_>) {
    // Nothing is looked at after a panic but the slot, which holds whole values only.
    let recorded =
        catch_unwind(AssertUnwindSafe(|| value.serialize(Recorder { slot: &mut *slot, place })));
    let reason = match &recorded {
        Ok(Ok(()) | Err(Stop::Noted)) => return,
        Ok(Err(Stop::Refused(reason))) => reason,
        Err(_panic) => "its Serialize panicked",
    };
    place.room.take(SMALL + reason.len());
    note(slot, reason);
}

/// Says in the place of what is missing that, and why, it is left out.
fn note(slot: &mut Value, reason: &str) {
    match slot {
        Value::Array(list) => list.push(Value::String(left_out(reason))),
        Value::Object(entries) => note_entry(entries, reason),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            *slot = Value::String(left_out(reason));
        }
    }
}

/// Whether nothing of a recorded value was left out.
pub(crate) fn is_whole(recorded: &Value) -> bool {
    match recorded {
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => !text.contains("<left out"),
        Value::Array(list) => list.iter().all(is_whole),
        Value::Object(entries) => {
            entries.iter().all(|(key, value)| !key.contains("<left out") && is_whole(value))
        }
    }
}

fn note_entry(entries: &mut Map<String, Value>, reason: &str) {
    entries.insert(LEFT_OUT.to_owned(), Value::String(reason.to_owned()));
}

fn left_out(reason: &str) -> String {
    format!("<left out: {reason}>")
}

fn too_deep() -> String {
    left_out(&format!("nested deeper than {LEVELS} levels"))
}

/// Where in the record the recorder is.
#[derive(Clone, Copy)]
struct Place<'a> {
    room: &'a Room,
    /// How many lists and objects lie around it.
    level: usize,
    call: usize,
}

impl Place<'_> {
    /// Inside so many more lists and objects, if that is not too deep.
    fn inside(self, levels: usize) -> Option<Self> {
        let place = Self { level: self.level + levels, call: self.call + 1, ..self };
        (place.level <= LEVELS && place.call <= CALLS).then_some(place)
    }
}

/// The room that is left in a record, in bytes of text.
struct Room(Cell<usize>);

impl Room {
    fn of(bytes: usize) -> Self {
        Self(Cell::new(bytes))
    }

    fn is_used_up(&self) -> bool {
        self.0.get() == 0
    }

    fn take(&self, bytes: usize) {
        self.0.set(self.0.get().saturating_sub(bytes));
    }

    /// As much of the text as there is room for.
    fn fitting<'t>(&self, text: &'t str) -> &'t str {
        let mut end = text.len().min(self.0.get());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.take(text.len());
        &text[..end]
    }

    /// The text, or as much of it as there is room for and how much is missing.
    fn cut(&self, text: &str) -> String {
        // Before it is cut, or half a secret would be left.
        let text = &*redact::redact(text);
        let fitting = self.fitting(text);
        self.take(AROUND);
        match text.len() - fitting.len() {
            0 => fitting.to_owned(),
            missing => format!("{fitting}<left out: {missing} more bytes>"),
        }
    }
}

/// Why a `Serialize` was told to stop.
#[derive(Debug)]
enum Stop {
    /// What is missing is noted in the record.
    Noted,
    /// It said itself that it cannot go on.
    Refused(String),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Noted => f.write_str("there is no room in the record"),
            Self::Refused(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for Stop {}

impl serde::ser::Error for Stop {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Refused(Text::of(&Room::of(REASON), format_args!("{message}")))
    }
}
