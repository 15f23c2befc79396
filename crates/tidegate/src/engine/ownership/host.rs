//! Which process this is, and whether another on the same host lives. It never decides what follows from that.

use std::fs;
use std::io::ErrorKind;

use tidegate_core::Holder;

/// This process, as its leases tell of it.
pub(super) fn this_process() -> Holder {
    let pid = std::process::id();
    let started = read_process(pid).map_or(0, |process| process.started);
    Holder { host: if started == 0 { String::new() } else { host() }, pid, started }
}

/// Whether a process is known to have ended: it was on this host, and is not there any more. Of a process elsewhere nothing is
/// known.
pub(super) fn has_ended(holder: &Holder, us: &Holder) -> bool {
    if holder.host.is_empty() || holder.host != us.host {
        return false;
    }
    match read_process(holder.pid) {
        Ok(process) => process.is_dead || process.started != holder.started,
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

/// What the host tells of one of its processes.
struct Process {
    /// When it was started, in ticks since the host was.
    started: u64,
    /// It has ended, and nobody has asked yet how.
    is_dead: bool,
}

/// This boot of the host and the namespace in which its process ids count, so that a container does not judge another's
/// processes; empty where the host does not tell.
fn host() -> String {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let namespace = fs::read_link("/proc/self/ns/pid");
    match (boot, namespace) {
        (Ok(boot), Ok(namespace)) => format!("{} {}", boot.trim(), namespace.display()),
        _ => String::new(),
    }
}

/// Reads `/proc/<pid>/stat`, whose fields `proc_pid_stat(5)` lists.
fn read_process(pid: u32) -> std::io::Result<Process> {
    let malformed = || std::io::Error::from(ErrorKind::InvalidData);
    let stat = match fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => stat,
        // Where there is no such folder at all, nothing is known of any process.
        Err(error)
            if error.kind() == ErrorKind::NotFound && fs::metadata("/proc/self").is_err() =>
        {
            return Err(ErrorKind::Unsupported.into());
        }
        Err(error) => return Err(error),
    };
    // The second field is the program's name in brackets, and may hold anything.
    let (_, fields) = stat.rsplit_once(") ").ok_or_else(malformed)?;
    let mut fields = fields.split(' ');
    let state = fields.next().ok_or_else(malformed)?;
    let started = fields.nth(18).and_then(|field| field.parse().ok()).ok_or_else(malformed)?;
    Ok(Process { started, is_dead: matches!(state, "Z" | "X") })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives() {
        let us = this_process();
        assert!(!us.host.is_empty() && us.started > 0);
        assert!(!has_ended(&us, &us));
    }

    #[test]
    fn a_process_that_was_killed_has_ended_even_before_its_parent_has_asked() {
        let mut child = std::process::Command::new("sleep").arg("1000").spawn().unwrap();
        let process = read_process(child.id()).unwrap();
        let us = this_process();
        let holder = Holder { host: us.host.clone(), pid: child.id(), started: process.started };
        assert!(!has_ended(&holder, &us));
        child.kill().unwrap();
        while !has_ended(&holder, &us) {
            std::thread::yield_now();
        }
        child.wait().unwrap();
        assert!(has_ended(&holder, &us));
    }

    #[test]
    fn a_later_process_of_the_same_id_is_another() {
        let us = this_process();
        assert!(has_ended(&Holder { started: us.started + 1, ..us.clone() }, &us));
    }

    #[test]
    fn of_a_process_on_another_host_nothing_is_known() {
        let us = this_process();
        let elsewhere = Holder { host: "elsewhere".to_owned(), started: 0, ..us.clone() };
        assert!(!has_ended(&elsewhere, &us));
        let unknown = Holder { host: String::new(), ..elsewhere };
        assert!(!has_ended(&unknown, &Holder { host: String::new(), ..us }));
    }
}
