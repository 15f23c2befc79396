//! What the server promises to whoever calls it, over the router and over real sockets.

mod asking;
mod prefect;
mod routes;
