//! Whom outgoing connections trust: Mozilla's list, and what a block adds. It touches nothing that is set for the whole process.

use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, RootCertStore};

/// The certificates that the web is trusted by.
pub(crate) fn roots() -> RootCertStore {
    webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect()
}

/// A configuration that trusts these.
pub(crate) fn trusting(roots: RootCertStore) -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider knows the versions it is made for")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// The configuration of whatever trusts nobody besides; made once.
pub(crate) fn usual() -> ClientConfig {
    static USUAL: OnceLock<ClientConfig> = OnceLock::new();
    USUAL.get_or_init(|| trusting(roots())).clone()
}
