//! Numbers and times as people read them. Nothing here reads a clock.

use std::time::Duration;

use tidegate_core::{Run, Timestamp};

/// A length of time: `12 ms`, `1.5s`, `1m 04s`, `2h 05m`, `3d 04h`.
pub(super) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 if duration.as_micros() < 1000 => format!("{} µs", duration.as_micros()),
        0 => format!("{} ms", duration.as_millis()),
        1..=9 => format!("{:.1}s", duration.as_secs_f64()),
        10..=59 => format!("{seconds}s"),
        60..=3599 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        3600..=86_399 => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{}d {:02}h", seconds / 86_400, seconds / 3600 % 24),
    }
}

/// How long ago, or in how long: `now`, `12s ago`, `in 5m`.
pub(super) fn ago(now: Timestamp, at: Timestamp) -> String {
    let seconds = (now - at).num_seconds();
    let away = seconds.unsigned_abs();
    let text = match away {
        0..=4 => return "now".to_owned(),
        5..=59 => format!("{away}s"),
        60..=3599 => format!("{}m", away / 60),
        3600..=86_399 => format!("{}h", away / 3600),
        _ => format!("{}d", away / 86_400),
    };
    if seconds < 0 { format!("in {text}") } else { format!("{text} ago") }
}

/// A number with its thousands apart: `12,345`.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many of something: `1 run`, `12 runs`.
pub(super) fn several(count: u64, one: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {one}{ending}", number(count))
}

/// How long a run has taken, so far if it goes on; none for one that never began.
pub(super) fn elapsed(run: &Run, now: Timestamp) -> Option<Duration> {
    let start = run.start_time?;
    Some((run.end_time.unwrap_or(now) - start).to_std().unwrap_or_default())
}

/// So many percent of these times, which are sorted, are no longer than this.
pub(super) fn share(times: &[Duration], percent: usize) -> Option<Duration> {
    let index = (times.len() * percent).div_ceil(100).max(1) - 1;
    times.get(index).copied()
}

/// A text as a part of an address.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_said_in_two_units_at_most() {
        let said = |millis| duration(Duration::from_millis(millis));
        let lengths = [0, 12, 1500, 59_999, 64_000, 3_900_000, 100_000_000];
        assert_eq!(
            lengths.map(said),
            ["0 µs", "12 ms", "1.5s", "59s", "1m 04s", "1h 05m", "1d 03h"]
        );
    }

    #[test]
    fn a_number_has_its_thousands_apart() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn what_is_part_of_an_address_says_nothing_else_there() {
        assert_eq!(encoded("a b&c=d/é"), "a%20b%26c%3Dd%2F%C3%A9");
    }
}
