//! Sealing and opening with the vault of the server, where blocking is fine. Without a vault it does neither, and says what to do.

use std::sync::Arc;

use serde_json::{Map, Value};
use tidegate_core::{
    BlockDocument, BlockDocumentId, Vault, VaultError, replace_sealed_in_block, sealed_block_place,
    sealed_block_value,
};

use crate::error::ApiError;
use crate::state::AppState;

/// What a server without a vault says.
const NO_VAULT: &str = "this server was given no key for secrets, so it neither keeps nor tells any: start it with `tidegate server start` \
                        or `Engine::serve`, which take the key from the settings, or give it one with `Config::vault`";

fn vault(state: &AppState) -> Result<Arc<dyn Vault>, ApiError> {
    let vault = state.config().vault.clone();
    vault.ok_or_else(|| ApiError::NotConfigured(NO_VAULT.to_owned()))
}

fn failed(error: &VaultError) -> ApiError {
    ApiError::NotConfigured(error.to_string())
}

async fn where_blocking_is_fine<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|panicked| {
        tracing::error!(target: "tidegate::server", "the vault has panicked: {panicked}");
        Err(ApiError::Internal)
    })
}

/// The data of a document with what is at these places sealed.
pub(super) async fn seal(
    state: &AppState,
    id: BlockDocumentId,
    data: Map<String, Value>,
    places: impl IntoIterator<Item = String> + Send + 'static,
) -> Result<Map<String, Value>, ApiError> {
    let mut places = places.into_iter().peekable();
    if places.peek().is_none() {
        return Ok(data);
    }
    let vault = vault(state)?;
    let places: Vec<String> = places.collect();
    where_blocking_is_fine(move || {
        let mut data = Value::Object(data);
        for place in places {
            let Some(value) = data.pointer_mut(&place) else { continue };
            let bound_to = sealed_block_place(id, &place);
            let sealed = vault.seal(&bound_to, value.to_string().as_bytes());
            *value = sealed_block_value(&sealed.map_err(|error| failed(&error))?);
        }
        match data {
            Value::Object(data) => Ok(data),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => Err(ApiError::Internal),
        }
    })
    .await
}

/// These documents with what is secret in them opened.
pub(super) async fn open(
    state: &AppState,
    documents: Vec<BlockDocument>,
) -> Result<Vec<BlockDocument>, ApiError> {
    if !documents.iter().any(|document| document.data.values().any(super::places::holds_sealed)) {
        return Ok(documents);
    }
    let vault = vault(state)?;
    where_blocking_is_fine(move || {
        documents.into_iter().map(|document| opened(&*vault, document)).collect()
    })
    .await
}

fn opened(vault: &dyn Vault, mut document: BlockDocument) -> Result<BlockDocument, ApiError> {
    let id = document.id;
    let mut pointer = String::new();
    for (name, value) in &mut document.data {
        let before = tidegate_core::push_json_pointer(&mut pointer, name);
        replace_sealed_in_block(value, &mut pointer, &mut |place, sealed| {
            let plain = vault.open(&sealed_block_place(id, place), sealed);
            let plain = plain.map_err(|error| failed(&error))?;
            serde_json::from_slice(&plain).map_err(|_| {
                tracing::error!(target: "tidegate::server", "what is sealed in the block {id} at {place} is no JSON");
                ApiError::Internal
            })
        })?;
        pointer.truncate(before);
    }
    Ok(document)
}
