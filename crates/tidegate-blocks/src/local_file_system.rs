//! Files below one folder of this machine. Nothing outside of it is read or written, whatever a path or a link says.

use std::io::{ErrorKind, Write};
use std::path::{Component, Path, PathBuf};
use std::{env, fs, io};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::block::{ReadPath, WritePath};
use tidegate::{Block, Result};

use crate::error::{Error, Kind};

/// Keeps files below a folder of this machine.
///
/// ```
/// use tidegate::block::{ReadPath, WritePath};
/// use tidegate_blocks::LocalFileSystem;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> tidegate::Result<()> {
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path().to_str().unwrap();
/// let files = LocalFileSystem::new(folder);
/// files.write_path("cities/bergen.csv", b"rain,7.5".to_vec()).await?;
/// assert_eq!(files.read_path("cities/bergen.csv").await?, b"rain,7.5");
/// assert!(files.read_path("../elsewhere").await.is_err());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "Local File System",
    slug = "local-file-system",
    documentation_url = "https://docs.prefect.io/latest/develop/results#specifying-a-default-filesystem",
    capabilities(ReadPath, WritePath)
)]
pub struct LocalFileSystem {
    /// The folder; without one, that which the program runs in. `~` is the home folder.
    #[serde(default)]
    pub basepath: Option<String>,
}

impl LocalFileSystem {
    const NAME: &str = "Local File System";

    /// Files below this folder.
    #[must_use]
    pub fn new(basepath: impl Into<String>) -> Self {
        Self { basepath: Some(basepath.into()) }
    }

    /// The folder as the block names it.
    fn named(&self) -> PathBuf {
        let base = self.basepath.as_deref().unwrap_or(".");
        let home = || env::home_dir().unwrap_or_else(|| PathBuf::from("~"));
        match base.strip_prefix('~') {
            Some("") => home(),
            Some(below) if below.starts_with('/') => home().join(&below[1..]),
            Some(_) | None => PathBuf::from(base),
        }
    }

    /// The folder, with all links followed.
    fn base(&self) -> Result<PathBuf, Error> {
        let base = self.named();
        base.canonicalize().map_err(|error| failed(&base, error))
    }

    /// Where a path leads, which is below the folder with all links followed.
    fn resolve(&self, path: &str) -> Result<PathBuf, Error> {
        let base = self.base()?;
        let mut place = base.clone();
        for part in Path::new(path).strip_prefix(&base).unwrap_or(Path::new(path)).components() {
            match part {
                Component::Normal(name) => place.push(name),
                Component::CurDir => {}
                Component::ParentDir => {
                    place.pop();
                }
                Component::RootDir | Component::Prefix(_) => place.clear(),
            }
            if let Ok(real) = place.canonicalize() {
                place = real;
            }
            if !place.starts_with(&base) {
                let message =
                    format!("the path '{path}' leads out of the folder {}", base.display());
                return Err(Error::new(Self::NAME, Kind::Invalid, message));
            }
        }
        Ok(place)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        let place = self.resolve(path)?;
        fs::read(&place).map_err(|error| failed(&place, error))
    }

    fn write(&self, path: &str, content: &[u8]) -> Result<String, Error> {
        let base = self.named();
        fs::create_dir_all(&base).map_err(|error| failed(&base, error))?;
        let place = self.resolve(path)?;
        let written = || {
            let folder = place.parent().ok_or(ErrorKind::IsADirectory)?;
            if place.is_dir() {
                return Err(io::Error::from(ErrorKind::IsADirectory));
            }
            fs::create_dir_all(folder)?;
            // It has its name when it is whole: whoever reads meanwhile finds what was there before.
            let mut file = in_folder(folder)?;
            file.write_all(content)?;
            file.as_file().sync_all()?;
            file.persist(&place)?;
            Ok(())
        };
        written().map_err(|error| failed(&place, error))?;
        Ok(place.display().to_string())
    }
}

#[cfg(unix)]
fn in_folder(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;
    // As any file has that a program makes: what the mask of the process leaves.
    tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o666)).tempfile_in(folder)
}

#[cfg(not(unix))]
fn in_folder(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::NamedTempFile::new_in(folder)
}

fn failed(place: &Path, error: io::Error) -> Error {
    let kind = if error.kind() == ErrorKind::NotFound { Kind::NotFound } else { Kind::Other };
    Error::new(LocalFileSystem::NAME, kind, format!("{}: {error}", place.display()))
        .caused_by(error)
}

impl ReadPath for LocalFileSystem {
    fn read_path<'a>(&'a self, path: &'a str) -> BoxFuture<'a, Result<Vec<u8>>> {
        let (files, path) = (self.clone(), path.to_owned());
        async move { Ok(tokio::task::spawn_blocking(move || files.read(&path)).await??) }.boxed()
    }
}

impl WritePath for LocalFileSystem {
    fn write_path<'a>(&'a self, path: &'a str, content: Vec<u8>) -> BoxFuture<'a, Result<String>> {
        let (files, path) = (self.clone(), path.to_owned());
        async move { Ok(tokio::task::spawn_blocking(move || files.write(&path, &content)).await??) }
            .boxed()
    }
}
