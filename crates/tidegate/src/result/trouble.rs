//! What can be wrong with results: why one is not kept, and why one cannot be read. Nothing here says which run it is about, and
//! nothing shows a result.

use std::fmt;
use std::io;

use super::ResultStorage;
use super::object::Damage;

/// Why a result cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    /// It was not kept.
    #[error(
        "has no result that was kept: `persist_result` is off, or its type is not `Serialize + DeserializeOwned`; call it again for \
         its value"
    )]
    NotKept,
    /// It is in a storage that the engine does not know.
    #[error(
        "has its result in the storage `{0}`, which this engine does not know: give it to `EngineBuilder::known_result_storage`"
    )]
    UnknownStorage(String),
    /// It was made by a serializer that the engine does not know.
    #[error(
        "has a result that the serializer `{0}` made, which this engine does not know: give it to \
         `EngineBuilder::known_result_serializer`"
    )]
    UnknownSerializer(String),
    /// It is gone.
    #[error(
        "has lost its result: there is nothing under the key `{key}` in {storage}; put it back, or call it again for its value"
    )]
    Missing {
        /// Where the storage is.
        storage: String,
        /// Its key there.
        key: String,
    },
    /// Something else is there.
    #[error(
        "has a damaged result: under the key `{key}` in {storage}, {damage}; put back what was written, or delete it and call it \
         again for its value"
    )]
    Damaged {
        /// Where the storage is.
        storage: String,
        /// Its key there.
        key: String,
        /// What is wrong.
        damage: Damage,
    },
    /// The storage does not answer.
    #[error("has a result that cannot be read now: the key `{key}` in {storage}: {cause}")]
    Unreachable {
        /// Where the storage is.
        storage: String,
        /// Its key there.
        key: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// It is whole, and holds something else than is asked for.
    #[error("has a result that cannot be read as the type that is asked for{0}")]
    OtherType(Expectation),
}

/// What a type asks for that a result is not. Of what is said about that, only this is kept: the rest may have the result in it.
#[derive(Debug)]
pub(crate) struct Expectation(Option<String>);

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(expected) => write!(f, ", which is {expected}"),
            None => Ok(()),
        }
    }
}

impl Unreadable {
    /// `said` is what serde says: `invalid type: string "secret", expected a boolean at line 1 column 8`.
    pub(crate) fn other_type(said: &str) -> Self {
        let expected = said.rsplit_once(", expected ").map(|(_, expected)| expected);
        let expected = expected.map(|expected| {
            let place = expected.rfind(" at line ").unwrap_or(expected.len());
            expected[..place].to_owned()
        });
        Self::OtherType(Expectation(expected))
    }

    pub(crate) fn missing(storage: &dyn ResultStorage, key: &str) -> Self {
        Self::Missing { storage: storage.location().into_owned(), key: key.to_owned() }
    }

    pub(crate) fn damaged(storage: &dyn ResultStorage, key: &str, damage: Damage) -> Self {
        Self::Damaged { storage: storage.location().into_owned(), key: key.to_owned(), damage }
    }

    pub(crate) fn unreachable(storage: &dyn ResultStorage, key: &str, cause: io::Error) -> Self {
        Self::Unreachable { storage: storage.location().into_owned(), key: key.to_owned(), cause }
    }

    /// Whether there is none.
    pub(crate) fn is_missing(&self) -> bool {
        match self {
            Self::NotKept | Self::Missing { .. } => true,
            Self::UnknownStorage(_)
            | Self::UnknownSerializer(_)
            | Self::Damaged { .. }
            | Self::Unreachable { .. }
            | Self::OtherType(_) => false,
        }
    }
}

/// Why a result is not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unkept {
    /// Its value cannot be written as it is.
    #[error("its result cannot be kept: {0}")]
    Unwritable(String),
    /// There is a secret in it.
    #[error(
        "its result cannot be kept: there is a secret in it, which is not stored in the clear; return what the secret is needed for \
         instead, or set `persist_result = false`"
    )]
    Secret,
    /// There is nowhere to write it.
    #[error(
        "its result of {size} bytes cannot be kept: it is too large for the record, and this engine has no result storage; give it one \
         with `EngineBuilder::result_storage`"
    )]
    NoStorage {
        /// How large it is.
        size: usize,
    },
    /// It could not be written.
    #[error("its result could not be written to {storage} under the key `{key}`: {cause}")]
    Unwritten {
        /// Where the storage is.
        storage: String,
        /// Its key there.
        key: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
}

impl Unkept {
    /// Nothing, unless there is a secret in the result.
    pub(crate) fn unless_secret(self) -> Result<(), Self> {
        match self {
            Self::Secret => Err(self),
            Self::Unwritable(_) | Self::NoStorage { .. } | Self::Unwritten { .. } => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_result_is_instead_is_not_told() {
        let check = |said: &str| Unreadable::other_type(said).to_string();
        let told = "has a result that cannot be read as the type that is asked for";
        let serde =
            "invalid type: string \"secret, expected x\", expected a boolean at line 1 column 8";
        assert_eq!(check(serde), format!("{told}, which is a boolean"));
        assert_eq!(
            check("unknown variant `secret`, expected `A` or `B`"),
            format!("{told}, which is `A` or `B`")
        );
        assert_eq!(check("secret is no colour"), told);
    }
}
