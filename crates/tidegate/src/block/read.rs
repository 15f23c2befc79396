//! The data of a document as a value of its type. What does not fit is told by the name of the field that stands in the way, and never by
//! its value, which may be secret.

use std::fmt;

use serde_json::Value;
use tidegate_core::check_json;

use super::reference::Resolved;
use super::{Block, describe};

/// Why data is no value of a type.
#[derive(Debug)]
pub(super) struct Unfit(String);

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The block that data is, in which references are [resolved](Resolved) and secrets opened.
pub(super) fn read<B: Block>(data: Value) -> Result<B, Unfit> {
    let trouble = match B::deserialize(&data) {
        Ok(block) => return Ok(block),
        Err(error) => error.to_string(),
    };
    // What serde says may have the value in it, and does not say where it is.
    let plain = Resolved::plain(data);
    Err(Unfit(match check_json(&describe::fields::<B>(), &plain) {
        Err(complaint) => complaint,
        Ok(()) => match trouble.rsplit_once(", expected ") {
            Some((_, expected)) => format!("a field is not {expected}"),
            None if is_about_fields(&trouble) => trouble,
            None => "a field has a value that its type does not take".to_owned(),
        },
    }))
}

/// Whether serde names a field and no value.
fn is_about_fields(trouble: &str) -> bool {
    ["missing field `", "duplicate field `", Resolved::TROUBLE]
        .iter()
        .any(|beginning| trouble.starts_with(beginning))
}
