//! Prefect's own client and command are used with this server. Where there is no Python, or Prefect cannot be had, this says so and looks
//! at nothing.

mod client;
mod flows;
mod kept;
mod pauses;
mod watching;
