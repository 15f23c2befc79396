//! The journal of a campaign: a file to which every process appends what happened outside the database, a line at a time, so that
//! the lines stand in the order in which things happened. A process that is killed loses none of them. It judges nothing.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::OnceLock;

use tidegate::RunId;

/// Something that happened in a process.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Line {
    /// The body of a flow began, in the process of this number.
    Entered { flow: RunId, process: u32, recovers: bool },
    /// The body of a call ran, and is about to return this value.
    Ran { call: Call, value: u64 },
    /// The caller of a call was given this value.
    Acknowledged { call: Call, value: u64 },
    /// The caller of a flow was told that it completed.
    Completed { flow: RunId, value: Option<u64> },
    /// A flow run is going to be resumed by name.
    Resumes { flow: RunId },
    /// Something that must not happen did.
    Wrong(String),
}

/// A call: its flow run, and its number in that. A task outside of flows is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Call {
    pub(crate) flow: RunId,
    pub(crate) number: u32,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entered { flow, process, recovers } => {
                write!(f, "entered {flow} {process} {recovers}")
            }
            Self::Ran { call, value } => write!(f, "ran {} {} {value}", call.flow, call.number),
            Self::Acknowledged { call, value } => {
                write!(f, "acknowledged {} {} {value}", call.flow, call.number)
            }
            Self::Completed { flow, value: Some(value) } => write!(f, "completed {flow} {value}"),
            Self::Completed { flow, value: None } => write!(f, "completed {flow}"),
            Self::Resumes { flow } => write!(f, "resumes {flow}"),
            Self::Wrong(what) => write!(f, "wrong {}", what.replace('\n', " ")),
        }
    }
}

impl Line {
    /// Reads a line; none of another kind, such as those of the test harness.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let kind = words.next()?;
        if kind == "wrong" {
            return Some(Self::Wrong(text.to_owned()));
        }
        let flow = words.next()?.parse().ok()?;
        let call = |words: &mut std::str::Split<'_, char>| {
            let number = words.next()?.parse().ok()?;
            Some((Call { flow, number }, words.next()?.parse().ok()?))
        };
        match kind {
            "entered" => Some(Self::Entered {
                flow,
                process: words.next()?.parse().ok()?,
                recovers: words.next()?.parse().ok()?,
            }),
            "ran" => call(&mut words).map(|(call, value)| Self::Ran { call, value }),
            "acknowledged" => {
                call(&mut words).map(|(call, value)| Self::Acknowledged { call, value })
            }
            "completed" => {
                let value = words.next().map(|value| value.parse().unwrap());
                Some(Self::Completed { flow, value })
            }
            "resumes" => Some(Self::Resumes { flow }),
            _ => None,
        }
    }
}

/// The journal that this process appends to.
static FILE: OnceLock<File> = OnceLock::new();

/// The journal in this folder.
fn path(home: &Path) -> std::path::PathBuf {
    home.join("journal")
}

/// Has this process append to the journal in this folder.
pub(crate) fn open(home: &Path) {
    let file = OpenOptions::new().create(true).append(true).open(path(home)).unwrap();
    FILE.set(file).unwrap();
}

/// Appends a line, with one call of the system: it is there whole, or not at all.
pub(crate) fn note(line: &Line) {
    FILE.get().unwrap().write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// Appends a line, and then tells it to the parent.
pub(crate) fn tell(line: &Line) {
    note(line);
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// The lines of the journal in this folder.
pub(crate) fn read(home: &Path) -> Vec<Line> {
    let text = std::fs::read_to_string(path(home)).unwrap_or_default();
    assert!(text.is_empty() || text.ends_with('\n'), "a line is whole or not there");
    text.lines().map(|line| Line::read(line).unwrap()).collect()
}
