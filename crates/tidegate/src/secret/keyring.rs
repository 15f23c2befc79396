//! Sealing and opening with the keys at hand: the current one, and older ones that only open. What is sealed is bound to its place, so
//! that it opens nowhere else.

use std::sync::Arc;

use std::sync::OnceLock;

use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::key::{Key, generate_key};
use super::source::{self, Source};
use crate::error::{Error, Result};
use crate::redact::base64;

/// What a sealed text begins with: the format, which is part of what is authenticated.
const FORMAT: &str = "v1";

/// The keys of this process, the current one first.
#[derive(Clone, Debug)]
pub(crate) struct Keyring {
    keys: Arc<[Key]>,
    source: Source,
}

impl Keyring {
    /// The keys for what a store at `location` keeps: those of the settings if other processes use it too, and one that this process has
    /// made for itself if none does.
    ///
    /// It may run a command and wait for it; call it where blocking is fine.
    pub(crate) fn for_store(location: &str, shared: bool) -> Result<Self> {
        if shared { Self::for_database(location) } else { Self::of_process() }
    }

    /// The keys that the settings name, checked to be kept away from the database at `location`.
    ///
    /// It may run a command and wait for it; call it where blocking is fine.
    fn for_database(location: &str) -> Result<Self> {
        source::read(Some(location.as_ref()))
    }

    /// A key that this process has made for itself, for stores in memory: what is sealed there is gone with the process too, so nobody
    /// needs to keep a key for it.
    fn of_process() -> Result<Self> {
        static KEYRING: OnceLock<Keyring> = OnceLock::new();
        if let Some(keyring) = KEYRING.get() {
            return Ok(keyring.clone());
        }
        let made = Self::read(generate_key().expose(), Source::Process)?;
        Ok(KEYRING.get_or_init(|| made).clone())
    }

    /// The keys that a text is: the current one first, then older ones, with white space or commas between them.
    pub(super) fn read(text: &str, source: Source) -> Result<Self> {
        let words = text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .flat_map(|line| line.split([',', ' ', '\t', '\r']))
            .filter(|word| !word.is_empty());
        let keys = words
            .enumerate()
            .map(|(index, word)| {
                Key::read(word).ok_or_else(|| {
                    Error::configuration(format!(
                        "key {} of {source} is no key of 256 bits: write it as base64 (44 characters) or as 64 hexadecimal digits, as \
                         `head -c 32 /dev/urandom | base64` makes one",
                        index + 1
                    ))
                })
            })
            .collect::<Result<Vec<_>>>()?;
        if keys.is_empty() {
            return Err(Error::configuration(format!(
                "there is no key in {source}: put one there, as `head -c 32 /dev/urandom | base64` makes it"
            )));
        }
        Ok(Self { keys: keys.into(), source })
    }

    /// Encrypts with the current key. The text opens only as `bound_to` the same.
    pub(crate) fn seal(&self, bound_to: &str, plain: &[u8]) -> Result<String> {
        let key = &self.keys[0];
        let nonce = XNonce::try_generate().map_err(|error| {
            Error::configuration(format!(
                "the operating system gives no random bytes, so nothing was encrypted: {error}"
            ))
        })?;
        let associated = associated(key.id(), bound_to);
        let sealed = cipher(key)
            .encrypt(&nonce, Payload { msg: plain, aad: associated.as_bytes() })
            .map_err(|_| Error::configuration("a secret is too large to be encrypted"))?;
        let text = base64::encode(&[nonce.as_slice(), &sealed].concat(), base64::URL_SAFE);
        Ok(format!("{FORMAT}:{}:{text}", key.id()))
    }

    /// Decrypts what [`seal`](Self::seal) gave.
    pub(crate) fn open(&self, bound_to: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>> {
        let (id, bytes) = parts(sealed).ok_or_else(|| {
            Error::configuration(format!(
                "what is stored as the secret `{bound_to}` was not written by this version of Tidegate: restore it from a backup, or \
                 save the secret again"
            ))
        })?;
        let key = self.keys.iter().find(|key| key.id() == id).ok_or_else(|| self.missing(id))?;
        let (nonce, sealed) = bytes.split_at(NONCE);
        let nonce = XNonce::try_from(nonce).expect("split at its length");
        let associated = associated(id, bound_to);
        let opened =
            cipher(key).decrypt(&nonce, Payload { msg: sealed, aad: associated.as_bytes() });
        opened.map(Zeroizing::new).map_err(|_| {
            Error::configuration(format!(
                "the secret `{bound_to}` cannot be decrypted: it was changed, or moved there from another place; restore it from a \
                 backup, or save it again"
            ))
        })
    }

    /// Seals with the current key what an older one has sealed; nothing, if the current one has.
    pub(crate) fn reseal(&self, bound_to: &str, sealed: &str) -> Result<Option<String>> {
        if parts(sealed).is_some_and(|(id, _)| id == self.keys[0].id()) {
            return Ok(None);
        }
        let plain = self.open(bound_to, sealed)?;
        self.seal(bound_to, &plain).map(Some)
    }

    /// The id of the key that seals.
    pub(crate) fn current(&self) -> &str {
        self.keys[0].id()
    }

    fn missing(&self, id: &str) -> Error {
        let at_hand: Vec<_> = self.keys.iter().map(|key| format!("`{}`", key.id())).collect();
        Error::configuration(format!(
            "a secret was encrypted with the key `{id}`, and {} has only {}: add the key `{id}` there, behind the current one",
            self.source,
            at_hand.join(", ")
        ))
    }
}

/// How long a nonce is.
const NONCE: usize = 24;

/// The id of the key that sealed a text, and the nonce with what is encrypted.
fn parts(sealed: &str) -> Option<(&str, Vec<u8>)> {
    let (id, text) = sealed.strip_prefix(FORMAT)?.strip_prefix(':')?.split_once(':')?;
    let bytes = base64::decode(text).filter(|bytes| bytes.len() >= NONCE)?;
    Some((id, bytes))
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.bytes().into())
}

fn associated(id: &str, bound_to: &str) -> String {
    format!("tidegate:{FORMAT}:{id}:{bound_to}")
}
