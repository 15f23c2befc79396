//! The serializer that puts one value into its slot. Lists and objects are filled in `compound`.

use std::fmt;

use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::compound::{Entries, List};
use super::{AROUND, Place, SMALL, Stop, Text, left_out, record, too_deep};

/// Puts a value into its slot.
pub(super) struct Recorder<'a> {
    pub(super) slot: &'a mut Value,
    pub(super) place: Place<'a>,
}

impl<'a> Recorder<'a> {
    /// A value that takes no more room for being larger.
    fn put(self, value: impl Into<Value>) -> Result<(), Stop> {
        self.place.room.take(SMALL);
        *self.slot = value.into();
        Ok(())
    }

    fn text(self, text: &str) -> Result<(), Stop> {
        *self.slot = Value::String(self.place.room.cut(text));
        Ok(())
    }

    fn instead(self, reason: &str) -> Result<(), Stop> {
        self.put(left_out(reason))
    }

    /// Says that it is too deep to go on, and stops the caller.
    fn deny(self) -> Stop {
        self.place.room.take(SMALL);
        *self.slot = Value::String(too_deep());
        Stop::Noted
    }

    fn list(self, length: Option<usize>) -> Result<List<'a>, Stop> {
        let Some(place) = self.place.inside(1) else { return Err(self.deny()) };
        place.room.take(AROUND);
        Ok(List::new(self.slot, length, place))
    }

    fn entries(self, length: Option<usize>) -> Result<Entries<'a>, Stop> {
        let Some(place) = self.place.inside(1) else { return Err(self.deny()) };
        place.room.take(AROUND);
        Ok(Entries::new(self.slot, length, place))
    }

    /// The slot of what a variant of an enum holds: `{"variant": _}`.
    fn variant(self, name: &'static str) -> Self {
        self.place.room.take(AROUND + name.len());
        *self.slot = Value::Object(Map::new());
        let entries = self.slot.as_object_mut().expect("an object was just put there");
        let slot = entries.entry(name).or_insert(Value::Null);
        Self { slot, place: Place { level: self.place.level + 1, ..self.place } }
    }

    /// The value inside an option or a newtype, which leaves no level in the JSON.
    fn transparent<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Stop> {
        match self.place.inside(0) {
            Some(place) => value.serialize(Recorder { slot: self.slot, place }),
            None => Err(self.deny()),
        }
    }
}

macro_rules! numbers {
    ($($method:ident: $type:ty,)*) => {
        $(fn $method(self, value: $type) -> Result<(), Stop> {
            self.put(value)
        })*
    };
}

impl<'a> Serializer for Recorder<'a> {
    type Ok = ();
    type Error = Stop;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = List<'a>;
    type SerializeMap = Entries<'a>;
    type SerializeStruct = Entries<'a>;
    type SerializeStructVariant = Entries<'a>;

    numbers! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
    }

    fn serialize_i128(self, value: i128) -> Result<(), Stop> {
        match (i64::try_from(value), u64::try_from(value)) {
            (Ok(value), _) => self.put(value),
            (_, Ok(value)) => self.put(value),
            (Err(_), Err(_)) => self.instead(&format!("{value} does not fit 64 bits")),
        }
    }

    fn serialize_u128(self, value: u128) -> Result<(), Stop> {
        match u64::try_from(value) {
            Ok(value) => self.put(value),
            Err(_) => self.instead(&format!("{value} does not fit 64 bits")),
        }
    }

    fn serialize_f32(self, value: f32) -> Result<(), Stop> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Stop> {
        if value.is_finite() {
            self.put(value)
        } else if value.is_nan() {
            self.instead("NaN is not JSON")
        } else {
            self.instead(if value > 0.0 { "infinity is not JSON" } else { "-infinity is not JSON" })
        }
    }

    fn serialize_char(self, value: char) -> Result<(), Stop> {
        self.text(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Stop> {
        self.text(value)
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<(), Stop> {
        *self.slot = Value::String(Text::of(self.place.room, format_args!("{value}")));
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Stop> {
        let mut list = self.list(Some(value.len()))?;
        value.iter().try_for_each(|byte| list.push(byte))
    }

    fn serialize_none(self) -> Result<(), Stop> {
        self.put(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Stop> {
        self.transparent(value)
    }

    fn serialize_unit(self) -> Result<(), Stop> {
        self.put(Value::Null)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Stop> {
        self.put(Value::Null)
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), Stop> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Stop> {
        self.transparent(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Stop> {
        let Some(place) = self.place.inside(1) else { return Err(self.deny()) };
        record(value, self.variant(variant).slot, place);
        Ok(())
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<List<'a>, Stop> {
        self.list(length)
    }

    fn serialize_tuple(self, length: usize) -> Result<List<'a>, Stop> {
        self.list(Some(length))
    }

    fn serialize_tuple_struct(self, _name: &'static str, length: usize) -> Result<List<'a>, Stop> {
        self.list(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<List<'a>, Stop> {
        match self.place.inside(2) {
            Some(_) => self.variant(variant).list(Some(length)),
            None => Err(self.deny()),
        }
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Entries<'a>, Stop> {
        self.entries(length)
    }

    fn serialize_struct(self, _name: &'static str, length: usize) -> Result<Entries<'a>, Stop> {
        self.entries(Some(length))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Entries<'a>, Stop> {
        match self.place.inside(2) {
            Some(_) => self.variant(variant).entries(Some(length)),
            None => Err(self.deny()),
        }
    }
}
