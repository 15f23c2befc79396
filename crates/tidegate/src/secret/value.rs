//! A value that is not shown. It is registered with the redactor when it is made, and wiped when it is dropped.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde_json::Value;
use zeroize::Zeroize;

use crate::redact;

/// A value that is not shown: not by `Debug` and `Display`, not in the record of what a task was called with, and, once it is made, not
/// in log lines, errors or anything else that Tidegate shows or stores, in whatever form it gets there.
///
/// In a block it is encrypted. It is wiped from memory when it is dropped; of its text, one copy stays with the redactor.
///
/// ```
/// use tidegate::Secret;
///
/// let token = Secret::new("xoxb-2358-abcdef".to_owned());
/// assert_eq!(format!("{token:?} {token}"), "********** **********");
/// assert_eq!(token.expose(), "xoxb-2358-abcdef");
/// ```
#[derive(Clone)]
pub struct Secret<T: SecretValue = String>(T);

impl<T: SecretValue> Secret<T> {
    /// A secret, registered with the redactor.
    pub fn new(value: T) -> Self {
        value.each_text(&mut redact::register_bytes);
        Self(value)
    }

    /// The value itself.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: SecretValue> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.wipe();
    }
}

impl<T: SecretValue> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(redact::MASK)
    }
}

impl<T: SecretValue> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(redact::MASK)
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self::new(value.to_owned())
    }
}

impl From<secrecy::SecretString> for Secret {
    fn from(value: secrecy::SecretString) -> Self {
        Self::new(secrecy::ExposeSecret::expose_secret(&value).to_owned())
    }
}

impl From<Secret> for secrecy::SecretString {
    fn from(value: Secret) -> Self {
        Self::from(value.expose().as_str())
    }
}

/// What a [`Secret`] may hold: text, bytes, a number, JSON, and options, lists and maps of those. Write it for a type of your own by
/// telling both of each part that is secret.
pub trait SecretValue {
    /// Tells each text in it that must not be shown.
    fn each_text(&self, tell: &mut dyn FnMut(&[u8]));

    /// Overwrites it in memory.
    fn wipe(&mut self);
}

impl SecretValue for String {
    fn each_text(&self, tell: &mut dyn FnMut(&[u8])) {
        tell(self.as_bytes());
    }

    fn wipe(&mut self) {
        self.zeroize();
    }
}

macro_rules! numbers {
    ($($number:ty)*) => {
        $(impl SecretValue for $number {
            fn each_text(&self, tell: &mut dyn FnMut(&[u8])) {
                tell(self.to_string().as_bytes());
            }

            fn wipe(&mut self) {
                self.zeroize();
            }
        })*
    };
}

numbers!(u16 u32 u64 u128 i16 i32 i64 i128 f32 f64);

impl SecretValue for Vec<u8> {
    fn each_text(&self, tell: &mut dyn FnMut(&[u8])) {
        tell(self);
    }

    fn wipe(&mut self) {
        self.zeroize();
    }
}

impl SecretValue for Vec<String> {
    fn each_text(&self, tell: &mut dyn FnMut(&[u8])) {
        self.iter().for_each(|text| tell(text.as_bytes()));
    }

    fn wipe(&mut self) {
        self.zeroize();
    }
}

impl<T: SecretValue> SecretValue for Option<T> {
    fn each_text(&self, tell: &mut dyn FnMut(&[u8])) {
        self.iter().for_each(|value| value.each_text(tell));
    }

    fn wipe(&mut self) {
        self.iter_mut().for_each(T::wipe);
    }
}

impl<T: SecretValue> SecretValue for BTreeMap<String, T> {
    fn each_text(&self, tell: &mut dyn FnMut(&[u8])) {
        self.values().for_each(|value| value.each_text(tell));
    }

    fn wipe(&mut self) {
        self.values_mut().for_each(T::wipe);
    }
}

impl<T: SecretValue> SecretValue for HashMap<String, T> {
    fn each_text(&self, tell: &mut dyn FnMut(&[u8])) {
        self.values().for_each(|value| value.each_text(tell));
    }

    fn wipe(&mut self) {
        self.values_mut().for_each(T::wipe);
    }
}

/// The texts in it, and a number that stands alone: a number in an object may be a port.
impl SecretValue for Value {
    fn each_text(&self, tell: &mut dyn FnMut(&[u8])) {
        match self {
            Self::Number(number) => tell(number.to_string().as_bytes()),
            Self::Null | Self::Bool(_) | Self::String(_) | Self::Array(_) | Self::Object(_) => {
                texts(self, tell);
            }
        }
    }

    fn wipe(&mut self) {
        match self {
            Self::String(text) => text.zeroize(),
            Self::Array(list) => list.iter_mut().for_each(Self::wipe),
            Self::Object(entries) => entries.values_mut().for_each(Self::wipe),
            Self::Null | Self::Bool(_) | Self::Number(_) => *self = Self::Null,
        }
    }
}

fn texts(value: &Value, tell: &mut dyn FnMut(&[u8])) {
    match value {
        Value::String(text) => tell(text.as_bytes()),
        Value::Array(list) => list.iter().for_each(|value| texts(value, tell)),
        Value::Object(entries) => entries.values().for_each(|value| texts(value, tell)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
