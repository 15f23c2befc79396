//! What cannot be a block.

use serde::{Deserialize, Serialize};
use tidegate::Block;
use tidegate::schemars::{self, JsonSchema};

#[derive(Serialize, Deserialize, JsonSchema, Block)]
struct Pair(u32, u32);

#[derive(Serialize, Deserialize, JsonSchema, Block)]
enum Either {
    A { a: u32 },
}

#[derive(Serialize, Deserialize, JsonSchema, Block)]
struct Generic<T> {
    value: T,
}

#[derive(Serialize, Deserialize, JsonSchema, Block)]
#[block(slugg = "weather", name = 5, capabilities(Notfy, ReadPath))]
struct Weather {
    url: String,
}

#[derive(Block)]
struct WithoutSerde {
    url: String,
}

fn main() {}
