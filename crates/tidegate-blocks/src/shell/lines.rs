//! What a job prints, as lines: where they come from, and which of them are kept.

use std::collections::VecDeque;

use tidegate::{RunLogger, run_logger};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{ChildStderr, ChildStdout};

/// How many bytes a line may have; what is longer is cut into several.
const LONGEST: u64 = 64 * 1024;

/// How many lines are kept for the result, and how many bytes; the last ones are.
const MOST: usize = 10_000;
const ROOM: usize = 16 * 1024 * 1024;

/// One of the two streams of a process.
struct Stream<R> {
    /// None when it is over.
    reader: Option<BufReader<R>>,
    /// What has come of a line that is not whole yet.
    line: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Stream<R> {
    fn of(stream: Option<R>) -> Self {
        Self { reader: stream.map(BufReader::new), line: Vec::new() }
    }

    /// The next line; none at the end. Dropped, it loses nothing.
    async fn next(&mut self) -> Option<String> {
        let reader = self.reader.as_mut()?;
        let room = LONGEST - self.line.len() as u64;
        let read = reader.take(room).read_until(b'\n', &mut self.line).await;
        if self.line.is_empty() || read.is_err() {
            self.reader = None;
        }
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return None;
        }
        let text = String::from_utf8_lossy(&line);
        Some(text.trim_end_matches(['\n', '\r']).to_owned())
    }
}

/// The lines of both streams, in the order in which they come.
pub(super) struct Lines {
    out: Stream<ChildStdout>,
    err: Stream<ChildStderr>,
}

impl Lines {
    pub(super) fn of(out: Option<ChildStdout>, err: Option<ChildStderr>) -> Self {
        Self { out: Stream::of(out), err: Stream::of(err) }
    }

    pub(super) fn are_over(&self) -> bool {
        self.out.reader.is_none() && self.err.reader.is_none()
    }

    /// The next line of either; none when one of them is over.
    pub(super) async fn next(&mut self) -> Option<String> {
        tokio::select! {
            line = self.out.next(), if self.out.reader.is_some() => line,
            line = self.err.next(), if self.err.reader.is_some() => line,
            else => None,
        }
    }
}

/// The lines that are kept, and the log that they go to.
pub(super) struct Kept {
    log: Option<RunLogger>,
    lines: VecDeque<String>,
    size: usize,
}

impl Kept {
    pub(super) fn new(streams: bool) -> Self {
        Self { log: streams.then(run_logger), lines: VecDeque::new(), size: 0 }
    }

    pub(super) fn take(&mut self, line: Option<String>) {
        let Some(line) = line else { return };
        if let Some(log) = &self.log {
            log.info(&line);
        }
        self.size += line.len();
        self.lines.push_back(line);
        while self.lines.len() > MOST || self.size > ROOM {
            self.size -= self.lines.pop_front().map_or(0, |line| line.len());
        }
    }

    /// The last line that says something.
    pub(super) fn last_words(&self) -> Option<&str> {
        self.lines.iter().rev().map(|line| line.trim()).find(|line| !line.is_empty())
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines.into()
    }
}
