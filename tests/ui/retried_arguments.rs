//! What is given to more than one attempt is `Clone`.

use tidegate::prelude::*;

struct Connection;

#[task(retries = 3)]
async fn fetch(connection: Connection, fine: &Connection, list: &mut Vec<u8>) {
    let _ = (connection, fine, list);
}

#[task(retries = 0)]
async fn never(connection: Connection) {
    let _ = connection;
}

impl Connection {
    #[task(retries = 1)]
    async fn reset(&mut self) {}

    #[task(retries = 1)]
    async fn consumed(self) {}
}

fn main() {}
