//! Pages: each asks the store for what its view shows.

pub(super) mod act;
pub(super) mod artifacts;
pub(super) mod attention;
pub(super) mod blocks;
pub(super) mod dashboard;
pub(super) mod elsewhere;
pub(super) mod events;
pub(super) mod flows;
pub(super) mod graph;
pub(super) mod limits;
pub(super) mod logs;
pub(super) mod resume;
pub(super) mod run;
pub(super) mod runs;
pub(super) mod search;
pub(super) mod settings;
pub(super) mod task_run;
pub(super) mod variables;

use axum::response::Html;

use super::trouble::Trouble;

/// A page, or why there is none.
pub(super) type Page = Result<Html<String>, Trouble>;

/// The pairs of an address, as they stand there.
pub(super) type Pairs = axum::extract::Query<Vec<(String, String)>>;

/// The last value that an address has under a key.
fn value<'a>(pairs: &'a [(String, String)], key: &str) -> Option<&'a str> {
    pairs.iter().rev().find(|(each, _)| each == key).map(|(_, value)| value.trim())
}

/// How many records come before the page that an address asks for.
fn offset(pairs: &[(String, String)]) -> u64 {
    value(pairs, "from").and_then(|from| from.parse().ok()).unwrap_or_default()
}
