//! The values of a transaction: set by its body and its tasks, read by its hooks and by transactions in it. They are kept as JSON, so that
//! what is read is a copy, and so that hooks which are called after a crash find them.

use std::sync::Arc;

use erased_serde::Serialize as ErasedSerialize;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Transaction;
use crate::error::{Error, Result};
use crate::redact;
use crate::result::json;
use crate::secret;

impl Transaction {
    /// Sets a value: a copy, as it is now.
    ///
    /// # Errors
    ///
    /// The value cannot be written as JSON.
    pub fn set(&self, name: impl Into<String>, value: impl Serialize) -> Result<()> {
        let name = name.into();
        let json = written(&value).map_err(|error| {
            Error::msg(format_args!("the value `{name}` of a transaction cannot be kept: {error}"))
        })?;
        self.lock().values.insert(name, json);
        Ok(())
    }

    /// A copy of a value: its own, or that of the nearest transaction around it that has one.
    ///
    /// # Errors
    ///
    /// There is no such value, or it is no `T`.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        self.find(name).unwrap_or_else(|| {
            Err(Error::msg(format_args!(
                "there is no value `{name}` in the transaction {} or around it; set it, or give a default with `get_or`",
                self.name()
            )))
        })
    }

    /// As [`get`](Self::get); where there is no such value, `default`.
    ///
    /// # Errors
    ///
    /// The value is no `T`.
    pub fn get_or<T: DeserializeOwned>(&self, name: &str, default: T) -> Result<T> {
        self.find(name).unwrap_or(Ok(default))
    }

    fn find<T: DeserializeOwned>(&self, name: &str) -> Option<Result<T>> {
        let mut next = Some(self);
        while let Some(transaction) = next {
            let found = transaction.lock().values.get(name).cloned();
            if let Some(json) = found {
                return Some(read(&json).map_err(|error| {
                    Error::msg(format_args!(
                        "the value `{name}` of a transaction is no {}: {error}",
                        std::any::type_name::<T>()
                    ))
                }));
            }
            next = transaction.0.parent.as_ref();
        }
        None
    }
}

pub(super) fn written(value: &impl Serialize) -> Result<Arc<str>, serde_json::Error> {
    let json = secret::refused(|| json::encode(value as &dyn ErasedSerialize))?;
    if redact::is_in(json.as_bytes()) {
        // It is recorded for the hooks, and with a mask in it would be something else.
        return Err(serde::ser::Error::custom(
            "there is a secret in it; keep what finds it instead",
        ));
    }
    Ok(json.into())
}

pub(super) fn read<T: DeserializeOwned>(json: &str) -> Result<T, erased_serde::Error> {
    json::decode(json, |value| erased_serde::deserialize(value))
}
