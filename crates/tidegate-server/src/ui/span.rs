//! How far back a page looks.

use tidegate_core::Timestamp;

/// A length of time that ends now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    Hour,
    Day,
    Week,
    Month,
}

impl Span {
    /// Every span, the shortest first.
    pub(super) const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// As it stands in an address: `24h`.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// The span that is written so.
    pub(super) fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.as_str() == text)
    }

    /// In words: `the last 24 hours`.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Hour => "the last hour",
            Self::Day => "the last 24 hours",
            Self::Week => "the last 7 days",
            Self::Month => "the last 30 days",
        }
    }

    /// How many seconds one bar of a chart stands for, and how many bars there are.
    const fn bars(self) -> (i64, usize) {
        match self {
            Self::Hour => (120, 30),
            Self::Day => (3600, 24),
            Self::Week => (6 * 3600, 28),
            Self::Month => (24 * 3600, 30),
        }
    }

    /// When it began.
    pub(super) fn start(self, now: Timestamp) -> Timestamp {
        let (seconds, bars) = self.bars();
        now - chrono::TimeDelta::seconds(seconds * bars as i64)
    }

    /// Where the bars of a chart begin and end. They stand on whole units of time, so that they stay when the page is loaded again; the
    /// last one is not full yet.
    pub(super) fn buckets(self, now: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let (seconds, bars) = self.bars();
        let last = now.timestamp().div_euclid(seconds) * seconds;
        let at = |seconds| Timestamp::from_timestamp(seconds, 0).unwrap_or(now);
        let first = last - seconds * (bars as i64 - 1);
        (0..bars as i64)
            .map(|index| (at(first + index * seconds), at(first + (index + 1) * seconds)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bars_of_a_span_follow_each_other_and_the_last_one_is_now() {
        let now = Timestamp::from_timestamp(1_764_000_123, 0).unwrap();
        for span in Span::ALL {
            let buckets = span.buckets(now);
            assert!(buckets.windows(2).all(|pair| pair[0].1 == pair[1].0));
            let last = buckets.last().unwrap();
            assert!(last.0 <= now && now < last.1);
            assert_eq!(Span::of(span.as_str()), Some(span));
        }
    }
}
