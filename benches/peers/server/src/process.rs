//! What the system tells of a process: its memory and the time it has had. Where `/proc` is not, nothing is told.

use std::time::Duration;

/// The memory that it has, in MiB.
pub(crate) fn resident(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// How many seconds of a processor it has had.
fn processor_time(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = status.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    // Linux tells ticks of a hundredth of a second, whatever the machine.
    Some((ticks()? + ticks()?) / 100.0)
}

/// Which part of one processor it takes while nobody asks for anything, over so long.
pub(crate) async fn idle_share(process: u32, over: Duration) -> Option<f64> {
    let before = processor_time(process)?;
    tokio::time::sleep(over).await;
    Some((processor_time(process)? - before) / over.as_secs_f64())
}
