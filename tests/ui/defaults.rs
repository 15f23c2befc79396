//! Defaults are for flows, in one form.

use tidegate::prelude::*;

#[task]
async fn fetch(#[default(1)] x: u8) {
    let _ = x;
}

#[flow]
async fn report(#[default] x: u8, #[default = 3] y: u8, #[default(1)] #[default(2)] z: u8) {
    let _ = (x, y, z);
}

// A type of its own, as what is told of one of the standard library names the crates that it can be made from.
#[derive(serde::Serialize, serde::Deserialize)]
struct Width(u8);

#[flow]
async fn ill_typed(#[default("three")] width: Width) {
    let _ = width;
}

fn main() {}
