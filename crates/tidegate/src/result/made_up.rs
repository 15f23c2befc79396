//! Values that are made up where a task does not run: whatever serde can read, with one element in each list, so that code which looks
//! at them goes on. Nothing here knows what a value means.

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected, IntoDeserializer as _,
    MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

/// How deep lists and options are filled; types that hold themselves end there.
const FILLED: u8 = 4;

/// How deep types may be nested at all.
const DEEPEST: u8 = 64;

/// What a made-up text says.
const TEXT: &str = "stand-in";

/// Texts for types that are read from no other: by a word of what they say they expect.
const TEXTS: &[(&str, &str)] = &[
    ("UUID", "00000000-0000-0000-0000-000000000000"),
    ("RFC 3339", "2000-01-01T00:00:00Z"),
    ("date and time", "2000-01-01T00:00:00"),
    ("formatted date", "2000-01-01"),
    ("formatted time", "00:00:00"),
    ("IPv6", "::1"),
    ("IP", "127.0.0.1"),
    ("URL", "http://localhost/"),
];

/// Gives a value of any type that serde can read. As a place in one, it knows how deep that is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MadeUp {
    depth: u8,
    /// In how many lists and options.
    filled: u8,
}

type Error = serde::de::value::Error;

impl MadeUp {
    fn deeper(self) -> Result<Self, Error> {
        if self.depth == DEEPEST {
            return Err(Error::custom("its type holds itself"));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }

    /// In a list or an option, unless those are to be empty here.
    fn element(self) -> Result<Option<Self>, Error> {
        if self.filled == FILLED {
            return Ok(None);
        }
        self.deeper().map(|inner| Some(Self { filled: self.filled + 1, ..inner }))
    }
}

fn text_for<'de>(visitor: &impl Visitor<'de>) -> &'static str {
    let expected = (visitor as &dyn Expected).to_string();
    TEXTS.iter().find(|(word, _)| expected.contains(word)).map_or(TEXT, |(_, text)| text)
}

macro_rules! fixed {
    ($($method:ident => $visit:ident($($value:expr)?);)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit($($value)?)
        })*
    };
}

/// Numbers are 1 and switches are on, so that what is divided by or asked for first is there.
impl<'de> Deserializer<'de> for MadeUp {
    type Error = Error;

    fixed! {
        deserialize_any => visit_unit();
        deserialize_bool => visit_bool(true);
        deserialize_i8 => visit_i8(1);
        deserialize_i16 => visit_i16(1);
        deserialize_i32 => visit_i32(1);
        deserialize_i64 => visit_i64(1);
        deserialize_i128 => visit_i128(1);
        deserialize_u8 => visit_u8(1);
        deserialize_u16 => visit_u16(1);
        deserialize_u32 => visit_u32(1);
        deserialize_u64 => visit_u64(1);
        deserialize_u128 => visit_u128(1);
        deserialize_f32 => visit_f32(1.0);
        deserialize_f64 => visit_f64(1.0);
        deserialize_char => visit_char('?');
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = text_for(&visitor);
        visitor.visit_str(text)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bytes(TEXT.as_bytes())
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.element()? {
            Some(element) => visitor.visit_some(element),
            None => visitor.visit_none(),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self.deeper()?)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let element = self.element()?;
        visitor
            .visit_seq(Elements { each: element.unwrap_or(self), left: element.map_or(0, |_| 1) })
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_seq(Elements { each: self.deeper()?, left: length })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let element = self.element()?;
        visitor
            .visit_map(Elements { each: element.unwrap_or(self), left: element.map_or(0, |_| 1) })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(Fields { each: self.deeper()?, names: fields.iter() })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let name = variants.first().ok_or_else(|| Error::custom("its type has no values"))?;
        visitor.visit_enum(Variant { name, inner: self.deeper()? })
    }

    forward_to_deserialize_any! { unit unit_struct identifier ignored_any }
}

/// So many values of one type, or entries of a map.
struct Elements {
    each: MadeUp,
    left: usize,
}

impl<'de> SeqAccess<'de> for Elements {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        seed.deserialize(self.each).map(Some)
    }
}

impl<'de> MapAccess<'de> for Elements {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        self.next_element_seed(seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(self.each)
    }
}

/// The fields of a struct.
struct Fields {
    each: MadeUp,
    names: std::slice::Iter<'static, &'static str>,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some(name) = self.names.next() else { return Ok(None) };
        let name: StrDeserializer<'_, Error> = name.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(self.each)
    }
}

/// The first variant of an enum.
struct Variant {
    name: &'static str,
    inner: MadeUp,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Error;
    type Variant = MadeUp;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, MadeUp), Error> {
        let name: StrDeserializer<'_, Error> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self.inner))
    }
}

impl<'de> VariantAccess<'de> for MadeUp {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_struct("", fields, visitor)
    }
}

#[cfg(test)]
mod tests;
