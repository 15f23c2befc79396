//! Pictures of pages, beside what is built; those of the README in the repository, when they are asked for with `UPDATE_SCREENSHOTS=1`.

use std::fs;
use std::path::{Path, PathBuf};

/// Where all of them are.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("screenshots")
}

/// Keeps a picture.
pub(super) fn save(name: &str, png: &[u8]) {
    let path = folder().join(format!("{name}.png"));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, png).unwrap();
}
