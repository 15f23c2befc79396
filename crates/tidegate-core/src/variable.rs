//! Variables: small values by name that are kept outside of code, and what names and values they can have. Nothing here reads or
//! writes one.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Timestamp;
use crate::id::identifier;

identifier! {
    /// The id of a variable, which stays when it is renamed.
    VariableId
}

/// How many characters the name of a variable may have.
const LONGEST_NAME: usize = 255;

/// How many characters the value of a variable may have, written as JSON.
const LONGEST_VALUE: usize = 5000;

/// A variable as it is recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VariableRecord {
    /// Its id.
    pub id: VariableId,
    /// Its name, which no other has.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// What it is found by beside its name.
    pub tags: Vec<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
}

/// A name or value that no variable can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidVariable {
    /// A variable has a name.
    #[error("a variable has a name; this one is empty")]
    Nameless,
    /// The name has a character that none may have.
    #[error(
        "a variable cannot be called `{name}`: its name may have lower-case letters, digits, `-` and `_` only, and not `{character}`"
    )]
    Name {
        /// The name.
        name: String,
        /// The first character that is not allowed.
        character: char,
    },
    /// The name is too long.
    #[error("the name of a variable has {LONGEST_NAME} characters at most; this one has {0}")]
    LongName(usize),
    /// The value is too long.
    #[error(
        "the value of the variable '{name}' has {characters} characters as JSON, and {LONGEST_VALUE} at most are kept: keep it in a \
         file or a table, and its place in the variable"
    )]
    LongValue {
        /// The name of the variable.
        name: String,
        /// How many characters the value has.
        characters: usize,
    },
}

impl VariableRecord {
    /// A variable that is made now.
    #[must_use]
    pub fn new(name: impl Into<String>, value: Value, now: Timestamp) -> Self {
        let (id, name, tags) = (VariableId::new(), name.into(), Vec::new());
        Self { id, name, value, tags, created: now, updated: now }
    }

    /// Fails if there can be no such variable.
    ///
    /// ```
    /// # use tidegate_core::{Timestamp, VariableRecord};
    /// let variable = |name: &str| VariableRecord::new(name, 38.9.into(), Timestamp::default());
    /// assert!(variable("washington_dc-lat").check().is_ok());
    /// assert!(variable("Washington").check().is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// Its name is empty, has more than 255 characters, or others than `a` to `z`, `0` to `9`, `-` and `_`. Its value has more than
    /// 5000 characters, written as JSON.
    pub fn check(&self) -> Result<(), InvalidVariable> {
        check_name(&self.name)?;
        check_value(&self.name, &self.value)
    }
}

/// Fails for what cannot be the name of a variable.
fn check_name(name: &str) -> Result<(), InvalidVariable> {
    let allowed = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if name.is_empty() {
        return Err(InvalidVariable::Nameless);
    }
    let characters = name.chars().count();
    if characters > LONGEST_NAME {
        return Err(InvalidVariable::LongName(characters));
    }
    match name.chars().find(|character| !allowed(character)) {
        Some(character) => Err(InvalidVariable::Name { name: name.to_owned(), character }),
        None => Ok(()),
    }
}

fn check_value(name: &str, value: &Value) -> Result<(), InvalidVariable> {
    let characters = value.to_string().chars().count();
    if characters > LONGEST_VALUE {
        return Err(InvalidVariable::LongValue { name: name.to_owned(), characters });
    }
    Ok(())
}

/// What finds one variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariableKey {
    /// Its id.
    Id(VariableId),
    /// Its name.
    Name(String),
}

/// What becomes different in a variable; what is not set stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VariableUpdate {
    /// Its new name.
    pub name: Option<String>,
    /// Its new value.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    pub value: Option<Value>,
    /// Its new tags, in the place of all it had.
    pub tags: Option<Vec<String>>,
}

/// A value that is there, `null` included.
fn there<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl VariableUpdate {
    /// Fails if there can be no variable of that name or value.
    ///
    /// # Errors
    ///
    /// As [`VariableRecord::check`].
    pub fn check(&self, key: &VariableKey) -> Result<(), InvalidVariable> {
        self.name.as_deref().map_or(Ok(()), check_name)?;
        let Some(value) = &self.value else { return Ok(()) };
        let name = match (&self.name, key) {
            (Some(name), _) | (None, VariableKey::Name(name)) => name.clone(),
            (None, VariableKey::Id(id)) => id.to_string(),
        };
        check_value(&name, value)
    }

    /// Brings a record of the variable up to date.
    pub fn apply_to(self, variable: &mut VariableRecord, now: Timestamp) {
        if let Some(name) = self.name {
            variable.name = name;
        }
        if let Some(value) = self.value {
            variable.value = value;
        }
        if let Some(tags) = self.tags {
            variable.tags = tags;
        }
        variable.updated = now;
    }
}

/// A change of what variables there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariableChange {
    /// There is one more, unless there is one of that name.
    Create(VariableRecord),
    /// There is one of that name with this value and these tags: one more, or the one that is there, which keeps its id and its time of
    /// making.
    Set(VariableRecord),
    /// One becomes different, unless its new name is that of another.
    Update {
        /// Which.
        key: VariableKey,
        /// How.
        update: VariableUpdate,
        /// When.
        now: Timestamp,
    },
    /// One is gone.
    Delete(VariableKey),
}

/// What came of a [`VariableChange`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariableAnswer {
    /// It is done. This is the variable as it is now, or was before it was deleted.
    Done(VariableRecord),
    /// Nothing is changed, because this one has the name.
    Exists(VariableRecord),
    /// Nothing is changed, because there is none.
    NotFound,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, value: Value) -> Result<(), String> {
        let record = VariableRecord::new(name, value, Timestamp::default());
        record.check().map_err(|error| error.to_string())
    }

    /// VAR-04, VAR-05
    #[test]
    fn a_name_has_lower_case_letters_digits_dashes_and_underscores() {
        for name in ["a", "0", "-", "_", "my-city_2", &"x".repeat(255)] {
            assert_eq!(check(name, Value::Null), Ok(()), "{name}");
        }
        for name in ["", "A", "my city", "my.city", "é", "a\n", &"x".repeat(256)] {
            assert!(check(name, Value::Null).is_err(), "{name}");
        }
        assert_eq!(
            check("my.city", Value::Null).unwrap_err(),
            "a variable cannot be called `my.city`: its name may have lower-case letters, digits, `-` and `_` only, and not `.`"
        );
        assert_eq!(check("", Value::Null).unwrap_err(), "a variable has a name; this one is empty");
    }

    #[test]
    fn a_value_has_5000_characters_at_most() {
        assert_eq!(check("x", "é".repeat(4998).into()), Ok(()));
        assert_eq!(
            check("x", "é".repeat(4999).into()).unwrap_err(),
            "the value of the variable 'x' has 5001 characters as JSON, and 5000 at most are kept: keep it in a file or a table, \
             and its place in the variable"
        );
    }
}
