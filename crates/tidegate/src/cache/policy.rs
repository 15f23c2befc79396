//! Policies: what a cached result depends on, as a sum of members. They are data: the key is made in `key`.

use std::borrow::Cow;
use std::fmt;
use std::ops::{Add, Sub};

use super::IsolationLevel;

/// One of the things that a cached result may depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CacheMember {
    /// The arguments.
    Inputs,
    /// The source of the function.
    TaskSource,
    /// The flow run, or the task run outside of one.
    RunId,
    /// The arguments of the flow.
    FlowParameters,
}

/// What a cached result depends on: a sum of [`INPUTS`](super::INPUTS), [`TASK_SOURCE`](super::TASK_SOURCE),
/// [`RUN_ID`](super::RUN_ID) and [`FLOW_PARAMETERS`](super::FLOW_PARAMETERS), without the arguments that are taken out by name.
///
/// ```
/// use tidegate::cache::{DEFAULT, INPUTS, NO_CACHE, RUN_ID, TASK_SOURCE};
///
/// assert_eq!(DEFAULT, RUN_ID + INPUTS + TASK_SOURCE);
/// assert_eq!(INPUTS + NO_CACHE, INPUTS);
/// assert_eq!((INPUTS - "client").excluded(), ["client"]);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct CachePolicy {
    /// A bit for each member.
    members: u8,
    /// Sorted, each once; empty without [`CacheMember::Inputs`].
    excluded: Vec<Cow<'static, str>>,
    isolation: Isolation,
}

/// What is said of isolation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Isolation {
    Unsaid,
    Said(IsolationLevel),
    /// Two levels were added.
    Mixed,
}

/// A policy is a sum of two that say different things of isolation, so that it says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "its cache policy is a sum of two with different isolation levels; say the level once, for the sum: `(INPUTS + RUN_ID).isolation(..)`"
)]
pub struct MixedIsolation;

impl CacheMember {
    /// All of them, in the order in which they are shown and hashed.
    pub const ALL: [Self; 4] = [Self::Inputs, Self::TaskSource, Self::RunId, Self::FlowParameters];

    const fn bit(self) -> u8 {
        1 << self as u8
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Inputs => "INPUTS",
            Self::TaskSource => "TASK_SOURCE",
            Self::RunId => "RUN_ID",
            Self::FlowParameters => "FLOW_PARAMETERS",
        }
    }
}

impl CachePolicy {
    pub(super) const NONE: Self = Self::with(0);

    pub(super) const DEFAULT: Self = Self::with(
        CacheMember::Inputs.bit() | CacheMember::TaskSource.bit() | CacheMember::RunId.bit(),
    );

    pub(super) const fn of(member: CacheMember) -> Self {
        Self::with(member.bit())
    }

    const fn with(members: u8) -> Self {
        Self { members, excluded: Vec::new(), isolation: Isolation::Unsaid }
    }

    /// Says whether those who compute one result at once wait for each other.
    ///
    /// ```
    /// use tidegate::cache::{INPUTS, IsolationLevel};
    ///
    /// let policy = INPUTS.isolation(IsolationLevel::Serializable);
    /// assert_eq!(policy.isolation_level(), Ok(IsolationLevel::Serializable));
    /// ```
    #[must_use]
    pub fn isolation(mut self, level: IsolationLevel) -> Self {
        self.isolation = Isolation::Said(level);
        self
    }

    /// Whether those who compute one result at once wait for each other.
    ///
    /// # Errors
    ///
    /// The policy is a sum of two that differ in this. A call of its task is an error then.
    pub fn isolation_level(&self) -> Result<IsolationLevel, MixedIsolation> {
        match self.isolation {
            Isolation::Unsaid => Ok(IsolationLevel::default()),
            Isolation::Said(level) => Ok(level),
            Isolation::Mixed => Err(MixedIsolation),
        }
    }

    /// What it is a sum of.
    pub fn members(&self) -> impl Iterator<Item = CacheMember> {
        CacheMember::ALL.into_iter().filter(|member| self.members & member.bit() != 0)
    }

    /// Whether the result depends on this.
    #[must_use]
    pub const fn contains(&self, member: CacheMember) -> bool {
        self.members & member.bit() != 0
    }

    /// Whether there is no caching.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.members == 0
    }

    /// The arguments that do not matter, sorted.
    #[must_use]
    pub fn excluded(&self) -> &[Cow<'static, str>] {
        &self.excluded
    }

    fn without(mut self, name: Cow<'static, str>) -> Self {
        if self.contains(CacheMember::Inputs) {
            self.exclude(name);
        }
        self
    }

    fn exclude(&mut self, name: Cow<'static, str>) {
        if let Err(place) = self.excluded.binary_search(&name) {
            self.excluded.insert(place, name);
        }
    }
}

/// Both, of which the result depends then. An argument that one of them takes out is out.
impl Add for CachePolicy {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.members |= other.members;
        other.excluded.into_iter().for_each(|name| self.exclude(name));
        self.isolation = match (self.isolation, other.isolation) {
            (Isolation::Unsaid, said) | (said, Isolation::Unsaid) => said,
            (one, other) if one == other => one,
            (Isolation::Said(_) | Isolation::Mixed, Isolation::Said(_) | Isolation::Mixed) => {
                Isolation::Mixed
            }
        };
        self
    }
}

/// Without this argument; the same where arguments do not matter anyway.
impl Sub<&'static str> for CachePolicy {
    type Output = Self;

    fn sub(self, name: &'static str) -> Self {
        self.without(name.into())
    }
}

/// Without this argument; the same where arguments do not matter anyway.
impl Sub<String> for CachePolicy {
    type Output = Self;

    fn sub(self, name: String) -> Self {
        self.without(name.into())
    }
}

/// As it is written.
impl fmt::Display for CachePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return f.write_str("NO_CACHE");
        }
        for (index, member) in self.members().enumerate() {
            f.write_str(if index == 0 { "" } else { " + " })?;
            f.write_str(member.name())?;
        }
        self.excluded.iter().try_for_each(|name| write!(f, " - {name:?}"))
    }
}

impl fmt::Debug for CachePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        match self.isolation {
            Isolation::Unsaid => Ok(()),
            Isolation::Said(level) => write!(f, " ({level:?})"),
            Isolation::Mixed => f.write_str(" (mixed isolation)"),
        }
    }
}
