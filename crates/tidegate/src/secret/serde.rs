//! How a secret is written and read by serde, and what its JSON Schema says. Errors never tell what was read.

use std::borrow::Cow;

use ::serde::de::Error as _;
use ::serde::ser::Error as _;
use ::serde::{Deserialize, Deserializer, Serialize, Serializer};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::scope::{Form, form};
use super::{Secret, SecretValue};
use crate::redact::MASK;

/// The mask, whatever the value is; inside a block, the value, which is then encrypted.
impl<T: SecretValue + Serialize> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match form() {
            Form::Masked => serializer.serialize_str(MASK),
            Form::Exposed => self.expose().serialize(serializer),
            Form::Refused => Err(S::Error::custom(
                "there is a secret in it, which is not written where it would be read back: give what it is needed for instead",
            )),
        }
    }
}

/// The value itself, which is registered with the redactor. The mask is no value.
impl<'de, T: SecretValue + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = T::deserialize(deserializer).map_err(|_| {
            D::Error::custom(format_args!("a secret is no `{}`", std::any::type_name::<T>()))
        })?;
        let mut masked = false;
        value.each_text(&mut |text| masked |= text == MASK.as_bytes());
        if masked {
            return Err(D::Error::custom(
                "a secret was masked when it was written, and is not known here; give its value",
            ));
        }
        Ok(Self::new(value))
    }
}

/// The schema of the value, which is a password and is never shown.
impl<T: SecretValue + JsonSchema> JsonSchema for Secret<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Secret_{}", T::schema_name()).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("tidegate::Secret<{}>", T::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        schema.insert("format".to_owned(), "password".into());
        schema.insert("writeOnly".to_owned(), true.into());
        schema
    }
}
