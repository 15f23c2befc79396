//! Concurrency limits: what a limit is, what is taken of it, and whether it has room for more. Nothing here keeps slots, waits for
//! them or reads a clock.

mod slots;
mod waiter;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Timestamp;

pub use slots::{
    HoldId, LimitChange, LimitUse, MissingLimit, SlotAnswer, SlotHolder, SlotMode, SlotRelease,
    SlotRequest,
};
pub use waiter::{SlotStanding, SlotWaiter};

/// What the name of a limit on task runs begins with; their tag follows.
const TAG_PREFIX: &str = "tag:";

/// Characters that no name of a limit has, so that it can stand in an address.
const BANNED: [char; 5] = ['/', '%', '&', '<', '>'];

/// A slot in millionths, the unit in which slots decay.
const SLOT: u64 = 1_000_000;

/// How much may go on at once under a name. A limit whose name is `tag:` and a tag applies to every task run that carries the
/// tag.
///
/// ```
/// use tidegate_core::ConcurrencyLimit;
///
/// let limit = ConcurrencyLimit::new("api", 10).slot_decay_per_second(0.5);
/// assert!(limit.check().is_ok());
/// assert_eq!(ConcurrencyLimit::for_tag("http", 3).name, "tag:http");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConcurrencyLimit {
    /// Its name.
    pub name: String,
    /// How many slots there are. At 0 nothing new begins under it.
    pub limit: u32,
    /// Whether it limits anything. One that does not lets everybody pass, and counts nobody.
    pub active: bool,
    /// How many slots time gives back each second; at 0 they are held until they are let go of.
    pub slot_decay_per_second: f64,
}

/// A name or number that no limit can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidConcurrencyLimit {
    /// A limit has a name.
    #[error("a concurrency limit has a name; this one is empty")]
    Nameless,
    /// The name has a character that none may have.
    #[error("a concurrency limit cannot be called `{0}`: leave out the `{1}`")]
    Name(String, char),
    /// The decay is negative, or no number.
    #[error(
        "the slots of the concurrency limit '{0}' cannot decay at this rate: give a number of at least 0"
    )]
    Decay(String),
}

impl ConcurrencyLimit {
    /// An active limit of this name, whose slots do not decay.
    #[must_use]
    pub fn new(name: impl Into<String>, limit: u32) -> Self {
        Self { name: name.into(), limit, active: true, slot_decay_per_second: 0.0 }
    }

    /// An active limit on the task runs that carry this tag.
    #[must_use]
    pub fn for_tag(tag: &str, limit: u32) -> Self {
        Self::new(Self::name_for_tag(tag), limit)
    }

    /// The same limit with slots that time gives back, as a rate limit needs.
    #[must_use]
    pub fn slot_decay_per_second(mut self, slots: f64) -> Self {
        self.slot_decay_per_second = slots;
        self
    }

    /// The same limit, limiting nothing until it is made active.
    #[must_use]
    pub fn inactive(mut self) -> Self {
        self.active = false;
        self
    }

    /// What the limit on the task runs of a tag is called.
    #[must_use]
    pub fn name_for_tag(tag: &str) -> String {
        format!("{TAG_PREFIX}{tag}")
    }

    /// The tag whose task runs a limit of this name applies to, if it applies to any.
    #[must_use]
    pub fn tag_of_name(name: &str) -> Option<&str> {
        name.strip_prefix(TAG_PREFIX)
    }

    /// Fails if there can be no such limit.
    ///
    /// # Errors
    ///
    /// Its name is empty or holds one of `/ % & < >`; its decay is negative or no number.
    pub fn check(&self) -> Result<(), InvalidConcurrencyLimit> {
        if self.name.is_empty() {
            return Err(InvalidConcurrencyLimit::Nameless);
        }
        if let Some(banned) = self.name.chars().find(|c| BANNED.contains(c)) {
            return Err(InvalidConcurrencyLimit::Name(self.name.clone(), banned));
        }
        let decay = self.slot_decay_per_second;
        if !decay.is_finite() || decay < 0.0 {
            return Err(InvalidConcurrencyLimit::Decay(self.name.clone()));
        }
        Ok(())
    }

    /// Whether time gives its slots back.
    #[must_use]
    pub fn decays(&self) -> bool {
        self.slot_decay_per_second > 0.0
    }

    /// Whether so many more slots can be taken beside those that are taken, and when.
    #[must_use]
    pub fn room(&self, wanted: u32, taken: Taken, now: Timestamp) -> SlotRoom {
        if !self.active {
            return SlotRoom::Free;
        }
        if wanted > self.limit {
            return SlotRoom::Never;
        }
        let (all, wanted) = (u64::from(self.limit) * SLOT, u64::from(wanted) * SLOT);
        let too_many = (taken.at(now, self).micros + wanted).saturating_sub(all);
        if too_many == 0 {
            return SlotRoom::Free;
        }
        if !self.decays() {
            return SlotRoom::Full(None);
        }
        let micros = (too_many as f64 / self.slot_decay_per_second).ceil();
        // A time that is too far away to be told is never waited for to its end.
        SlotRoom::Full(now.checked_add_signed(TimeDelta::microseconds(micros as i64)))
    }
}

/// Whether a limit has room for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotRoom {
    /// It has.
    Free,
    /// It has not, but will when others let go; by this time at the latest, if time gives its slots back.
    Full(Option<Timestamp>),
    /// It never has so many.
    Never,
}

/// How many slots of a limit were taken at some time. What decays since is seen by [`at`](Taken::at).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Millionths of slots.
    pub micros: u64,
    /// The time.
    pub as_of: Timestamp,
}

impl Taken {
    /// So many whole slots.
    #[must_use]
    pub const fn slots(slots: u64, as_of: Timestamp) -> Self {
        Self { micros: slots.saturating_mul(SLOT), as_of }
    }

    /// What is left of them at `now`. Clocks of several processes differ, so a time before `as_of` is that.
    #[must_use]
    pub fn at(self, now: Timestamp, limit: &ConcurrencyLimit) -> Self {
        let elapsed = (now - self.as_of).num_microseconds().unwrap_or(i64::MAX).max(0);
        let decayed = limit.slot_decay_per_second * elapsed as f64;
        let left = (self.micros as f64 - decayed).ceil().max(0.0);
        // Exact where nothing decays, which floating numbers of this size need not be.
        let micros = if decayed > 0.0 { left as u64 } else { self.micros };
        Self { micros, as_of: now.max(self.as_of) }
    }

    /// With so many more.
    #[must_use]
    pub const fn and(self, slots: u64) -> Self {
        let micros = self.micros.saturating_add(slots.saturating_mul(SLOT));
        Self { micros, as_of: self.as_of }
    }

    /// Without what is left of some of them, which are let go of. Of what has decayed it is not known whose it was; as if all of it was
    /// theirs, too little may be given back and never too much.
    #[must_use]
    pub const fn without(self, some: Self) -> Self {
        Self { micros: self.micros.saturating_sub(some.micros), as_of: self.as_of }
    }

    /// As whole slots, of which one that has begun to decay is still taken.
    #[must_use]
    pub const fn whole(self) -> u64 {
        self.micros.div_ceil(SLOT)
    }
}

#[cfg(test)]
mod tests;
