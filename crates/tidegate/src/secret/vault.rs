//! The keys of an engine, for a server that keeps blocks of the same store. They are read when they are first needed, and no key leaves
//! this crate.

use std::sync::{Arc, OnceLock};

use serde_json::Value;
use tidegate_core::{StoreInfo, Vault, VaultError};

use super::{Keyring, SecretValue};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::redact;

impl Engine {
    /// What seals secrets of blocks in the store of this engine, and opens them: with the keys that [`Block::save`](crate::Block::save) and
    /// [`Block::load`](crate::Block::load) use. A server that is given it keeps blocks that programs can load.
    ///
    /// The keys are looked for when they are first needed, and again until there are some; then they are kept.
    ///
    /// ```
    /// use tidegate::Engine;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> tidegate::Result<()> {
    /// let engine = Engine::builder().database("sqlite::memory:").open()?;
    /// let vault = engine.vault()?;
    /// let sealed = vault.seal("here", b"\"hunter22\"").unwrap();
    /// assert_eq!(vault.open("here", &sealed).unwrap(), b"\"hunter22\"");
    /// assert!(vault.open("elsewhere", &sealed).is_err());
    /// # engine.close().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// The engine has no store.
    pub fn vault(&self) -> Result<Arc<dyn Vault>> {
        let StoreInfo { location, shared, .. } = self.require_store()?.info();
        Ok(Arc::new(StoreVault { location, shared, keyring: OnceLock::new() }))
    }
}

/// The keys for what one store keeps.
#[derive(Debug)]
struct StoreVault {
    location: String,
    shared: bool,
    keyring: OnceLock<Keyring>,
}

impl StoreVault {
    fn keyring(&self) -> Result<&Keyring> {
        if let Some(keyring) = self.keyring.get() {
            return Ok(keyring);
        }
        let read = Keyring::for_store(&self.location, self.shared)?;
        Ok(self.keyring.get_or_init(|| read))
    }
}

impl Vault for StoreVault {
    fn seal(&self, bound_to: &str, plain: &[u8]) -> std::result::Result<String, VaultError> {
        hide(plain);
        self.keyring().and_then(|keyring| keyring.seal(bound_to, plain)).map_err(failed)
    }

    fn open(&self, bound_to: &str, sealed: &str) -> std::result::Result<Vec<u8>, VaultError> {
        let opened = self.keyring().and_then(|keyring| keyring.open(bound_to, sealed));
        let opened = opened.map_err(failed)?;
        hide(&opened);
        Ok(opened.to_vec())
    }
}

/// Has the redactor mask what is secret from now on, as if it had been a [`Secret`](super::Secret) here.
fn hide(plain: &[u8]) {
    match serde_json::from_slice::<Value>(plain) {
        Ok(mut value) => {
            value.each_text(&mut redact::register_bytes);
            value.wipe();
        }
        Err(_) => redact::register_bytes(plain),
    }
}

fn failed(error: Error) -> VaultError {
    VaultError::new(&error)
}
