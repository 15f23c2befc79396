//! Names of runs that were not given one.

use tidegate_core::RunId;

/// Two words, as `noisy-raccoon`.
pub(crate) fn flow_run() -> String {
    petname::petname(2, "-").unwrap_or_else(|| "unnamed".to_owned())
}

/// The task's name and three hexadecimal digits, as `fetch_weather-817`.
pub(crate) fn task_run(task: &str, id: RunId) -> String {
    let mut name = String::with_capacity(task.len() + 4);
    name.push_str(task);
    name.push('-');
    name.extend(digits(id).map(char::from));
    name
}

/// Whether this is what [`task_run`] gives.
pub(crate) fn is_task_run(name: &str, task: &str, id: RunId) -> bool {
    let rest = name.strip_prefix(task).and_then(|rest| rest.strip_prefix('-'));
    rest.is_some_and(|rest| rest.as_bytes() == digits(id))
}

/// The last three hexadecimal digits of an id. Every run has its name made, so nothing is formatted.
fn digits(id: RunId) -> [u8; 3] {
    let bytes = id.as_uuid().as_bytes();
    [bytes[14] & 0xf, bytes[15] >> 4, bytes[15] & 0xf]
        .map(|digit| b"0123456789abcdef"[usize::from(digit)])
}

/// A uniformly random number in `0.0..1.0`.
pub(crate) fn roll() -> f64 {
    (RunId::new().as_uuid().as_u128() as u32) as f64 / (u32::MAX as f64 + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_run_is_named_by_its_id() {
        let id = RunId::new();
        let name = task_run("fetch", id);
        let text = id.to_string();
        assert_eq!(name, format!("fetch-{}", &text[text.len() - 3..]));
        assert!(is_task_run(&name, "fetch", id));
        assert!(!is_task_run("fetch", "fetch", id) && !is_task_run("fetch-12", "fetch", id));
    }
}
