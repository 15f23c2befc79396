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

#[flow]
async fn ill_typed(#[default("three")] x: u8) {
    let _ = x;
}

fn main() {}
