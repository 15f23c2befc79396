//! What the examples share, so that they can be about Tidegate: HTTP servers on this machine, and command lines. Nothing here
//! is needed to use Tidegate.

mod arguments;
mod client;
mod flaky;
mod loopback;
mod pager;
mod visitor;
mod weather;

pub use arguments::{
    ApprovalArguments, BookArguments, CacheArguments, RetryArguments, WeatherArguments,
};
pub use flaky::FlakyShop;
pub use pager::Pager;
pub use visitor::{ask, send};
pub use weather::{Forecast, Hourly, WeatherService};

/// The code blocks of the README, compiled and run as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
