//! Lengths of time as people write them: numbers are seconds, texts are like `1m30s`.

use std::time::Duration;

use tidegate_core::Delays;

/// The text is not a length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a length of time: write a number of seconds, or a text such as 500ms, 1m30s or 2h"
)]
pub struct InvalidDuration(String);

/// Reads `1m30s`, `500ms`, `2h`, `1.5s` or a plain number of seconds.
pub(crate) fn parse(text: &str) -> Result<Duration, InvalidDuration> {
    let invalid = || InvalidDuration(text.to_owned());
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).map_err(|_| invalid());
    }
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(invalid)?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let number: f64 = number.parse().map_err(|_| invalid())?;
        let unit_seconds = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86400.0,
            _ => return Err(invalid()),
        };
        let part = Duration::try_from_secs_f64(number * unit_seconds).map_err(|_| invalid())?;
        total = total.checked_add(part).ok_or_else(invalid)?;
        rest = tail;
    }
    if text.is_empty() { Err(invalid()) } else { Ok(total) }
}

/// What can be given where a length of time is asked for: numbers of seconds, texts and [`Duration`]s.
pub trait IntoDuration {
    #[doc(hidden)]
    fn into_duration(self) -> Duration;
}

impl IntoDuration for Duration {
    fn into_duration(self) -> Duration {
        self
    }
}

impl IntoDuration for &str {
    /// # Panics
    ///
    /// The text is not a length of time. The attributes check texts when they are compiled.
    fn into_duration(self) -> Duration {
        parse(self).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl IntoDuration for f64 {
    fn into_duration(self) -> Duration {
        Duration::try_from_secs_f64(self)
            .unwrap_or_else(|_| panic!("{self} is not a number of seconds of at least 0"))
    }
}

macro_rules! whole_seconds {
    ($($number:ty)*) => {
        $(impl IntoDuration for $number {
            fn into_duration(self) -> Duration {
                let seconds = u64::try_from(self)
                    .unwrap_or_else(|_| panic!("{self} is not a number of seconds of at least 0"));
                Duration::from_secs(seconds)
            }
        })*
    };
}

whole_seconds!(u8 u16 u32 u64 usize i32 i64);

/// What can be given where retry delays are asked for: one length of time, a list of them, or
/// [`exponential_backoff`](crate::exponential_backoff).
pub trait IntoDelays {
    #[doc(hidden)]
    fn into_delays(self) -> Delays;
}

impl<T: IntoDuration> IntoDelays for T {
    fn into_delays(self) -> Delays {
        Delays::Fixed(self.into_duration())
    }
}

impl IntoDelays for Delays {
    fn into_delays(self) -> Delays {
        self
    }
}

impl<T: IntoDuration, const N: usize> IntoDelays for [T; N] {
    fn into_delays(self) -> Delays {
        Delays::List(self.into_iter().map(IntoDuration::into_duration).collect())
    }
}

impl<T: IntoDuration> IntoDelays for Vec<T> {
    fn into_delays(self) -> Delays {
        Delays::List(self.into_iter().map(IntoDuration::into_duration).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_seconds_and_texts_have_units() {
        assert_eq!(parse("90"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(parse("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("2h"), Ok(Duration::from_secs(7200)));
        assert_eq!(parse("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(parse("250ms"), Ok(Duration::from_millis(250)));
    }

    #[test]
    fn anything_else_is_an_error() {
        for text in ["", "soon", "-1", "1x", "s", "1m30", "NaN", "inf"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
