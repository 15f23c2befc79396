//! A value as canonical bytes, and their BLAKE3 hash: equal values have equal hashes in every build, on every platform, whatever the
//! order of fields and entries. It never keeps the bytes, and never lets a `Serialize` that fails or panics through.
//!
//! # The format
//!
//! It is a promise: hashes are kept in databases and compared with those of later programs. Every value begins with a tag that is one
//! ASCII character, and tells itself where it ends. A *length* is 8 bytes, little-endian.
//!
//! | value | bytes |
//! | --- | --- |
//! | `false`, `true` | `0`, `1` |
//! | an integer of any width, at least 0 | `i`, one byte *n*, *n* bytes: its value, little-endian, without leading zeros |
//! | an integer below 0 | `j`, then as above the value of *-1 - integer* |
//! | `f32`, `f64` | `f`, the 8 bytes of the `f64`, little-endian; -0.0 as 0.0, every NaN as `0x7ff8000000000000` |
//! | text, a `char`, what serializes as text | `t`, length, UTF-8 |
//! | bytes (`serialize_bytes`) | `b`, length, bytes |
//! | `None` | `-` |
//! | `Some(value)` | `+`, value |
//! | `()`, a unit struct | `u` |
//! | a variant of an enum | `e`, length, its name, then what it holds: `u`, a value, a list, or a map |
//! | a newtype struct | as the value in it |
//! | a sequence, a tuple, a tuple struct | `[`, its values, `]` |
//! | a map, a struct | `{`, each key and its value, `}`: sorted by the bytes of the keys, then of the values |
//!
//! So 5 of every width is one value, and `1` is not `1.0`; the fields of a struct are the entries of a map from their names; names of
//! structs are no part of it, so that a renamed type keeps its hashes. -0.0 is 0.0 since `==` says so. A `Serialize` that asks is told that
//! the format is human-readable, so dates, addresses and UUIDs are text.
//!
//! A sequence keeps the order it came in: a `HashSet`, which has another in every process, cannot be told from a list, and has another
//! hash each time. A `BTreeSet` has one.

mod compound;
#[cfg(test)]
mod tests;
mod writer;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;

use writer::{Output, Writer};

/// A BLAKE3 hash.
pub(crate) type Digest = [u8; 32];

/// How deep values may lie in each other; options and newtypes count too.
const LEVELS: usize = 256;

/// How much is kept of what a `Serialize` says why it cannot go on.
const REASON: usize = 256;

/// The hash of the value, or why it has none.
pub(crate) fn hash<T: Serialize + ?Sized>(value: &T) -> Result<Digest, Unhashable> {
    // Nothing is looked at after a panic.
    let written = catch_unwind(AssertUnwindSafe(|| {
        let mut output = Output::default();
        // Two secrets are two values, and of neither more than the hash is kept.
        let written = crate::secret::exposed(|| value.serialize(Writer(&mut output)));
        output.finish(written)
    }));
    written.unwrap_or_else(|_panic| Err(Unhashable("its Serialize panicked".to_owned())))
}

/// Why a value has no hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unhashable(String);

impl Unhashable {
    fn too_deep() -> Self {
        Self(format!("it is nested deeper than {LEVELS} levels"))
    }
}

impl fmt::Display for Unhashable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unhashable {}

impl serde::ser::Error for Unhashable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let reason = message.to_string();
        let kept = (0..=REASON.min(reason.len())).rev().find(|end| reason.is_char_boundary(*end));
        Self(reason[..kept.unwrap_or(0)].to_owned())
    }
}
