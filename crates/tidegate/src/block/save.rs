//! Saving blocks.

use tidegate_core::{BlockDocumentId, IfExists};

use super::Block;
use crate::error::{Error, Result};

pub(super) async fn save<B: Block>(
    _block: &B,
    _name: &str,
    _if_exists: IfExists,
) -> Result<BlockDocumentId> {
    Err(Error::configuration("blocks are not saved yet"))
}

pub(super) async fn register<B: Block>() -> Result<()> {
    Err(Error::configuration("blocks are not registered yet"))
}
