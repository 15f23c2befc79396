//! A sync body runs on another thread, so it cannot borrow.

use std::borrow::Cow;
use std::sync::Arc;

use tidegate::prelude::*;

#[task]
fn length(text: &str, cow: Cow<'_, str>, fine: &'static str) -> usize {
    text.len() + cow.len() + fine.len()
}

#[flow]
fn named<'a>(text: &'a str, function: fn(&str) -> &str, other: Box<dyn Fn(&str)>) {
    let _ = (text, function, other);
}

#[task(inline)]
fn in_place(text: &str) -> usize {
    text.len()
}

struct Service;

impl Service {
    #[task]
    fn by_reference(&self, text: &str) {}

    #[task]
    fn by_reference_type(self: &Arc<Self>) {}

    #[task]
    fn by_arc(self: Arc<Self>) {}
}

fn main() {}
