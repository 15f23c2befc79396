//! Deleting blocks.

use super::Block;
use crate::error::{Error, Result};

pub(super) async fn delete<B: Block>(_name: &str) -> Result<()> {
    Err(Error::configuration("blocks are not deleted yet"))
}
