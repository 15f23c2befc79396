//! What cannot be a task or flow.

use tidegate::prelude::*;

#[task]
const fn constant() {}

#[task]
unsafe fn trusting() {}

#[task]
extern "C" fn foreign() {}

#[flow]
async fn opaque() -> Result<impl Send> {
    Ok(())
}

#[task]
fn opaque_sync() -> impl Iterator<Item = u8> {
    std::iter::empty()
}

#[flow]
async fn endless() -> ! {
    loop {}
}

#[task(inline)]
async fn in_place() {}

#[flow]
async fn main() {}
