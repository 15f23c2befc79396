//! The serializer that writes one value, and where its bytes go: straight into the hash, or first into a buffer while a map or struct
//! around it may still have to be sorted. Lists and maps are written in `compound`.

use std::fmt::{self, Write as _};

use serde::ser::{Serialize, Serializer};

use super::compound::{Entries, List};
use super::{Digest, LEVELS, Unhashable};

/// What a buffer has room for at first: most structs fit.
const ROOM_AT_FIRST: usize = 256;

const NAN: u64 = 0x7ff8_0000_0000_0000;

/// Where the bytes of a value go.
#[derive(Default)]
pub(super) struct Output {
    hasher: blake3::Hasher,
    /// What has been written since `holds` was 0.
    held: Vec<u8>,
    /// How many maps, and texts of unknown length, are being written.
    holds: usize,
    level: usize,
    /// The first thing that went wrong. A `Serialize` may go on as if nothing had, but the value has no hash any more.
    failed: Option<Unhashable>,
}

impl Output {
    pub(super) fn write(&mut self, bytes: &[u8]) {
        if self.holds == 0 {
            self.hasher.update(bytes);
        } else {
            self.held.extend_from_slice(bytes);
        }
    }

    pub(super) fn tag(&mut self, tag: u8) {
        self.write(&[tag]);
    }

    fn length(&mut self, length: usize) {
        self.write(&(length as u64).to_le_bytes());
    }

    fn sized(&mut self, tag: u8, bytes: &[u8]) {
        self.tag(tag);
        self.length(bytes.len());
        self.write(bytes);
    }

    /// Keeps what is written from here on in the buffer; gives the place where it begins.
    pub(super) fn hold(&mut self) -> usize {
        if self.holds == 0 {
            self.held.reserve(ROOM_AT_FIRST);
        }
        self.holds += 1;
        self.held.len()
    }

    pub(super) fn release(&mut self) {
        self.holds -= 1;
        if self.holds == 0 {
            self.hasher.update(&self.held);
            self.held.clear();
        }
    }

    pub(super) fn held(&mut self) -> &mut Vec<u8> {
        &mut self.held
    }

    /// Goes one level deeper, if that is not too deep.
    pub(super) fn descend(&mut self) -> Result<(), Unhashable> {
        if self.level == LEVELS {
            return Err(self.fail(Unhashable::too_deep()));
        }
        self.level += 1;
        Ok(())
    }

    pub(super) fn ascend(&mut self) {
        self.level -= 1;
    }

    /// Remembers that the value has no hash.
    pub(super) fn fail(&mut self, reason: Unhashable) -> Unhashable {
        self.failed.get_or_insert_with(|| reason.clone());
        reason
    }

    /// A value inside another.
    pub(super) fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unhashable> {
        value.serialize(Writer(self)).map_err(|reason| self.fail(reason))
    }

    /// A value one level deeper.
    fn inner<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unhashable> {
        self.descend()?;
        self.value(value)?;
        self.ascend();
        Ok(())
    }

    fn integer(&mut self, tag: u8, value: u128) {
        let bytes = value.to_le_bytes();
        let count = (u128::BITS - value.leading_zeros()).div_ceil(u8::BITS);
        // At most 16.
        let mut written = [0; 18];
        written[..2].copy_from_slice(&[tag, count as u8]);
        written[2..].copy_from_slice(&bytes);
        self.write(&written[..2 + count as usize]);
    }

    /// Gives what went wrong before, if anything did.
    pub(super) fn sound(&self) -> Result<(), Unhashable> {
        self.failed.clone().map_or(Ok(()), Err)
    }

    /// The hash, unless this or something before it went wrong.
    pub(super) fn finish(self, written: Result<(), Unhashable>) -> Result<Digest, Unhashable> {
        self.sound().and(written)?;
        Ok(self.hasher.finalize().into())
    }
}

/// Writes one value.
pub(super) struct Writer<'a>(pub(super) &'a mut Output);

impl<'a> Writer<'a> {
    fn list(self) -> Result<List<'a>, Unhashable> {
        List::begin(self.0)
    }

    fn entries(self) -> Result<Entries<'a>, Unhashable> {
        Entries::begin(self.0)
    }

    fn variant(&mut self, name: &str) {
        self.0.sized(b'e', name.as_bytes());
    }
}

macro_rules! integers {
    ($($method:ident: $type:ty,)*) => {
        $(fn $method(self, value: $type) -> Result<(), Unhashable> {
            self.serialize_i128(value.into())
        })*
    };
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = Unhashable;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = List<'a>;
    type SerializeMap = Entries<'a>;
    type SerializeStruct = Entries<'a>;
    type SerializeStructVariant = Entries<'a>;

    integers! {
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
    }

    fn serialize_i128(self, value: i128) -> Result<(), Unhashable> {
        if value < 0 {
            // -1 - value, which fits where -value may not.
            self.0.integer(b'j', (!value).unsigned_abs());
        } else {
            self.0.integer(b'i', value.unsigned_abs());
        }
        Ok(())
    }

    fn serialize_u128(self, value: u128) -> Result<(), Unhashable> {
        self.0.integer(b'i', value);
        Ok(())
    }

    fn serialize_bool(self, value: bool) -> Result<(), Unhashable> {
        self.0.tag(if value { b'1' } else { b'0' });
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Unhashable> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Unhashable> {
        let bits = if value.is_nan() {
            NAN
        } else if value == 0.0 {
            0
        } else {
            value.to_bits()
        };
        let mut written = [b'f'; 9];
        written[1..].copy_from_slice(&bits.to_le_bytes());
        self.0.write(&written);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Unhashable> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Unhashable> {
        self.0.sized(b't', value.as_bytes());
        Ok(())
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<(), Unhashable> {
        self.0.tag(b't');
        let start = self.0.hold();
        self.0.length(0);
        let begin = self.0.held().len();
        if write!(Held(self.0), "{value}").is_err() {
            return Err(self.0.fail(Unhashable("its text ends in an error".to_owned())));
        }
        let held = self.0.held();
        let length = (held.len() - begin) as u64;
        held[start..begin].copy_from_slice(&length.to_le_bytes());
        self.0.release();
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Unhashable> {
        self.0.sized(b'b', value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Unhashable> {
        self.0.tag(b'-');
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unhashable> {
        self.0.tag(b'+');
        self.0.inner(value)
    }

    fn serialize_unit(self) -> Result<(), Unhashable> {
        self.0.tag(b'u');
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Unhashable> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        mut self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), Unhashable> {
        self.variant(variant);
        self.serialize_unit()
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Unhashable> {
        self.0.inner(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Unhashable> {
        self.variant(variant);
        self.0.inner(value)
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<List<'a>, Unhashable> {
        self.list()
    }

    fn serialize_tuple(self, _length: usize) -> Result<List<'a>, Unhashable> {
        self.list()
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _length: usize,
    ) -> Result<List<'a>, Unhashable> {
        self.list()
    }

    fn serialize_tuple_variant(
        mut self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<List<'a>, Unhashable> {
        self.variant(variant);
        self.list()
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Entries<'a>, Unhashable> {
        self.entries()
    }

    fn serialize_struct(
        self,
        _name: &'static str,
        _length: usize,
    ) -> Result<Entries<'a>, Unhashable> {
        self.entries()
    }

    fn serialize_struct_variant(
        mut self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Entries<'a>, Unhashable> {
        self.variant(variant);
        self.entries()
    }
}

/// Text that is written into the buffer.
struct Held<'a>(&'a mut Output);

impl fmt::Write for Held<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.held().extend_from_slice(text.as_bytes());
        Ok(())
    }
}
