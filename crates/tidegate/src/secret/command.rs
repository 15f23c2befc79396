//! The key that a command prints. What it says on standard error is told only where that cannot hold the key.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::source::KEY_COMMAND;
use crate::error::{Error, Result};
use crate::redact;

/// How long the command may take: someone may have to unlock a store of passwords.
pub(super) const LIMIT: Duration = Duration::from_secs(60);

/// How much of what it prints is read.
const MOST: u64 = 64 * 1024;

/// How often the command is looked at.
const PAUSE: Duration = Duration::from_millis(5);

/// What the command prints.
pub(super) fn run(command: &str, limit: Duration) -> Result<Zeroizing<String>> {
    let failed =
        |what: String| Error::configuration(format!("the command in {KEY_COMMAND} {what}"));
    let deadline = Instant::now() + limit;
    let mut child = shell(command)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(format!("cannot be started: {error}")))?;
    let printed = read_aside(child.stdout.take());
    let said = read_aside(child.stderr.take());
    let too_slow = || failed(format!("has printed no key within {} s", limit.as_secs_f64()));
    let Some(status) = end_by(&mut child, deadline) else { return Err(too_slow()) };
    let left = deadline.saturating_duration_since(Instant::now()).max(PAUSE);
    let printed = printed.recv_timeout(left).map_err(|_| too_slow())?;
    if status.success() {
        return String::from_utf8(printed.to_vec())
            .map(Zeroizing::new)
            .map_err(|_| failed("printed what is no text".to_owned()));
    }
    // With the key on standard output, there is none on standard error; without it, who knows.
    let said = if printed.is_empty() { said.recv_timeout(PAUSE * 20).ok() } else { None };
    let said = said.and_then(|said| harmless(&said));
    Err(failed(match said {
        Some(said) => format!("failed ({status}): {said}"),
        None => format!("failed ({status}); run it by hand to see why"),
    }))
}

#[cfg(unix)]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command);
    shell
}

#[cfg(not(unix))]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("cmd");
    shell.arg("/C").arg(command);
    shell
}

/// Reads a pipe on a thread of its own, which ends when the pipe does: what the command has started in the background may hold it.
fn read_aside(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Zeroizing::new(Vec::new());
        if let Some(pipe) = pipe {
            // What was read before an error is all there is.
            let _ = pipe.take(MOST).read_to_end(&mut bytes);
        }
        // Nobody listens when the time is over.
        let _ = sender.send(bytes);
    });
    receiver
}

/// How the command ended; nothing, if it had to be killed.
fn end_by(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if Instant::now() >= deadline {
            // It may have ended just now, which is as good.
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        thread::park_timeout(PAUSE);
    }
}

/// The last line of what a command complains, if nothing in it is as long as a key.
fn harmless(said: &[u8]) -> Option<String> {
    let said = String::from_utf8_lossy(said);
    let line = said.lines().rfind(|line| !line.trim().is_empty())?.trim();
    let like_a_key = line
        .split(|character: char| {
            !(character.is_ascii_alphanumeric() || "+/-_=".contains(character))
        })
        .any(|word| word.len() >= 32);
    (!like_a_key).then(|| redact::redact(line).into_owned())
}
