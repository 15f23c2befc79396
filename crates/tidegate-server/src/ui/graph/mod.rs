//! The graph of a flow run as its page draws it: a tree of bars with a row each, of which a browser is told what it can see and has not
//! been told yet. Nothing here draws: where a bar stands in time and in which row is said, how large that is on a screen is not.
//!
//! ```text
//!   store ──runs──> core's Graph ──tree──> items ──tracks, strips──> Drawn, a version ──told──> JSON ──> assets/graph.js
//!                                            └────────── kept: ids, rows and versions of before ──┘
//! ```

mod drawn;
mod kept;
mod strip;
#[cfg(test)]
mod tests;
mod told;
mod tracks;
mod tree;

pub(crate) use kept::Kept;
pub(in crate::ui) use kept::{look, read};
pub(in crate::ui) use told::{Ask, tell};
