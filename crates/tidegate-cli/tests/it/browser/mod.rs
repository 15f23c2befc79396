//! The web UI as people see it: a real browser on the server, over a database on which other processes run flows. Where Chromium is not
//! installed, each test says that it was skipped.
//!
//! What is here besides tests: `chromium` (the browser), `page` (a page in it), `site` (a server on a database), `program` (a process
//! with flows), `story` (records of a day that look real), `screenshots`.

mod blocks;
mod check;
mod chromium;
mod keys;
mod page;
mod pages;
mod palette;
mod program;
mod runs;
mod screenshots;
mod scripts;
mod site;
mod story;
mod variables;

/// Skips a test where there is no browser.
macro_rules! browser {
    () => {
        match $crate::browser::chromium::chromium() {
            Some(chromium) => chromium,
            None => return,
        }
    };
}
use browser;

mod base64 {
    //! Bytes as the browser sends them.

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    pub(super) fn decode(text: &str) -> Vec<u8> {
        STANDARD.decode(text).unwrap()
    }
}
