//! The redactor: what is registered as a secret does not appear in what is shown or stored. There is one for the process, and every
//! sink asks it before anything is cut off. It never forgets what was registered, and costs a load while nothing is.
//!
//! ```text
//!   register ──> Patterns <── redact <── log lines, errors, panics        text, as it is made
//!                    ^──────── Redacting ── names, tags, parameters,      records, on their way to the store
//!                                           states, artifacts, events
//! ```

pub(crate) mod base64;
mod pattern;
mod patterns;
mod record;
mod store;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use patterns::Patterns;
pub(crate) use record::value as redact_value;
pub(crate) use store::Redacting;

/// What stands in the place of a secret.
pub(crate) const MASK: &str = "**********";

/// Whether anything is registered.
static ANY: AtomicBool = AtomicBool::new(false);

static PATTERNS: RwLock<Option<Patterns>> = RwLock::new(None);

/// Registers a secret. What is too short to be told from other text is not.
pub(crate) fn register(secret: &str) {
    register_bytes(secret.as_bytes());
}

/// Registers a secret that may be no text; then only its base64 is known.
pub(crate) fn register_bytes(secret: &[u8]) {
    if known().as_ref().is_some_and(|patterns| patterns.has(secret)) {
        return;
    }
    let mut patterns = PATTERNS.write().unwrap_or_else(PoisonError::into_inner);
    let patterns = patterns.get_or_insert_default();
    patterns.add(secret);
    ANY.store(!patterns.is_empty(), Ordering::Release);
}

/// Whether there is anything that could be redacted.
pub(crate) fn is_active() -> bool {
    ANY.load(Ordering::Relaxed)
}

/// The text with every secret masked.
pub(crate) fn redact(text: &str) -> Cow<'_, str> {
    if !is_active() {
        return Cow::Borrowed(text);
    }
    let patterns = known();
    match patterns.as_ref().and_then(|patterns| patterns.masked(text)) {
        Some(masked) => Cow::Owned(masked),
        None => Cow::Borrowed(text),
    }
}

/// The text with every secret masked, in the place of the text.
pub(crate) fn redact_in_place(text: &mut String) {
    if let Cow::Owned(masked) = redact(text) {
        *text = masked;
    }
}

/// Whether there is a secret in the bytes.
pub(crate) fn is_in(bytes: &[u8]) -> bool {
    is_active() && known().as_ref().is_some_and(|patterns| patterns.is_in(bytes))
}

/// What `write` writes, with every secret masked.
pub(crate) fn write_redacted(
    f: &mut fmt::Formatter<'_>,
    write: impl Fn(&mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    if !is_active() {
        return write(f);
    }
    let text = Written(write).to_string();
    f.write_str(&redact(&text))
}

/// What a function writes.
struct Written<F>(F);

impl<F: Fn(&mut fmt::Formatter<'_>) -> fmt::Result> fmt::Display for Written<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)(f)
    }
}

fn known() -> RwLockReadGuard<'static, Option<Patterns>> {
    PATTERNS.read().unwrap_or_else(PoisonError::into_inner)
}
