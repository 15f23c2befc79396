//! The key in a file: only its owner may read it, and it is not where the database is. A file that is not so is not read.

use std::fs;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// No file of keys is larger.
const LARGEST: u64 = 64 * 1024;

/// What is in the file.
pub(super) fn read(path: &Path, database: Option<&Path>) -> Result<Zeroizing<String>> {
    let cannot = |error: std::io::Error| {
        Error::configuration(format!("the key file {} cannot be read: {error}", path.display()))
    };
    let path = path.canonicalize().map_err(cannot)?;
    let metadata = fs::metadata(&path).map_err(cannot)?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return Err(Error::configuration(format!(
            "{} is no key file: it should be a file with one key on a line",
            path.display()
        )));
    }
    check_mode(&path, &metadata)?;
    if let Some(folder) = database.and_then(folder_of).filter(|folder| path.starts_with(folder)) {
        return Err(Error::configuration(format!(
            "the key file {} is in the folder of the database, {}, so whoever copies that has both: move the key out of it",
            path.display(),
            folder.display()
        )));
    }
    fs::read_to_string(&path).map(Zeroizing::new).map_err(cannot)
}

#[cfg(unix)]
fn check_mode(path: &Path, metadata: &fs::Metadata) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(Error::configuration(format!(
        "the key file {path} can be read by others than its owner (its mode is {mode:04o}): run `chmod 600 '{path}'`",
        path = path.display()
    )))
}

#[cfg(not(unix))]
fn check_mode(_path: &Path, _metadata: &fs::Metadata) -> Result<()> {
    Ok(())
}

/// The folder that a database is in, or would be.
fn folder_of(database: &Path) -> Option<PathBuf> {
    let database = std::path::absolute(database).ok()?;
    let folder = database.parent()?;
    Some(folder.canonicalize().unwrap_or_else(|_| folder.to_owned()))
}
