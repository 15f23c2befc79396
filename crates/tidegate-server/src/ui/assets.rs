//! The files that pages are made of: a style sheet, a script and a picture, under names that change when they do. They are part of the
//! program; nothing is read from a disk or another server.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

struct Asset {
    url: String,
    media: &'static str,
    text: &'static str,
}

static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "ui",
        "css",
        "text/css; charset=utf-8",
        concat!(include_str!("assets/ui.css"), include_str!("assets/forms.css")),
    )
});

static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "ui",
        "js",
        "text/javascript; charset=utf-8",
        concat!(include_str!("assets/ui.js"), include_str!("assets/forms.js")),
    )
});

static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_str!("assets/icon.svg")));

/// Where the style sheet is.
pub(super) fn style() -> &'static str {
    &STYLE.url
}

/// Where the script is.
pub(super) fn script() -> &'static str {
    &SCRIPT.url
}

/// Where the picture for tabs is.
pub(super) fn icon() -> &'static str {
    &ICON.url
}

/// Gives a file. One of that name never changes, so browsers keep it.
pub(super) async fn give(Path(name): Path<String>) -> Response {
    let known = [&*STYLE, &*SCRIPT, &*ICON];
    match known.into_iter().find(|asset| asset.url.strip_prefix("/assets/") == Some(&name)) {
        Some(asset) => {
            let headers = [
                (CONTENT_TYPE, asset.media),
                (CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ];
            (headers, asset.text).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

impl Asset {
    fn new(name: &str, ending: &str, media: &'static str, text: &'static str) -> Self {
        let hash = blake3::hash(text.as_bytes()).to_hex();
        let url = format!("/assets/{name}-{}.{ending}", &hash[..12]);
        Self { url, media, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pages_are_made_of_is_small_and_fetches_nothing_from_elsewhere() {
        let all = [&*STYLE, &*SCRIPT, &*ICON];
        let bytes: usize = all.iter().map(|asset| asset.text.len()).sum();
        assert!(bytes < 300 * 1024, "{bytes} bytes");
        for asset in all {
            let text = asset.text.replace("http://www.w3.org/2000/svg", "");
            let elsewhere = ["http://", "https://", "//cdn", "@import", "url("];
            assert!(!elsewhere.iter().any(|each| text.contains(each)), "{}", asset.url);
        }
    }
}
