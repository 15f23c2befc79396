//! Results as a storage keeps them: a line of JSON that says what it is, and then the bytes of the result. What is read is checked
//! against that line, and against the record of its run where there is one.

use std::fmt;

use serde::{Deserialize, Serialize};
use tidegate_core::{ResultReference, Timestamp};

/// The line is at most so long; a key has far fewer bytes.
const MAX_LINE: usize = 1 << 16;

/// The first line of an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// The key it was written under.
    pub(crate) storage_key: String,
    /// What the bytes were made by.
    pub(crate) serializer: String,
    /// When it was written.
    pub(crate) created: Timestamp,
    /// When it stops being taken for another run; none for never.
    #[serde(default)]
    pub(crate) expiration: Option<Timestamp>,
    /// The version of Tidegate that wrote it.
    pub(crate) tidegate_version: String,
    /// How many bytes follow the line.
    pub(crate) size: u64,
    /// Their BLAKE3 hash, in hexadecimal.
    pub(crate) digest: String,
}

/// An object that was found whole.
pub(crate) struct Object {
    pub(crate) header: Header,
    bytes: Vec<u8>,
    payload: usize,
}

/// Why an object is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// It does not begin with the line that results begin with.
    NoHeader,
    /// It was written under another key.
    OtherKey(String),
    /// It has another length than its line says.
    Cut { expected: u64, found: u64 },
    /// It has other bytes than its line says.
    Changed,
    /// It is whole, and not the one that the record speaks of.
    Replaced,
}

impl Header {
    /// The header of these bytes.
    pub(crate) fn of(
        payload: &[u8],
        key: String,
        serializer: &str,
        created: Timestamp,
        expiration: Option<Timestamp>,
    ) -> Self {
        Self {
            storage_key: key,
            serializer: serializer.to_owned(),
            created,
            expiration,
            tidegate_version: env!("CARGO_PKG_VERSION").to_owned(),
            size: payload.len() as u64,
            digest: digest(payload),
        }
    }

    /// The object of this header and its bytes.
    pub(crate) fn seal(&self, payload: &[u8]) -> Vec<u8> {
        let mut object = serde_json::to_vec(self).expect("a header is plain JSON");
        object.reserve_exact(1 + payload.len());
        object.push(b'\n');
        object.extend_from_slice(payload);
        object
    }

    /// What the record of a run says of it.
    pub(crate) fn reference(&self, storage: &str) -> ResultReference {
        ResultReference {
            storage: storage.to_owned(),
            key: self.storage_key.clone(),
            serializer: self.serializer.clone(),
            size: self.size,
            digest: self.digest.clone(),
        }
    }
}

impl Object {
    /// Looks whether these bytes are what was written under `key`.
    pub(crate) fn open(key: &str, bytes: Vec<u8>) -> Result<Self, Damage> {
        let line = bytes.iter().take(MAX_LINE).position(|&byte| byte == b'\n');
        let line = line.ok_or(Damage::NoHeader)?;
        let header: Header =
            serde_json::from_slice(&bytes[..line]).map_err(|_| Damage::NoHeader)?;
        let payload = line + 1;
        let found = (bytes.len() - payload) as u64;
        if header.size != found {
            return Err(Damage::Cut { expected: header.size, found });
        }
        if header.digest != digest(&bytes[payload..]) {
            return Err(Damage::Changed);
        }
        if header.storage_key != key {
            return Err(Damage::OtherKey(header.storage_key));
        }
        Ok(Self { header, bytes, payload })
    }

    /// Whether it is the one that the record of a run speaks of.
    pub(crate) fn is(self, reference: &ResultReference) -> Result<Self, Damage> {
        let header = &self.header;
        let same = header.size == reference.size
            && header.digest == reference.digest
            && header.serializer == reference.serializer;
        if same { Ok(self) } else { Err(Damage::Replaced) }
    }

    /// Whether it is not to be taken for another run any more.
    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        self.header.expiration.is_some_and(|expiration| expiration <= now)
    }

    /// The bytes of the result.
    pub(crate) fn payload(&self) -> &[u8] {
        &self.bytes[self.payload..]
    }
}

fn digest(payload: &[u8]) -> String {
    blake3::hash(payload).to_hex().to_string()
}

/// Without the result.
impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Object").field(&self.header).finish()
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHeader => f.write_str("it does not begin as results do"),
            Self::OtherKey(key) => write!(f, "it was written under the key `{key}`"),
            Self::Cut { expected, found } => {
                write!(f, "it should have {expected} bytes and has {found}")
            }
            Self::Changed => f.write_str("its bytes have changed since it was written"),
            Self::Replaced => f.write_str("another run has written its own result there since"),
        }
    }
}

#[cfg(test)]
#[path = "object/tests.rs"]
mod tests;
