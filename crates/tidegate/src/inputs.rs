//! What is known of the arguments of one call, to tell it from others: the hash of each. It holds no argument, and nobody asks for it
//! who does not compare calls.

#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::canonical::{self, Digest};

/// The arguments of a call by name, in the order of the signature; that of a method has `self`. Before them comes what a function of
/// many types is for this call, under names such as `<T>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs(Vec<(&'static str, Input)>);

/// What is known of one argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The hash of its value.
    Hashed(Digest),
    /// Its value has no hash.
    Opaque {
        /// Its type.
        type_name: &'static str,
        /// What went wrong, where the type is `Serialize`.
        reason: Option<String>,
    },
}

impl Input {
    pub(crate) fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        match canonical::hash(value) {
            Ok(digest) => Self::Hashed(digest),
            Err(reason) => Self::Opaque {
                type_name: std::any::type_name::<T>(),
                reason: Some(reason.to_string()),
            },
        }
    }

    /// A type, for what a function of many types is.
    pub(crate) fn of_type<T: ?Sized>() -> Self {
        Self::of(std::any::type_name::<T>())
    }

    pub(crate) fn opaque<T: ?Sized>() -> Self {
        Self::Opaque { type_name: std::any::type_name::<T>(), reason: None }
    }
}

impl Inputs {
    pub(crate) fn new(inputs: impl IntoIterator<Item = (&'static str, Input)>) -> Self {
        Self(inputs.into_iter().collect())
    }

    /// The names of arguments that have no hash.
    pub(crate) fn opaque(&self) -> impl Iterator<Item = &'static str> {
        self.0
            .iter()
            .filter(|(_, input)| matches!(input, Input::Opaque { .. }))
            .map(|(name, _)| *name)
    }

    /// The arguments.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = (&'static str, &Input)> {
        self.iter().filter(|(name, _)| !name.starts_with('<'))
    }

    /// What a function of many types is for this call.
    pub(crate) fn instance(&self) -> impl Iterator<Item = (&'static str, &Input)> {
        self.iter().filter(|(name, _)| name.starts_with('<'))
    }

    /// Names, and what is known of each.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &Input)> {
        self.0.iter().map(|(name, input)| (*name, input))
    }
}
