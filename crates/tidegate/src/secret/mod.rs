//! Secrets: values that are not shown, and are encrypted where they are kept. It never writes one in the clear, and never goes on
//! without a key.
#![cfg_attr(
    feature = "blocks",
    doc = r#"
```text
  Secret ──> exposed ──> Keyring::seal ──> the record of a block        XChaCha20-Poly1305, bound to its place
     │                      ^
     │                   source: TIDEGATE_ENCRYPTION_KEY, a file, a command
     └────> redact::register                                            from then on no sink shows it
```
"#
)]
#![doc = include_str!("secrets.md")]

#[cfg(feature = "blocks")]
mod command;
#[cfg(feature = "blocks")]
mod file;
#[cfg(feature = "blocks")]
mod key;
#[cfg(feature = "blocks")]
mod keyring;
#[cfg(feature = "blocks")]
mod rotate;
mod scope;
#[cfg(feature = "blocks")]
mod serde;
#[cfg(feature = "blocks")]
mod source;
#[cfg(test)]
#[cfg(feature = "blocks")]
mod tests;
#[cfg(feature = "blocks")]
mod value;
#[cfg(feature = "blocks")]
mod vault;

#[cfg(feature = "blocks")]
pub use key::generate_key;
#[cfg(feature = "blocks")]
pub(crate) use keyring::Keyring;
#[cfg(feature = "blocks")]
pub use rotate::KeyRotation;
pub(crate) use scope::{exposed, refused};
#[cfg(feature = "blocks")]
pub use value::{Secret, SecretValue};

/// Has the redactor mask this text from now on, wherever it would be shown or stored: for secrets that come from elsewhere, such as a
/// variable of the environment.
///
/// It is masked as it is, in base64, percent-encoded, and escaped as in JSON. A text of fewer than 4 characters is not: it could not be
/// told from other text.
///
/// ```
/// tidegate::secret::register("correct horse battery staple");
/// let error = tidegate::Error::msg("no such user: correct horse battery staple");
/// assert_eq!(error.to_string(), "no such user: **********");
/// ```
pub fn register(secret: impl AsRef<str>) {
    crate::redact::register(secret.as_ref());
}
