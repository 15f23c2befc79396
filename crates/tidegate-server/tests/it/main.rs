//! What the server promises to whoever calls it, over the router and over real sockets.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod api;
mod asking;
mod blocks;
mod document;
mod guard;
mod keys;
mod limits;
mod owners;
mod prefect;
mod rest;
mod routes;
mod schema;
mod serving;
mod sockets;
