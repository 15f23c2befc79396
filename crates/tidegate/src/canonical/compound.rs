//! Lists and maps while they are written. A map is held back until all its entries are known, and then sorted.

use std::ops::Range;

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::Unhashable;
use super::writer::Output;

/// A list that is being written.
pub(super) struct List<'a>(&'a mut Output);

impl<'a> List<'a> {
    pub(super) fn begin(output: &'a mut Output) -> Result<Self, Unhashable> {
        output.descend()?;
        output.tag(b'[');
        Ok(Self(output))
    }

    fn end(self) -> Result<(), Unhashable> {
        self.0.tag(b']');
        self.0.ascend();
        Ok(())
    }
}

/// A map that is being written.
pub(super) struct Entries<'a> {
    output: &'a mut Output,
    /// Where its first entry begins in the buffer.
    start: usize,
    entries: Vec<Entry>,
    /// Where the key begins whose value is to come.
    key: Option<usize>,
}

/// Where an entry lies in the buffer.
struct Entry {
    key: usize,
    value: usize,
    end: usize,
}

impl Entry {
    fn key(&self) -> Range<usize> {
        self.key..self.value
    }

    fn value(&self) -> Range<usize> {
        self.value..self.end
    }
}

impl<'a> Entries<'a> {
    pub(super) fn begin(output: &'a mut Output) -> Result<Self, Unhashable> {
        output.descend()?;
        output.tag(b'{');
        let start = output.hold();
        Ok(Self { output, start, entries: Vec::new(), key: None })
    }

    fn key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unhashable> {
        let start = self.output.held().len();
        if self.key.replace(start).is_some() {
            return Err(self.fail("it has a key without a value"));
        }
        self.output.value(key)?;
        self.entries.push(Entry { key: start, value: self.output.held().len(), end: start });
        Ok(())
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unhashable> {
        self.output.value(value)?;
        let end = self.output.held().len();
        match (self.key.take(), self.entries.last_mut()) {
            (Some(_), Some(entry)) => entry.end = end,
            (None, _) | (_, None) => return Err(self.fail("it has a value without a key")),
        }
        Ok(())
    }

    fn end(mut self) -> Result<(), Unhashable> {
        if self.key.is_some() {
            return Err(self.fail("it has a key without a value"));
        }
        self.output.sound()?;
        self.sort();
        self.output.tag(b'}');
        self.output.release();
        self.output.ascend();
        Ok(())
    }

    /// Puts the entries in order; most come in order.
    fn sort(&mut self) {
        let held = self.output.held();
        let bytes = |entry: &Entry| (&held[entry.key()], &held[entry.value()]);
        if self.entries.is_sorted_by(|one, next| bytes(one) <= bytes(next)) {
            return;
        }
        self.entries.sort_by(|one, other| bytes(one).cmp(&bytes(other)));
        let sorted: Vec<&[u8]> =
            self.entries.iter().map(|entry| &held[entry.key..entry.end]).collect();
        let sorted = sorted.concat();
        held[self.start..].copy_from_slice(&sorted);
    }

    fn fail(&mut self, reason: &str) -> Unhashable {
        self.output.fail(Unhashable(reason.to_owned()))
    }
}

macro_rules! lists {
    ($($trait:ident: $method:ident,)*) => {
        $(impl $trait for List<'_> {
            type Ok = ();
            type Error = Unhashable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unhashable> {
                self.0.value(value)
            }

            fn end(self) -> Result<(), Unhashable> {
                List::end(self)
            }
        })*
    };
}

lists! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field,
}

impl SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = Unhashable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unhashable> {
        self.key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unhashable> {
        self.value(value)
    }

    fn end(self) -> Result<(), Unhashable> {
        Entries::end(self)
    }
}

macro_rules! structs {
    ($($trait:ident),*) => {
        $(impl $trait for Entries<'_> {
            type Ok = ();
            type Error = Unhashable;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Unhashable> {
                self.key(name)?;
                self.value(value)
            }

            fn end(self) -> Result<(), Unhashable> {
                Entries::end(self)
            }
        })*
    };
}

structs!(SerializeStruct, SerializeStructVariant);
