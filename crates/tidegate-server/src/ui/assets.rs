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

/// The style sheets, in the order of their rules.
static STYLES: LazyLock<[Asset; 4]> = LazyLock::new(|| {
    let style = |name, text| Asset::new(name, "css", "text/css; charset=utf-8", text);
    [
        style("ui", include_str!("assets/ui.css")),
        style("forms", include_str!("assets/forms.css")),
        style("graph", include_str!("assets/graph.css")),
        style("logs", include_str!("assets/logs.css")),
    ]
});

/// The scripts, one concern each.
static SCRIPTS: LazyLock<[Asset; 5]> = LazyLock::new(|| {
    let script = |name, text| Asset::new(name, "js", "text/javascript; charset=utf-8", text);
    [
        script("ui", include_str!("assets/ui.js")),
        script("shell", include_str!("assets/shell.js")),
        script("forms", include_str!("assets/forms.js")),
        script("graph", include_str!("assets/graph.js")),
        script("logs", include_str!("assets/logs.js")),
    ]
});

static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_str!("assets/icon.svg")));

/// Where the style sheets are.
pub(super) fn styles() -> impl Iterator<Item = &'static str> {
    STYLES.iter().map(|asset| &*asset.url)
}

/// Where the scripts are.
pub(super) fn scripts() -> impl Iterator<Item = &'static str> {
    SCRIPTS.iter().map(|asset| &*asset.url)
}

/// Where the picture for tabs is.
pub(super) fn icon() -> &'static str {
    &ICON.url
}

fn all() -> impl Iterator<Item = &'static Asset> {
    STYLES.iter().chain(SCRIPTS.iter()).chain([&*ICON])
}

/// Gives a file. One of that name never changes, so browsers keep it.
pub(super) async fn give(Path(name): Path<String>) -> Response {
    match all().find(|asset| asset.url.strip_prefix("/assets/") == Some(&name)) {
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
        let bytes: usize = all().map(|asset| asset.text.len()).sum();
        assert!(bytes < 300 * 1024, "{bytes} bytes");
        for asset in all() {
            let text = asset.text.replace("http://www.w3.org/2000/svg", "");
            let elsewhere = ["http://", "https://", "//cdn", "@import", "url("];
            assert!(!elsewhere.iter().any(|each| text.contains(each)), "{}", asset.url);
        }
    }
}
