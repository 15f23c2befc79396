//! Pictures of pages, beside what is built; those of the README in the repository, when they are asked for with `UPDATE_SCREENSHOTS=1`.

use std::fs;
use std::path::{Path, PathBuf};

use super::site::gallery;
use super::{browser, check};

/// How large a picture of the README may be, so that clones stay small.
const LARGEST: u64 = 250 * 1024;

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

/// Where those of the README are.
fn of_readme() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/screenshots")
}

#[test]
fn the_pictures_of_the_readme_are_there_and_small() {
    let readme = include_str!("../../../../../README.md");
    let shown: Vec<_> = readme
        .split("](docs/screenshots/")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect();
    assert_eq!(shown.len(), 3, "{shown:?}");
    for name in shown {
        let bytes = fs::metadata(of_readme().join(name)).unwrap().len();
        assert!((1..=LARGEST).contains(&bytes), "{name} has {bytes} bytes");
    }
}

#[test]
fn the_pictures_of_the_readme_are_made_here() {
    let page = gallery().site.page(browser!());
    let records = super::pages::records(gallery());
    for (name, path, theme, height) in [
        ("dashboard", "/".to_owned(), "light", 900),
        ("run", format!("/runs/{}", records.imported), "dark", 900),
        ("block", format!("/blocks/{}/edit", records.block), "light", 760),
    ] {
        page.size(1280, height);
        page.theme(theme);
        page.open(&path);
        check::rest(&page);
        if name == "run" {
            page.click("[data-graph='open-all']");
            page.wait("Number(document.querySelector('#graph').dataset.drawn) > 20");
            page.eval("document.activeElement.blur(); scrollTo(0, 0)");
        }
        let png = page.picture(&format!("readme-{name}"), false);
        if std::env::var_os("UPDATE_SCREENSHOTS").is_some() {
            fs::create_dir_all(of_readme()).unwrap();
            fs::write(of_readme().join(format!("{name}.png")), png).unwrap();
        }
    }
}
