//! Lists and objects while they are filled. When there is no room left they say what is missing, and stop the code that fills them.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};
use serde_json::{Map, Value};

use super::key::Key;
use super::{Place, Stop, left_out, note_entry, record};

/// No list or object is given more room than this before its elements come: what it says of its length need not be true.
const ROOM_AT_FIRST: usize = 64;

/// A list that is being filled.
pub(super) struct List<'a> {
    list: &'a mut Vec<Value>,
    length: Option<usize>,
    place: Place<'a>,
}

impl<'a> List<'a> {
    pub(super) fn new(slot: &'a mut Value, length: Option<usize>, place: Place<'a>) -> Self {
        let room = length.unwrap_or(0).min(ROOM_AT_FIRST);
        *slot = Value::Array(Vec::with_capacity(room));
        let list = slot.as_array_mut().expect("a list was just put there");
        Self { list, length, place }
    }

    pub(super) fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        if self.place.room.is_used_up() {
            let missing = missing(self.length, self.list.len(), "elements");
            self.list.push(Value::String(left_out(&missing)));
            return Err(Stop::Noted);
        }
        self.list.push(Value::Null);
        let slot = self.list.last_mut().expect("an element was just put there");
        record(value, slot, self.place);
        Ok(())
    }
}

/// An object that is being filled.
pub(super) struct Entries<'a> {
    entries: &'a mut Map<String, Value>,
    length: Option<usize>,
    place: Place<'a>,
    /// The key whose value is to come.
    key: Option<String>,
    count: usize,
}

impl<'a> Entries<'a> {
    pub(super) fn new(slot: &'a mut Value, length: Option<usize>, place: Place<'a>) -> Self {
        *slot = Value::Object(Map::new());
        let entries = slot.as_object_mut().expect("an object was just put there");
        Self { entries, length, place, key: None, count: 0 }
    }

    fn room(&mut self) -> Result<(), Stop> {
        if !self.place.room.is_used_up() {
            return Ok(());
        }
        note_entry(self.entries, &missing(self.length, self.count, "entries"));
        Err(Stop::Noted)
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Stop> {
        self.room()?;
        let key = self.place.room.cut(name);
        self.value(key, value);
        Ok(())
    }

    fn value<T: Serialize + ?Sized>(&mut self, key: String, value: &T) {
        self.count += 1;
        let slot = self.entries.entry(key).or_insert(Value::Null);
        record(value, slot, self.place);
    }
}

fn missing(length: Option<usize>, kept: usize, noun: &str) -> String {
    match length.and_then(|length| length.checked_sub(kept)) {
        Some(missing) => format!("{missing} more {noun}"),
        None => format!("more {noun}"),
    }
}

impl SerializeSeq for List<'_> {
    type Ok = ();
    type Error = Stop;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        self.push(value)
    }

    fn end(self) -> Result<(), Stop> {
        Ok(())
    }
}

impl SerializeTuple for List<'_> {
    type Ok = ();
    type Error = Stop;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        self.push(value)
    }

    fn end(self) -> Result<(), Stop> {
        Ok(())
    }
}

macro_rules! fields_of_lists {
    ($($trait:ident),*) => {
        $(impl $trait for List<'_> {
            type Ok = ();
            type Error = Stop;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
                self.push(value)
            }

            fn end(self) -> Result<(), Stop> {
                Ok(())
            }
        })*
    };
}

fields_of_lists!(SerializeTupleStruct, SerializeTupleVariant);

impl SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = Stop;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Stop> {
        self.room()?;
        self.key = Some(Key::of(key, self.count, self.place));
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        let key = self.key.take().unwrap_or_else(|| Key::missing(self.count));
        self.value(key, value);
        Ok(())
    }

    fn end(self) -> Result<(), Stop> {
        Ok(())
    }
}

macro_rules! fields_of_entries {
    ($($trait:ident),*) => {
        $(impl $trait for Entries<'_> {
            type Ok = ();
            type Error = Stop;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Stop> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), Stop> {
                Ok(())
            }
        })*
    };
}

fields_of_entries!(SerializeStruct, SerializeStructVariant);
