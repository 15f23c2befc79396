//! What is said of how far something has got, in a line and beside a bar. It decides nothing.

use std::time::Duration;

use crate::engine::reporter::Counts;

/// In a line: `312 of 1,000 runs have ended, 3 of them failed; about 12 s left`.
pub(super) fn sentence(counts: Counts, left: Option<Duration>) -> String {
    let have = if counts.ended == 1 { "has" } else { "have" };
    let mut text = format!("{} {have} ended", share(counts));
    let not_well = match (counts.failed, counts.cancelled) {
        (0, 0) => String::new(),
        (failed, 0) => format!(", {} of them failed", number(failed)),
        (0, cancelled) => format!(", {} of them cancelled", number(cancelled)),
        (failed, cancelled) => {
            format!(", {} of them failed and {} cancelled", number(failed), number(cancelled))
        }
    };
    text.push_str(&not_well);
    if let Some(left) = left {
        text.push_str(&format!("; about {} left", roughly(left)));
    }
    text
}

/// Beside a bar: `312 of 1,000 runs, 3 failed; 5 s, about 12 s left`.
pub(super) fn note(counts: Counts, elapsed: Duration, left: Option<Duration>) -> String {
    let mut text = share(counts);
    if counts.failed > 0 {
        text.push_str(&format!(", {} failed", number(counts.failed)));
    }
    if counts.cancelled > 0 {
        text.push_str(&format!(", {} cancelled", number(counts.cancelled)));
    }
    text.push_str(&format!("; {}", roughly(elapsed)));
    if let Some(left) = left.filter(|_| counts.ended < counts.submitted) {
        text.push_str(&format!(", about {} left", roughly(left)));
    }
    text
}

fn share(counts: Counts) -> String {
    let noun = if counts.submitted == 1 { "run" } else { "runs" };
    format!("{} of {} {noun}", number(counts.ended), number(counts.submitted))
}

/// `1,000,000`
fn number(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `12 s`, `3 min 20 s`, `45 min`, `2 h 10 min`: no finer than a person wants to know.
pub(super) fn roughly(time: Duration) -> String {
    let seconds = time.as_secs_f64().round() as u64;
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, 1..10) if seconds.is_multiple_of(60) => format!("{minutes} min"),
        (0, 1..10) => format!("{minutes} min {} s", seconds % 60),
        (0, _) => format!("{minutes} min"),
        (_, _) => format!(
            "{} h {} min",
            number(usize::try_from(hours).unwrap_or(usize::MAX)),
            minutes % 60
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_has_ended_how_and_what_is_left() {
        let counts = Counts { submitted: 1000, ended: 312, failed: 3, cancelled: 0 };
        assert_eq!(
            sentence(counts, Some(Duration::from_secs(12))),
            "312 of 1,000 runs have ended, 3 of them failed; about 12 s left"
        );
        let counts = Counts { submitted: 12, ended: 1, ..Counts::default() };
        assert_eq!(sentence(counts, None), "1 of 12 runs has ended");
        let counts = Counts { submitted: 12, ended: 9, failed: 2, cancelled: 1 };
        assert_eq!(
            sentence(counts, None),
            "9 of 12 runs have ended, 2 of them failed and 1 cancelled"
        );
    }

    #[test]
    fn beside_a_bar_the_same_is_said_in_short() {
        let counts = Counts { submitted: 1_234_567, ended: 312, failed: 3, cancelled: 4 };
        let (elapsed, left) = (Duration::from_secs(5), Duration::from_secs(12));
        assert_eq!(
            note(counts, elapsed, Some(left)),
            "312 of 1,234,567 runs, 3 failed, 4 cancelled; 5 s, about 12 s left"
        );
        let all = Counts { submitted: 1, ended: 1, ..Counts::default() };
        assert_eq!(note(all, elapsed, Some(left)), "1 of 1 run; 5 s");
    }

    #[test]
    fn the_longer_a_time_is_the_coarser_it_is_said() {
        let said = [0.2, 59.4, 59.9, 200.0, 2700.0, 7800.0, 360_000_000.0]
            .map(|seconds| roughly(Duration::from_secs_f64(seconds)));
        assert_eq!(
            said,
            ["0 s", "59 s", "1 min", "3 min 20 s", "45 min", "2 h 10 min", "100,000 h 0 min"]
        );
    }
}
