//! Files of results: whole or not there, for their user only, and never outside their folder.

use std::path::Path;

use tempfile::TempDir;

use super::{LocalFiles, ResultStorage};

fn files() -> (TempDir, LocalFiles) {
    let folder = tempfile::tempdir().unwrap();
    let files = LocalFiles::new(folder.path().join("some/results"));
    (folder, files)
}

/// Every file below a folder, by its path in it.
fn listed(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(inner).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn what_is_written_is_read_until_it_is_deleted() {
    let (folder, files) = files();
    assert_eq!(files.read("a/b").await.unwrap(), None);
    files.delete("a/b").await.unwrap();
    files.write("a/b", vec![1]).await.unwrap();
    files.write("a/b", vec![2; 3]).await.unwrap();
    files.write("c", vec![]).await.unwrap();
    assert_eq!(files.read("a/b").await.unwrap(), Some(vec![2; 3]));
    assert_eq!(files.read("c").await.unwrap(), Some(vec![]));
    assert_eq!(listed(folder.path()), ["some/results/a/b", "some/results/c"]);
    files.delete("a/b").await.unwrap();
    assert_eq!(files.read("a/b").await.unwrap(), None);
}

#[tokio::test]
async fn a_key_below_another_is_not_there() {
    let (_folder, files) = files();
    files.write("a", vec![1]).await.unwrap();
    assert_eq!(files.read("a/b").await.unwrap(), None);
    let error = files.write("a/b", vec![1]).await.unwrap_err().to_string();
    assert!(error.contains("some/results/a"), "{error}");
}

#[tokio::test]
async fn nothing_is_touched_outside_the_folder() {
    let (folder, files) = files();
    std::fs::write(folder.path().join("secret"), "s").unwrap();
    let absolute = folder.path().join("secret").display().to_string();
    for key in ["../../secret", "a/../../../secret", "..", "", "a\0b", &absolute] {
        for error in [
            files.write(key, vec![1]).await.unwrap_err(),
            files.read(key).await.unwrap_err(),
            files.delete(key).await.unwrap_err(),
        ] {
            assert!(error.to_string().contains("is not a key"), "{key}: {error}");
        }
    }
    assert_eq!(listed(folder.path()), ["secret"]);
}

#[tokio::test]
async fn a_write_that_fails_leaves_nothing_behind() {
    let (folder, files) = files();
    files.write("taken/inside", vec![1]).await.unwrap();
    files.write("taken", vec![2]).await.unwrap_err();
    assert_eq!(listed(folder.path()), ["some/results/taken/inside"]);
}

#[cfg(unix)]
#[tokio::test]
async fn only_their_user_may_read_them() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, files) = files();
    files.write("a/b", vec![1]).await.unwrap();
    let mode = |path: &str| {
        std::fs::metadata(folder.path().join(path)).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(
        (mode("some/results/a/b"), mode("some/results/a"), mode("some")),
        (0o600, 0o700, 0o700)
    );
}

#[tokio::test]
async fn writers_of_one_key_leave_one_of_their_objects_whole() {
    let (_folder, files) = files();
    let writes = (0..20_u8).map(|byte| files.write("k", vec![byte; 10_000]));
    for written in futures_util::future::join_all(writes).await {
        written.unwrap();
    }
    let object = files.read("k").await.unwrap().unwrap();
    assert!(object.len() == 10_000 && object.iter().all(|byte| *byte == object[0]));
}

#[test]
fn a_relative_folder_is_named_by_its_absolute_path() {
    let files = LocalFiles::new("results");
    assert!(Path::new(files.name()).is_absolute());
    assert!(files.name().ends_with("results"));
}
