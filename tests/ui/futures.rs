//! A body may move between threads.

use std::rc::Rc;

use tidegate::prelude::*;

#[task]
async fn held() -> usize {
    let text = Rc::new(1);
    std::future::ready(()).await;
    *text
}

fn main() {}
