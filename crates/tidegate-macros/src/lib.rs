//! The attributes `#[task]`, `#[flow]` and `#[test]` and the derive `Block` of [`tidegate`](https://docs.rs/tidegate), where their
//! documentation is. What they emit is one call into `tidegate::__private`; they never decide how a run goes.
//!
//! ```text
//! attribute ──> options ──┐
//!                         ├──> model ──> expand ──> tokens
//! function ──> signature ─┘      │
//!                     errors <───┘   (all of them, beside what could be expanded)
//! ```

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "the enums of syn are large and grow: what matters is named, and the rest is left to the compiler"
)]

mod block;
mod errors;
mod expand;
mod function;
mod kind;
mod model;
mod options;
mod result_key;
mod signature;
mod source;
mod template;
#[cfg(test)]
mod tests;
mod text;

use proc_macro::TokenStream;

use crate::kind::Kind;

/// Makes a function a task; see `tidegate::task`.
#[proc_macro_attribute]
pub fn task(attribute: TokenStream, item: TokenStream) -> TokenStream {
    expand::run(Kind::Task, attribute.into(), item.into()).into()
}

/// Makes a function a flow; see `tidegate::flow`.
#[proc_macro_attribute]
pub fn flow(attribute: TokenStream, item: TokenStream) -> TokenStream {
    expand::run(Kind::Flow, attribute.into(), item.into()).into()
}

/// Makes a function a test with a private engine; see `tidegate::test`.
#[proc_macro_attribute]
pub fn test(attribute: TokenStream, item: TokenStream) -> TokenStream {
    expand::test(attribute.into(), item.into()).into()
}

/// Makes a struct a type of blocks; see `tidegate::Block`.
#[proc_macro_derive(Block, attributes(block))]
pub fn block(item: TokenStream) -> TokenStream {
    block::derive(item.into()).into()
}
