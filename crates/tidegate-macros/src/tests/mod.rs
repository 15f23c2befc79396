//! What comes out for what goes in, as text: one snapshot per shape, and every message with its place.

mod block;
mod errors;
mod expansions;
mod source;
mod text;

use proc_macro2::TokenStream;

fn tokens(source: &str) -> TokenStream {
    source.parse().expect("the source of a test is made of tokens")
}
