//! Keys of maps. A key that is a number, a truth value or a name becomes text; one that cannot become text is numbered, so that its
//! value is kept.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::ser::{Impossible, Serialize, Serializer};

use super::{Place, Stop, Text, left_out};

/// Makes a key into text.
pub(super) struct Key<'a>(Place<'a>);

impl Key<'_> {
    /// The text of the key; `count` is how many came before it.
    pub(super) fn of<T: Serialize + ?Sized>(key: &T, count: usize, place: Place<'_>) -> String {
        match catch_unwind(AssertUnwindSafe(|| key.serialize(Key(place)))) {
            Ok(Ok(text)) => text,
            Ok(Err(_)) | Err(_) => Self::missing(count),
        }
    }

    pub(super) fn missing(count: usize) -> String {
        left_out(&format!("key {} is not text", count + 1))
    }

    fn text(self, text: &str) -> Result<String, Stop> {
        Ok(self.0.room.cut(text))
    }

    fn transparent<T: Serialize + ?Sized>(self, value: &T) -> Result<String, Stop> {
        match self.0.inside(0) {
            Some(place) => value.serialize(Key(place)),
            None => Err(Stop::Noted),
        }
    }
}

macro_rules! as_text {
    ($($method:ident: $type:ty,)*) => {
        $(fn $method(self, value: $type) -> Result<String, Stop> {
            self.collect_str(&value)
        })*
    };
}

impl Serializer for Key<'_> {
    type Ok = String;
    type Error = Stop;
    type SerializeSeq = Impossible<String, Stop>;
    type SerializeTuple = Impossible<String, Stop>;
    type SerializeTupleStruct = Impossible<String, Stop>;
    type SerializeTupleVariant = Impossible<String, Stop>;
    type SerializeMap = Impossible<String, Stop>;
    type SerializeStruct = Impossible<String, Stop>;
    type SerializeStructVariant = Impossible<String, Stop>;

    as_text! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_i128: i128,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_u128: u128,
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_char: char,
    }

    fn serialize_str(self, value: &str) -> Result<String, Stop> {
        self.text(value)
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<String, Stop> {
        Ok(Text::of(self.0.room, format_args!("{value}")))
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<String, Stop> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<String, Stop> {
        self.transparent(value)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<String, Stop> {
        self.transparent(value)
    }

    fn serialize_bytes(self, _value: &[u8]) -> Result<String, Stop> {
        Err(Stop::Noted)
    }

    fn serialize_none(self) -> Result<String, Stop> {
        Err(Stop::Noted)
    }

    fn serialize_unit(self) -> Result<String, Stop> {
        Err(Stop::Noted)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<String, Stop> {
        Err(Stop::Noted)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<String, Stop> {
        Err(Stop::Noted)
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Self::SerializeSeq, Stop> {
        Err(Stop::Noted)
    }

    fn serialize_tuple(self, _length: usize) -> Result<Self::SerializeTuple, Stop> {
        Err(Stop::Noted)
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleStruct, Stop> {
        Err(Stop::Noted)
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleVariant, Stop> {
        Err(Stop::Noted)
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Self::SerializeMap, Stop> {
        Err(Stop::Noted)
    }

    fn serialize_struct(
        self,
        _name: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeStruct, Stop> {
        Err(Stop::Noted)
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeStructVariant, Stop> {
        Err(Stop::Noted)
    }
}
