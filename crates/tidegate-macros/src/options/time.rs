//! Lengths of time as people write them: `"1m30s"`. It never takes a number without a unit.

use std::time::Duration;

/// What is wrong with a text that should be a length of time.
pub(super) const EXPECTED: &str = "a length of time has numbers with units `d`, `h`, `m`, `s` or `ms`, for example \"1m30s\" or \"1.5s\"";

const UNITS: &[(&str, f64)] =
    &[("ms", 0.001), ("d", 86_400.0), ("h", 3_600.0), ("m", 60.0), ("s", 1.0)];

/// The length of time that `text` says, if it says one.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(digits);
        let (unit, seconds) = UNITS.iter().find(|(unit, _)| after.starts_with(unit))?;
        let length = Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()?;
        total = total.checked_add(length)?;
        rest = after.get(unit.len()..)?.trim_start();
    }
    Some(total)
}
