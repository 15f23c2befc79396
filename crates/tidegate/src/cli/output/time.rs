//! How times and lengths of time are written. They are given; no clock is read here.

use std::time::Duration;

use chrono::{Local, TimeDelta};
use tidegate_core::Timestamp;

/// `2026-11-25 16:20:11`, in the local zone; in UTC with a `Z`.
pub(super) fn moment_of(time: Timestamp, utc: bool) -> String {
    if utc {
        time.format("%Y-%m-%d %H:%M:%SZ").to_string()
    } else {
        time.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S").to_string()
    }
}

/// `3 minutes ago`, `in 2 hours`; what is more than a month away is told by its day.
pub(super) fn ago(time: Timestamp, now: Timestamp, utc: bool) -> String {
    let away = now - time;
    let seconds = away.num_seconds().unsigned_abs();
    if away.abs() > TimeDelta::days(30) {
        return moment_of(time, utc)[..10].to_owned();
    }
    let (number, unit) = match seconds {
        0..2 => return "now".to_owned(),
        2..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..86400 => (seconds / 3600, "hour"),
        86400.. => (seconds / 86400, "day"),
    };
    let plural = if number == 1 { "" } else { "s" };
    if away < TimeDelta::zero() {
        format!("in {number} {unit}{plural}")
    } else {
        format!("{number} {unit}{plural} ago")
    }
}

/// `1h 4m`, `3m 20s`, `4.2s`, `18ms`: two figures are enough.
pub(in crate::cli) fn length(length: Duration) -> String {
    let seconds = length.as_secs();
    match seconds {
        0 if length < Duration::from_millis(1) => format!("{}µs", length.as_micros()),
        0 => format!("{}ms", length.as_millis()),
        1..60 => format!("{:.1}s", length.as_secs_f64()),
        60..3600 => format!("{}m {}s", seconds / 60, seconds % 60),
        3600..86400 => format!("{}h {}m", seconds / 3600, seconds / 60 % 60),
        86400.. => format!("{}d {}h", seconds / 86400, seconds / 3600 % 24),
    }
}
