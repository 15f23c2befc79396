//! The process group of a job, so that it ends as a whole. On systems without such groups only the shell is killed.

use tokio::process::{Child, Command};

/// Has the command lead a group of its own.
pub(super) fn own(command: &mut Command) {
    #[cfg(unix)]
    command.process_group(0);
    #[cfg(not(unix))]
    let _ = command;
}

/// The processes of a job. They are killed when this is dropped.
#[derive(Debug)]
pub(super) struct Group {
    leader: Option<u32>,
}

impl Group {
    pub(super) fn led_by(child: &Child) -> Self {
        Self { leader: child.id() }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};
            let leader = self.leader.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
            if let Some(leader) = leader {
                // A group that is empty is gone, which is what was wanted.
                let _ = kill_process_group(leader, Signal::KILL);
            }
        }
        #[cfg(not(unix))]
        let _ = self.leader;
    }
}
