//! Where a call stands among the calls of its flow run: what it came after, and what it was given. It costs a few bytes a run however
//! many others a call came after, and says nothing of how they are drawn.
//!
//! ```text
//!   call 1   call 2    result of 2 seen   result of 1 seen    call 3               call 4
//!   after 0  after 0                                          after 1, tells of    after 1
//!                                                             "seen by moment 1:
//!                                                              calls 1 to 2"
//! ```
//!
//! Each caller, which is a flow run or a task run, has *moments*: a moment is a call that was made when results had been seen that
//! no call before it could know. A call tells its moment, and the next run that is recorded tells which results the moment added: so
//! each result is told once. A call came after all results that its moment and those before it added.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::RunId;

/// Where a call stands among the calls of its flow run. See the graph of a flow run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallPlace {
    /// Its number among the calls of its flow run.
    pub number: u32,
    /// The number of the first call of the attempt of the flow run in which it was made.
    pub attempt: u32,
    /// The moment of its caller at which it was made; 0 before any result was seen.
    pub moment: u32,
    /// Results that were seen, told by this run because it was the next to be recorded.
    pub seen: Vec<Seen>,
    /// The runs whose handles it was given.
    pub upstream: Vec<Upstream>,
}

/// Results that were seen by a moment of an attempt and not before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The moment.
    pub moment: u32,
    /// The calls, by their numbers.
    pub calls: Calls,
}

/// Calls whose numbers follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Calls {
    /// The number of the first.
    pub first: u32,
    /// The number of the last.
    pub last: u32,
}

/// Runs that a call depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Upstream {
    /// Calls of the same flow run.
    Calls(Calls),
    /// A run elsewhere.
    Run(RunId),
}

/// The bytes are not those of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are not the place of a call")]
pub struct InvalidCallPlace;

impl CallPlace {
    /// The place of a call of which only its number is known.
    #[must_use]
    pub const fn numbered(number: u32) -> Self {
        Self { number, attempt: 0, moment: 0, seen: Vec::new(), upstream: Vec::new() }
    }

    /// Its bytes, as stores keep them: numbers in seven bits a byte, mostly relative to its own.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(16);
        put(&mut bytes, self.number.into());
        put(&mut bytes, self.attempt.into());
        put_near(&mut bytes, self.number, self.moment);
        put(&mut bytes, self.seen.len() as u64);
        for seen in &self.seen {
            put_near(&mut bytes, self.moment, seen.moment);
            put_near(&mut bytes, self.number, seen.calls.first);
            put(&mut bytes, seen.calls.len() - 1);
        }
        for upstream in &self.upstream {
            match upstream {
                Upstream::Calls(calls) => {
                    put(&mut bytes, calls.len());
                    put_near(&mut bytes, self.number, calls.first);
                }
                Upstream::Run(id) => {
                    put(&mut bytes, 0);
                    bytes.extend_from_slice(id.as_uuid().as_bytes());
                }
            }
        }
        bytes
    }

    /// The place that has these bytes.
    ///
    /// # Errors
    ///
    /// No place has these bytes.
    pub fn from_bytes(mut bytes: &[u8]) -> Result<Self, InvalidCallPlace> {
        let bytes = &mut bytes;
        let number = small(take(bytes)?)?;
        let attempt = small(take(bytes)?)?;
        let moment = take_near(bytes, number)?;
        let mut place = Self { attempt, moment, ..Self::numbered(number) };
        let count = take(bytes)?;
        for _ in 0..count {
            let moment = take_near(bytes, moment)?;
            let first = take_near(bytes, number)?;
            let calls = Calls::of(first, take(bytes)?.checked_add(1).ok_or(InvalidCallPlace)?)?;
            place.seen.push(Seen { moment, calls });
        }
        while !bytes.is_empty() {
            let upstream = match take(bytes)? {
                0 => Upstream::Run(take_id(bytes)?),
                len => Upstream::Calls(Calls::of(take_near(bytes, number)?, len)?),
            };
            place.upstream.push(upstream);
        }
        Ok(place)
    }
}

impl Calls {
    /// How many there are.
    #[must_use]
    pub fn len(self) -> u64 {
        u64::from(self.last.saturating_sub(self.first)) + 1
    }

    /// Never: there is at least one.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        false
    }

    /// The fewest that hold these numbers, which are sorted and come once each.
    pub fn gather(numbers: impl IntoIterator<Item = u32>) -> impl Iterator<Item = Self> {
        let mut numbers = numbers.into_iter().peekable();
        std::iter::from_fn(move || {
            let first = numbers.next()?;
            let mut last = first;
            while let Some(next) = numbers.next_if(|next| Some(*next) == last.checked_add(1)) {
                last = next;
            }
            Some(Self { first, last })
        })
    }

    fn of(first: u32, len: u64) -> Result<Self, InvalidCallPlace> {
        let last = small(u64::from(first) + (len - 1))?;
        Ok(Self { first, last })
    }
}

fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// A number that is mostly a little less than `base`.
fn put_near(bytes: &mut Vec<u8>, base: u32, value: u32) {
    let less = i64::from(base) - i64::from(value);
    put(bytes, ((less << 1) ^ (less >> 63)).cast_unsigned());
}

fn take(bytes: &mut &[u8]) -> Result<u64, InvalidCallPlace> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(InvalidCallPlace)?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(InvalidCallPlace)
}

fn take_near(bytes: &mut &[u8], base: u32) -> Result<u32, InvalidCallPlace> {
    let coded = take(bytes)?;
    let less = (coded >> 1).cast_signed() ^ -(coded & 1).cast_signed();
    let value = i64::from(base).checked_sub(less).ok_or(InvalidCallPlace)?;
    value.try_into().map_err(|_| InvalidCallPlace)
}

fn take_id(bytes: &mut &[u8]) -> Result<RunId, InvalidCallPlace> {
    let (id, rest) = bytes.split_first_chunk::<16>().ok_or(InvalidCallPlace)?;
    *bytes = rest;
    Ok(Uuid::from_bytes(*id).into())
}

fn small(value: u64) -> Result<u32, InvalidCallPlace> {
    value.try_into().map_err(|_| InvalidCallPlace)
}
