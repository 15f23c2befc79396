//! How often a caller may ask: each has a bucket of requests that fills up again with time. A caller is whoever a key or a password says,
//! or else an address; nothing here knows what is asked.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request};
use axum::http::header::AUTHORIZATION;
use chrono::TimeDelta;
use tidegate_core::Timestamp;

use super::Caller;
use crate::limit::RateLimit;

/// How many callers are remembered at most. Above that, those who have not asked for a while are forgotten, and new ones share a bucket.
const CALLERS: usize = 10_000;

/// How often those are looked for that can be forgotten, since all are looked at then.
const SWEEP_EVERY: TimeDelta = TimeDelta::seconds(1);

/// How often those may ask who do not say who they are though they were asked to: enough to type a password wrong.
const UNKNOWN: RateLimit = RateLimit { per_second: 5, burst: 50, loopback: true };

/// Who asks, as far as limits go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    /// The holder of a key or a password, by a hash of it.
    Holder(blake3::Hash),
    /// Somebody at this address.
    Address(IpAddr),
    /// Somebody at this address who is asked who they are and has not said it well.
    Unknown(IpAddr),
    /// Somebody of whom nothing is known: the application that the server is part of keeps the addresses to itself.
    Somebody,
    /// All those for whom there was no room.
    Rest,
}

impl Who {
    /// Whoever sent a request.
    pub(crate) fn of(request: &Request, caller: Caller) -> Self {
        let address = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let address = address.map(|ConnectInfo(address)| address.ip().to_canonical());
        let header = request.headers().get(AUTHORIZATION);
        match (caller, header, address) {
            (Caller::Unknown, _, Some(address)) => Self::Unknown(address),
            (Caller::Known(_), Some(header), _) => Self::Holder(blake3::hash(header.as_bytes())),
            (Caller::Known(_), None, Some(address)) => Self::Address(address),
            (Caller::Known(_) | Caller::Unknown, _, None) => Self::Somebody,
        }
    }

    fn is_on_loopback(request: &Request) -> bool {
        let address = request.extensions().get::<ConnectInfo<SocketAddr>>();
        address.is_none_or(|ConnectInfo(address)| address.ip().to_canonical().is_loopback())
    }
}

/// The buckets of callers.
#[derive(Debug, Default)]
pub(crate) struct Buckets(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    buckets: HashMap<Who, Bucket>,
    /// When those were last looked for that can be forgotten.
    swept: Option<Timestamp>,
}

/// What a caller has left.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// In thousandths of requests.
    left: u64,
    /// When that was so.
    at: Timestamp,
    /// How fast it fills up, and how far.
    limit: RateLimit,
}

impl Bucket {
    /// What is left now.
    fn filled(self, now: Timestamp) -> u64 {
        let millis = (now - self.at).num_milliseconds().max(0).cast_unsigned();
        let more = millis.saturating_mul(self.limit.per_second.into());
        self.left.saturating_add(more).min(full(self.limit))
    }

    fn is_full(self, now: Timestamp) -> bool {
        self.filled(now) == full(self.limit)
    }
}

impl Known {
    /// Whose bucket a caller takes from: its own, unless there are too many.
    fn bucket_of(&mut self, who: Who, now: Timestamp) -> Who {
        if self.buckets.len() < CALLERS || self.buckets.contains_key(&who) {
            return who;
        }
        if self.swept.is_none_or(|swept| (now - swept).abs() >= SWEEP_EVERY) {
            self.swept = Some(now);
            self.buckets.retain(|_, bucket| !bucket.is_full(now));
        }
        if self.buckets.len() < CALLERS { who } else { Who::Rest }
    }
}

fn full(limit: RateLimit) -> u64 {
    u64::from(limit.burst.max(1)) * 1000
}

impl Buckets {
    /// Takes one request of whoever sent it out of their bucket; or says after how long there will be one.
    pub(crate) fn take(
        &self,
        request: &Request,
        who: Who,
        limit: Option<RateLimit>,
        now: Timestamp,
    ) -> Result<(), Duration> {
        let limit = match who {
            Who::Unknown(_) => UNKNOWN,
            Who::Holder(_) | Who::Address(_) | Who::Somebody | Who::Rest => {
                let Some(limit) = limit else { return Ok(()) };
                if !limit.loopback && Who::is_on_loopback(request) {
                    return Ok(());
                }
                limit
            }
        };
        self.take_of(who, limit, now)
    }

    fn take_of(&self, who: Who, limit: RateLimit, now: Timestamp) -> Result<(), Duration> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let who = known.bucket_of(who, now);
        let full = Bucket { left: full(limit), at: now, limit };
        let bucket = known.buckets.entry(who).or_insert(full);
        *bucket = Bucket { left: bucket.filled(now), at: now, limit };
        if let Some(left) = bucket.left.checked_sub(1000) {
            bucket.left = left;
            return Ok(());
        }
        let lacking = 1000 - bucket.left;
        Err(Duration::from_millis(lacking.div_ceil(u64::from(limit.per_second.max(1)))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: RateLimit = RateLimit { per_second: 10, burst: 3, loopback: false };

    fn at(millis: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::milliseconds(millis)
    }

    fn address(number: u32) -> Who {
        Who::Address(IpAddr::V4(number.into()))
    }

    #[test]
    fn a_caller_has_a_burst_and_then_what_the_time_brings() {
        let buckets = Buckets::default();
        let take = |millis| buckets.take_of(address(1), LIMIT, at(millis));
        for _ in 0..3 {
            assert_eq!(take(0), Ok(()));
        }
        assert_eq!(take(0), Err(Duration::from_millis(100)));
        assert_eq!(take(60), Err(Duration::from_millis(40)));
        assert_eq!(take(100), Ok(()));
        assert!(take(100).is_err());
        // However long it was, no more than a burst.
        for _ in 0..3 {
            assert_eq!(take(100_000), Ok(()));
        }
        assert!(take(100_000).is_err());
        // A clock that was set back gives nothing and breaks nothing.
        assert!(take(50).is_err());
    }

    #[test]
    fn callers_have_buckets_of_their_own_and_there_are_not_too_many() {
        let buckets = Buckets::default();
        for caller in 0..50_000 {
            let _ = buckets.take_of(address(caller), LIMIT, at(0));
        }
        let count = |buckets: &Buckets| buckets.0.lock().unwrap().buckets.len();
        assert!(count(&buckets) <= CALLERS + 1, "{}", count(&buckets));
        assert_eq!(buckets.take_of(address(1), LIMIT, at(0)), Ok(()));
        assert!(buckets.take_of(address(60_000), LIMIT, at(0)).is_err());
        // Those who have not asked for a while are forgotten, but nobody who is held back by a slower bucket.
        let slow = RateLimit { per_second: 1, burst: 3, loopback: false };
        while buckets.take_of(address(2), slow, at(500)).is_ok() {}
        assert_eq!(buckets.take_of(address(60_000), LIMIT, at(1000)), Ok(()));
        assert!(count(&buckets) <= 3, "{}", count(&buckets));
        assert!(buckets.take_of(address(2), slow, at(1000)).is_err());
    }
}
