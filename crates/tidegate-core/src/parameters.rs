//! The recorded arguments of a run. They are for people, filters and forms; never passed back to code.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// The arguments of a run by name, in the order of the signature.
///
/// ```
/// use tidegate_core::Parameters;
///
/// let mut parameters = Parameters::default();
/// parameters.insert("lat", 38.9);
/// assert_eq!(parameters.get("lat"), Some(&38.9.into()));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters(Vec<(Cow<'static, str>, Value)>);

impl Parameters {
    /// The recorded value of one argument.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Records the value of an argument, in the place of one of the same name.
    pub fn insert(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        let (name, value) = (name.into(), value.into());
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.0.push((name, value)),
        }
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// Whether no argument is recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many arguments are recorded.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl<N: Into<Cow<'static, str>>> FromIterator<(N, Value)> for Parameters {
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(entries: I) -> Self {
        Self(entries.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

impl From<serde_json::Map<String, Value>> for Parameters {
    fn from(entries: serde_json::Map<String, Value>) -> Self {
        entries.into_iter().collect()
    }
}

impl Serialize for Parameters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Parameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Parameters;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("parameters by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Parameters, A::Error> {
        let mut parameters = Parameters::default();
        while let Some((name, value)) = entries.next_entry::<String, Value>()? {
            parameters.insert(name, value);
        }
        Ok(parameters)
    }
}
