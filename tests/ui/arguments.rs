//! Arguments have names, and not those that a call keeps for itself.

use tidegate::prelude::*;

#[task]
async fn fetch((a, b): (u8, u8), _: u8, ref c: u8, wait_for: u8, mut fine: u8) {}

#[flow]
async fn report(return_state: bool, #[cfg(unix)] x: u8, [a, b]: [u8; 2]) {}

fn main() {}
