//! Names of runs that were not given one.

use std::fmt::Write as _;

use tidegate_core::RunId;

/// Two words, as `noisy-raccoon`.
pub(crate) fn flow_run() -> String {
    petname::petname(2, "-").unwrap_or_else(|| "unnamed".to_owned())
}

/// The task's name and three hexadecimal digits, as `fetch_weather-817`.
pub(crate) fn task_run(task: &str, id: RunId) -> String {
    let bytes = id.as_uuid().as_bytes();
    let digits = u16::from_be_bytes([bytes[14], bytes[15]]) & 0xfff;
    let mut name = String::with_capacity(task.len() + 4);
    // Writing to a string does not fail.
    let _ = write!(name, "{task}-{digits:03x}");
    name
}

/// A uniformly random number in `0.0..1.0`.
pub(crate) fn roll() -> f64 {
    (RunId::new().as_uuid().as_u128() as u32) as f64 / (u32::MAX as f64 + 1.0)
}
