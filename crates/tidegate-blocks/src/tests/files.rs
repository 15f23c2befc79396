//! Files below a folder.

use std::fs;
use std::path::Path;

use tidegate::block::{ReadPath, WritePath};

use crate::{Error, LocalFileSystem};

fn below(folder: &Path) -> LocalFileSystem {
    LocalFileSystem::new(folder.to_str().unwrap())
}

#[tokio::test]
async fn what_was_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let files = below(folder.path());
    let place = files.write_path("a/b.csv", b"1".to_vec()).await.unwrap();
    assert_eq!(place, folder.path().canonicalize().unwrap().join("a/b.csv").display().to_string());
    files.write_path("a/b.csv", b"2".to_vec()).await.unwrap();
    assert_eq!(files.read_path("a/b.csv").await.unwrap(), b"2");
    // By its whole path as well, and with nothing left beside it.
    assert_eq!(files.read_path(&place).await.unwrap(), b"2");
    assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 1);
}

#[tokio::test]
async fn nothing_outside_of_the_folder_is_reached() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "s3cret").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let files = below(folder.path());
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path(), folder.path().join("link")).unwrap();

    let absolute = outside.path().join("secret").display().to_string();
    for path in ["../x", "a/../../x", "/etc/hostname", "link/secret", "link/new", &absolute] {
        let error = files.read_path(path).await.unwrap_err();
        assert!(error.downcast_ref::<Error>().unwrap().is_invalid(), "{path}: {error}");
        assert!(files.write_path(path, Vec::new()).await.is_err(), "{path}");
    }
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let folder = tempfile::tempdir().unwrap();
    let error = below(folder.path()).read_path("nothing").await.unwrap_err();
    assert!(error.downcast_ref::<Error>().unwrap().is_not_found());
}

#[tokio::test]
async fn a_folder_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("a")).unwrap();
    assert!(below(folder.path()).write_path("a", Vec::new()).await.is_err());
    assert!(folder.path().join("a").is_dir());
}
