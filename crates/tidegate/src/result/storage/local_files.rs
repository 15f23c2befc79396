//! Results as files of a folder. A file is whole or not there, after a loss of power too; nothing is ever touched outside the folder.

use std::borrow::Cow;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{ResultStorage, check_key};

/// Keeps results as files of a folder, which is made when the first is written. A `/` in a key is a folder in it.
///
/// Only the user that runs the program may read the files. They are written under another name, brought to the disk, and then
/// given their own name, so that no part of one is ever read. A process that dies meanwhile leaves a file behind whose name begins
/// with `.tmp-`; it can be deleted.
#[derive(Clone, Debug)]
pub struct LocalFiles {
    name: String,
    folder: PathBuf,
}

impl LocalFiles {
    /// The files of this folder. Records name it by its absolute path.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        Self { name: folder.to_string_lossy().into_owned(), folder }
    }

    /// The files of a folder that may be moved, since records do not name its path.
    pub(crate) fn named(name: impl Into<String>, folder: impl Into<PathBuf>) -> Self {
        Self { name: name.into(), ..Self::new(folder) }
    }

    fn path(&self, key: &str) -> io::Result<PathBuf> {
        check_key(key).map_err(|why| io::Error::new(io::ErrorKind::InvalidInput, why))?;
        Ok(self.folder.join(key))
    }
}

impl ResultStorage for LocalFiles {
    fn name(&self) -> &str {
        &self.name
    }

    fn location(&self) -> Cow<'_, str> {
        self.folder.to_string_lossy()
    }

    fn write<'a>(&'a self, key: &'a str, object: Vec<u8>) -> BoxFuture<'a, io::Result<()>> {
        let path = self.path(key);
        Box::pin(blocking(move || {
            let path = path?;
            write(&path, &object).map_err(|error| about(&path, &error))
        }))
    }

    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Option<Vec<u8>>>> {
        let path = self.path(key);
        Box::pin(blocking(move || {
            let path = path?;
            match fs::read(&path) {
                Ok(object) => Ok(Some(object)),
                Err(error) if is_absence(&error) => Ok(None),
                Err(error) => Err(about(&path, &error)),
            }
        }))
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>> {
        let path = self.path(key);
        Box::pin(blocking(move || {
            let path = path?;
            match fs::remove_file(&path) {
                Ok(()) => sync_folder(folder_of(&path)),
                Err(error) if is_absence(&error) => Ok(()),
                Err(error) => Err(about(&path, &error)),
            }
        }))
    }
}

/// Work on files, where threads may block.
async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> io::Result<R> + Send + 'static,
) -> io::Result<R> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|stopped| Err(io::Error::other(stopped)))
}

fn about(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

fn write(path: &Path, object: &[u8]) -> io::Result<()> {
    let folder = folder_of(path);
    make_folder(folder)?;
    let temporary = Temporary(folder.join(format!(".tmp-{}", Uuid::now_v7().simple())));
    let mut file = create(&temporary.0)?;
    file.write_all(object)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&temporary.0, path)?;
    std::mem::forget(temporary);
    sync_folder(folder)
}

/// A file that is removed unless it was given its own name.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Makes a folder with those around it, each brought to the disk before there is something in it.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(around) = folder.parent() {
        make_folder(around)?;
    }
    match private_folder().create(folder) {
        Ok(()) => {}
        // Another writer was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
        Err(error) => return Err(error),
    }
    folder.parent().map_or(Ok(()), sync_folder)
}

#[cfg(unix)]
fn private_folder() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(not(unix))]
fn private_folder() -> DirBuilder {
    DirBuilder::new()
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Brings the names of a folder to the disk.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be opened as a file, and names are brought to the disk with the file.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[path = "local_files/tests.rs"]
mod tests;
