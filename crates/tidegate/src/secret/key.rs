//! A key, and what names it. A key is never shown; its id is a hash that does not lead back to it.

use std::fmt;

use chacha20poly1305::aead::Generate;
use secrecy::{ExposeSecret, SecretBox};
use zeroize::{Zeroize, Zeroizing};

use crate::redact::{self, base64};

/// How many bytes a key has.
const LENGTH: usize = 32;

/// A key of 256 bits, and its id.
pub(super) struct Key {
    id: String,
    bytes: SecretBox<[u8; LENGTH]>,
}

/// A new key of 256 random bits, as base64: what `TIDEGATE_ENCRYPTION_KEY` is set to.
///
/// Keep it where the database is not, and keep a copy: without it the secrets in the database are lost.
///
/// ```
/// let key = tidegate::secret::generate_key();
/// assert_eq!(key.expose().len(), 44);
/// ```
#[must_use]
pub fn generate_key() -> super::Secret {
    let mut bytes = Zeroizing::new(<[u8; LENGTH]>::generate());
    let text = base64::encode(&*bytes, base64::STANDARD) + "=";
    bytes.zeroize();
    super::Secret::new(text)
}

impl Key {
    /// The key that a text is: 64 hexadecimal digits, or base64.
    pub(super) fn read(text: &str) -> Option<Self> {
        redact::register(text);
        let bytes = Zeroizing::new(hex(text).or_else(|| base64::decode(text))?);
        let mut key: [u8; LENGTH] = bytes.as_slice().try_into().ok()?;
        // Whatever form it is shown in.
        redact::register_bytes(&key);
        let id = blake3::derive_key("tidegate 2026-11-25 id of an encryption key", &key);
        let id = id[..4].iter().map(|byte| format!("{byte:02x}")).collect();
        let bytes = SecretBox::init_with(|| key);
        key.zeroize();
        Some(Self { id, bytes })
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn bytes(&self) -> &[u8; LENGTH] {
        self.bytes.expose_secret()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.id)
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.len() != 2 * LENGTH {
        return None;
    }
    let value = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
    digits.chunks(2).map(|pair| Some(value(pair[0])? << 4 | value(pair[1])?)).collect()
}
