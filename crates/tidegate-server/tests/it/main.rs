//! What the server promises to whoever calls it, over the router and over real sockets.

mod api;
mod asking;
mod guard;
mod owners;
mod prefect;
mod routes;
