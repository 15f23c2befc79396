//! How much one caller may ask for at once and in time. Who that is and what they have asked for is the business of `security`.

use std::time::Duration;

/// How often one caller may ask. A caller is the holder of a key or a password, or else an address.
///
/// Whoever asks more often is answered 429, with the seconds after which to ask again. Files of pages are not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "it has all that a bucket has")]
pub struct RateLimit {
    /// How many requests in a second, in the long run.
    pub per_second: u32,
    /// How many at once.
    pub burst: u32,
    /// Whether callers on this machine are counted too. They are not by default; behind a proxy on this machine everyone is such a caller.
    pub loopback: bool,
}

/// How much each caller may ask for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) rate: Option<RateLimit>,
    /// Streams at once.
    pub(crate) streams: usize,
    /// Connections at once from one address.
    pub(crate) connections: usize,
    /// How long the answer to a question may take.
    pub(crate) answer: Duration,
}

impl Limits {
    pub(crate) const fn new() -> Self {
        let rate = RateLimit { per_second: 1000, burst: 2000, loopback: false };
        let answer = Duration::from_secs(30);
        Self { rate: Some(rate), streams: 64, connections: 256, answer }
    }
}
