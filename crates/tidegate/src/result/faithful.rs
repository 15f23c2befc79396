//! A serializer in front of that of `serde_json`, which refuses what JSON text does not give back as it was: floats that are no
//! numbers or infinite (`null`), `Some` of what is `null` itself (read as `None`), and more levels than `serde_json` reads.
//! It never changes what is written.

use serde::ser::{
    Error, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// How many lists and objects may stand in each other; `serde_json` reads no more.
const MAX_DEPTH: u8 = 127;

/// Passes on to `inner` what reads back as it was.
pub(super) struct Faithful<S> {
    inner: S,
    place: Place,
}

/// Where a value stands.
#[derive(Clone, Copy, Default)]
struct Place {
    /// In how many lists and objects.
    depth: u8,
    /// In a `Some`, where `null` would be read as `None`.
    in_some: bool,
}

/// A value at its place.
struct At<'a, T: ?Sized>(&'a T, Place);

/// The members of a list or an object.
pub(super) struct Members<C> {
    inner: C,
    place: Place,
}

impl<S> Faithful<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner, place: Place::default() }
    }
}

impl Place {
    /// So many levels further down.
    fn below<E: Error>(self, levels: u8) -> Result<Self, E> {
        match self.depth.checked_add(levels) {
            Some(depth) if depth <= MAX_DEPTH => Ok(Self { depth, in_some: false }),
            Some(_) | None => Err(E::custom(format_args!(
                "it has more than {MAX_DEPTH} levels of lists and objects"
            ))),
        }
    }

    /// Where `null` may stand.
    fn null<E: Error>(self) -> Result<(), E> {
        if self.in_some {
            return Err(E::custom(
                "it has a `Some` of a value that is `null` in JSON, which would be read as `None`",
            ));
        }
        Ok(())
    }
}

impl<T: Serialize + ?Sized> Serialize for At<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(Faithful { inner: serializer, place: self.1 })
    }
}

macro_rules! passed_on {
    ($($method:ident($type:ty);)*) => {
        $(fn $method(self, value: $type) -> Result<S::Ok, S::Error> {
            self.inner.$method(value)
        })*
    };
}

macro_rules! finite {
    ($($method:ident($type:ty);)*) => {
        $(fn $method(self, value: $type) -> Result<S::Ok, S::Error> {
            if !value.is_finite() {
                return Err(S::Error::custom(format_args!("it has the number {value}, which JSON does not know")));
            }
            self.inner.$method(value)
        })*
    };
}

impl<S: Serializer> Serializer for Faithful<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Members<S::SerializeSeq>;
    type SerializeTuple = Members<S::SerializeTuple>;
    type SerializeTupleStruct = Members<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Members<S::SerializeTupleVariant>;
    type SerializeMap = Members<S::SerializeMap>;
    type SerializeStruct = Members<S::SerializeStruct>;
    type SerializeStructVariant = Members<S::SerializeStructVariant>;

    passed_on! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_u128(u128);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
    }

    finite! {
        serialize_f32(f32);
        serialize_f64(f64);
    }

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.place.null()?;
        self.inner.serialize_none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.inner.serialize_some(&At(value, Place { in_some: true, ..self.place }))
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.place.null()?;
        self.inner.serialize_unit()
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<S::Ok, S::Error> {
        self.place.null()?;
        self.inner.serialize_unit_struct(name)
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit_variant(name, index, variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.inner.serialize_newtype_struct(name, &At(value, self.place))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let value = At(value, self.place.below(1)?);
        self.inner.serialize_newtype_variant(name, index, variant, &value)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        let place = self.place.below(1)?;
        Ok(Members { inner: self.inner.serialize_seq(length)?, place })
    }

    fn serialize_tuple(self, length: usize) -> Result<Self::SerializeTuple, S::Error> {
        let place = self.place.below(1)?;
        Ok(Members { inner: self.inner.serialize_tuple(length)?, place })
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleStruct, S::Error> {
        let place = self.place.below(1)?;
        Ok(Members { inner: self.inner.serialize_tuple_struct(name, length)?, place })
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        let place = self.place.below(2)?;
        let inner = self.inner.serialize_tuple_variant(name, index, variant, length)?;
        Ok(Members { inner, place })
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        let place = self.place.below(1)?;
        Ok(Members { inner: self.inner.serialize_map(length)?, place })
    }

    fn serialize_struct(
        self,
        name: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStruct, S::Error> {
        let place = self.place.below(1)?;
        Ok(Members { inner: self.inner.serialize_struct(name, length)?, place })
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        let place = self.place.below(2)?;
        let inner = self.inner.serialize_struct_variant(name, index, variant, length)?;
        Ok(Members { inner, place })
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

macro_rules! members {
    ($($kind:ident::$method:ident$(($key:ty))?;)*) => {
        $(impl<C: $kind> $kind for Members<C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, $(key: $key,)? value: &T) -> Result<(), C::Error> {
                self.inner.$method($({ let key: $key = key; key },)? &At(value, self.place))
            }

            fn end(self) -> Result<C::Ok, C::Error> {
                self.inner.end()
            }
        })*
    };
}

members! {
    SerializeSeq::serialize_element;
    SerializeTuple::serialize_element;
    SerializeTupleStruct::serialize_field;
    SerializeTupleVariant::serialize_field;
    SerializeStruct::serialize_field(&'static str);
    SerializeStructVariant::serialize_field(&'static str);
}

/// Keys are texts, or `serde_json` refuses them.
impl<C: SerializeMap> SerializeMap for Members<C> {
    type Ok = C::Ok;
    type Error = C::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), C::Error> {
        self.inner.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        self.inner.serialize_value(&At(value, self.place))
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.inner.end()
    }
}
