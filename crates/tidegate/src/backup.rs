//! Copies of an engine's database, and room given back. What makes a copy whole is the business of the store.

use std::fmt;
use std::future::IntoFuture;
use std::path::PathBuf;

use futures_util::future::BoxFuture;
use tidegate_core::IfExists;

use crate::engine::Engine;
use crate::error::{Error, Result};

/// A backup that is written when this is awaited; see [`Engine::backup`].
#[must_use = "a backup is not written until it is awaited"]
#[derive(Clone)]
pub struct Backup {
    engine: Engine,
    path: PathBuf,
    if_exists: IfExists,
}

impl Engine {
    /// Writes a copy of the database into a new file, while runs go on, in this process and in others.
    ///
    /// The copy holds everything that was acknowledged before it is awaited, as it was at one moment after. It gets its name when it
    /// is complete, checked for damage and safe on the disk, and only its owner may read it. It is a database itself: to go
    /// back to it, move the damaged one away with the `-wal` and `-shm` files beside it, and put the copy in its place.
    ///
    /// Where results are kept outside the database, they are not part of it.
    ///
    /// ```
    /// use tidegate::prelude::*;
    /// use tidegate::Engine;
    ///
    /// #[flow]
    /// async fn nightly() {}
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("monday.db");
    /// let engine = Engine::builder().database("sqlite::memory:").open()?;
    /// engine.run(nightly()).await?;
    /// engine.backup(&path).await?;
    ///
    /// let copy = Engine::builder().database(format!("sqlite:{}", path.display())).open()?;
    /// assert_eq!(copy.runs().flow("nightly").count().await?, 1);
    /// # copy.close().await?;
    /// # engine.close().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// This engine keeps no records; there is a file of that name, unless it is to be
    /// [replaced](Backup::replace_existing); or the copy cannot be written, in which case nothing is left of it. The error names
    /// the path and says what to do.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves nothing of the copy.
    pub fn backup(&self, path: impl Into<PathBuf>) -> Backup {
        Backup { engine: self.clone(), path: path.into(), if_exists: IfExists::Refuse }
    }

    /// Gives the room that deleted runs have left in the database back to the file system; how many bytes. Without it the room is
    /// used for new runs, and the file does not shrink.
    ///
    /// It goes in short steps, so that running flows are not held up, and needs no further space on the disk. The file shrinks
    /// when the log beside it is brought home, which is within a second of the last write.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> tidegate::Result<()> {
    /// let engine = tidegate::Engine::builder().database("sqlite::memory:").open()?;
    /// assert_eq!(engine.vacuum().await?, 0, "there is nothing to give back yet");
    /// # engine.close().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// This engine keeps no records, or the store cannot write.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops it halfway.
    pub async fn vacuum(&self) -> Result<u64> {
        self.require_store()?.vacuum().await.map_err(|error| Error::store(None, error))
    }
}

impl Backup {
    /// Puts the copy in the place of a file that is there, when it is complete.
    pub fn replace_existing(mut self) -> Self {
        self.if_exists = IfExists::Replace;
        self
    }
}

impl IntoFuture for Backup {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'static, Result<()>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let store = self.engine.require_store()?;
            let written = store.backup(&self.path, self.if_exists).await;
            written.map_err(|error| Error::store(None, error))
        })
    }
}

impl fmt::Debug for Backup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backup")
            .field("path", &self.path)
            .field("if_exists", &self.if_exists)
            .finish_non_exhaustive()
    }
}
